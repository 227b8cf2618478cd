import { isJsonObject } from '@majlis/protocol';
import type { JsonValue } from '@majlis/protocol';
import type { Committed, Storage, StoredEvent } from '@majlis/storage';

const users_max = 20_000;
const listType = 'm.ignored_user_list';

/** Whom each user ignores (Client-Server API, "Ignoring Users"): read once, and again after a change. */
export class IgnoredPeople {
  readonly #storage: Storage;
  readonly #lists = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  apply(committed: readonly Committed[]): void {
    for (const { change } of committed) {
      if (change.kind === 'unknown') this.#lists.clear();
      else if (change.kind === 'account-data' && change.roomNid === 0) this.#lists.delete(change.userId);
    }
  }

  /** Never the user themselves. A list that cannot be read ignores nobody. */
  of(userId: string): Promise<ReadonlySet<string>> {
    const known = this.#lists.get(userId);
    if (known !== undefined) return known;
    const reading = this.#storage.rooms
      .accountDataOf(userId, 0, listType)
      .then((text) => readList(userId, text === undefined ? undefined : (JSON.parse(text) as JsonValue)));
    if (this.#lists.size >= users_max) this.#lists.clear();
    this.#lists.set(userId, reading);
    reading.catch(() => this.#lists.delete(userId));
    return reading;
  }
}

/** Whether an event is kept from somebody who ignores these people: state describes the room, and is shown. */
export function isIgnored(ignored: ReadonlySet<string>, event: StoredEvent): boolean {
  return event.stateKey === null && ignored.has(event.sender);
}

function readList(userId: string, content: JsonValue | undefined): ReadonlySet<string> {
  const people = isJsonObject(content) ? content['ignored_users'] : undefined;
  const ignored = new Set(isJsonObject(people) ? Object.keys(people) : []);
  ignored.delete(userId);
  return ignored;
}
