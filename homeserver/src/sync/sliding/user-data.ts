import type { AccountDataRow, Committed, Storage } from '@majlis/storage';

const users_max = 10_000;

/** What lists ask of a user's account data. */
export interface ListData {
  readonly direct: ReadonlySet<string>;
  readonly tags: ReadonlyMap<number, ReadonlySet<string>>;
}

/** Direct rooms and tags of connected users, read once and again after a change. */
export class UserData {
  readonly #storage: Storage;
  readonly #users = new Map<string, Promise<ListData>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  apply(committed: readonly Committed[]): void {
    for (const { change } of committed) {
      if (change.kind === 'account-data') this.#users.delete(change.userId);
      else if (change.kind === 'unknown') this.#users.clear();
    }
  }

  of(userId: string): Promise<ListData> {
    const known = this.#users.get(userId);
    if (known !== undefined) return known;
    const reading = this.#storage.rooms.accountData(userId, -1).then(readListData);
    if (this.#users.size >= users_max) this.#users.clear();
    this.#users.set(userId, reading);
    reading.catch(() => this.#users.delete(userId));
    return reading;
  }
}

function readListData(rows: readonly AccountDataRow[]): ListData {
  const direct = new Set<string>();
  const tags = new Map<number, ReadonlySet<string>>();
  for (const row of rows) {
    if (row.roomNid === 0 && row.type === 'm.direct') {
      for (const rooms of Object.values(JSON.parse(row.content) as Record<string, unknown>)) {
        if (Array.isArray(rooms))
          for (const roomId of rooms) if (typeof roomId === 'string') direct.add(roomId);
      }
    }
    if (row.roomNid !== 0 && row.type === 'm.tag') {
      const content = JSON.parse(row.content) as { tags?: unknown };
      if (content.tags !== null && typeof content.tags === 'object') {
        tags.set(row.roomNid, new Set(Object.keys(content.tags as object)));
      }
    }
  }
  return { direct, tags };
}
