import type { Committed, OneTimeKeyCounts, Storage } from '@majlis/storage';

const devices_max = 20_000;

/** How many one-time keys each syncing device has left, read once and again after a change. */
export class KeyCounts {
  readonly #storage: Storage;
  readonly #counts = new Map<string, Promise<OneTimeKeyCounts>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  apply(committed: readonly Committed[]): void {
    for (const { change } of committed) {
      if (change.kind === 'unknown') this.#counts.clear();
      if (change.kind !== 'key-counts') continue;
      for (const { userId, deviceId } of change.devices) this.#counts.delete(`${userId} ${deviceId}`);
    }
  }

  of(userId: string, deviceId: string): Promise<OneTimeKeyCounts> {
    const key = `${userId} ${deviceId}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const reading = this.#storage.encryption.keyCounts(userId, deviceId);
    if (this.#counts.size >= devices_max) this.#counts.clear();
    this.#counts.set(key, reading);
    reading.catch(() => this.#counts.delete(key));
    return reading;
  }
}
