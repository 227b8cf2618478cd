import type { StoredEvent } from '@majlis/storage';

const devices_max = 2_000;

/** Which member events a device was given, and with which sync: so that lazy loading need not repeat itself. */
export class SentMembers {
  readonly #devices = new Map<string, Map<number, Map<string, number>>>();

  /** Members of `wanted` that this device has not surely received by `since`; notes them as sent with `upTo`. */
  missing(device: string, roomNid: number, wanted: Iterable<string>, since: number, upTo: number): string[] {
    let rooms = this.#devices.get(device);
    if (rooms === undefined) {
      rooms = new Map();
      if (this.#devices.size >= devices_max) {
        const oldest = this.#devices.keys().next();
        if (!oldest.done) this.#devices.delete(oldest.value);
      }
      this.#devices.set(device, rooms);
    }
    let sent = rooms.get(roomNid);
    if (sent === undefined) {
      sent = new Map();
      rooms.set(roomNid, sent);
    }
    const missing: string[] = [];
    for (const userId of wanted) {
      const at = sent.get(userId);
      if (at !== undefined && at <= since) continue;
      missing.push(userId);
      sent.set(userId, upTo);
    }
    return missing;
  }

  /** Call when a device begins a room anew: it may have kept nothing, and what it kept may have changed since. */
  forgetRoom(device: string, roomNid: number): void {
    this.#devices.get(device)?.delete(roomNid);
  }

  forget(device: string): void {
    this.#devices.delete(device);
  }
}

/** The members a client needs to show these events: their senders and the people they are about. */
export function membersIn(events: readonly StoredEvent[]): Set<string> {
  const members = new Set<string>();
  for (const event of events) {
    members.add(event.sender);
    if (event.type === 'm.room.member' && event.stateKey !== null) members.add(event.stateKey);
  }
  return members;
}
