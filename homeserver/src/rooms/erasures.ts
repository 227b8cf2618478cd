import { redactEvent } from '@majlis/protocol';
import type { Storage, StoredEvent } from '@majlis/storage';
import { eventFlags } from '@majlis/storage';
import { parsePdu } from './room.ts';
import type { Room } from './room.ts';

/**
 * Users who asked for erasure when they closed their accounts (Client-Server API, `POST /account/deactivate`). Their events
 * stay as they are for those who could see them then; everybody else is shown them emptied.
 */
export class Erasures {
  readonly #storage: Storage;
  readonly #positions = new Map<string, number>();
  readonly #emptied = new WeakMap<StoredEvent, StoredEvent>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Call before the first request. */
  async load(): Promise<void> {
    for (const { userId, at } of await this.#storage.closedAccounts.erasures()) this.note(userId, at);
  }

  note(userId: string, at: number): void {
    this.#positions.set(userId, at);
  }

  /**
   * The position at which the sender of an event was erased; undefined where nothing of it has to be hidden. State other than
   * memberships describes the room, not the person, and goes on holding.
   */
  of(event: StoredEvent): number | undefined {
    if (this.#positions.size === 0) return undefined;
    return event.stateKey === null || event.type === 'm.room.member'
      ? this.#positions.get(event.sender)
      : undefined;
  }

  /** The event as if it had been redacted. */
  emptied(event: StoredEvent, room: Room): StoredEvent {
    let result = this.#emptied.get(event);
    if (result === undefined) {
      result = {
        ...event,
        flags: event.flags & ~eventFlags.hasRelations,
        json: JSON.stringify(redactEvent(parsePdu(event), room.version)),
      };
      this.#emptied.set(event, result);
    }
    return result;
  }
}
