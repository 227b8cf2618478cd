import type { Committed } from '@majlis/storage';

/**
 * Which parts of whose sync have anything newer than a position. Knows only this process's life: for older positions
 * the answer is yes, and the database is asked.
 */
export class ChangeIndex {
  #floor: number;
  readonly #accountData = new Map<string, number>();
  readonly #toDevice = new Map<string, number>();
  readonly #receipts = new Map<number, number>();
  readonly #keyCounts = new Map<string, number>();
  #deviceLists = 0;
  #keyCountsFloor = -1;

  /** @param floor the stream position at which this process began to listen. */
  constructor(floor: number) {
    this.#floor = floor;
    this.#deviceLists = floor;
  }

  apply(committed: readonly Committed[]): void {
    for (const { position, change } of committed) {
      if (change.kind === 'unknown') this.#forget(position);
      else if (change.kind === 'account-data') this.#accountData.set(change.userId, position);
      else if (change.kind === 'receipt') this.#receipts.set(change.roomNid, position);
      else if (change.kind === 'device-list') this.#deviceLists = position;
      else if (change.kind === 'to-device' || change.kind === 'key-counts') {
        const index = change.kind === 'to-device' ? this.#toDevice : this.#keyCounts;
        for (const { userId, deviceId } of change.devices) index.set(`${userId} ${deviceId}`, position);
      }
    }
  }

  /** Nothing is known of what lies before `position`. */
  #forget(position: number): void {
    this.#floor = position;
    this.#deviceLists = position;
    this.#keyCountsFloor = position;
    for (const index of [this.#accountData, this.#toDevice, this.#keyCounts]) index.clear();
    this.#receipts.clear();
  }

  accountDataSince(userId: string, position: number): boolean {
    return position < (this.#accountData.get(userId) ?? this.#floor);
  }

  /** Position of the newest message for a device; it may be older than that for devices quiet since the start. */
  lastToDevice(userId: string, deviceId: string): number {
    return this.#toDevice.get(`${userId} ${deviceId}`) ?? this.#floor;
  }

  keyCountsSince(userId: string, deviceId: string, position: number): boolean {
    return position < (this.#keyCounts.get(`${userId} ${deviceId}`) ?? this.#keyCountsFloor);
  }

  receiptsSince(roomNid: number, position: number): boolean {
    return position < (this.#receipts.get(roomNid) ?? this.#floor);
  }

  deviceListsSince(position: number): boolean {
    return position < this.#deviceLists;
  }
}
