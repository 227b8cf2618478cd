import type { RoomRecord } from '../rooms/record.ts';
import { isGap } from './log.ts';
import type { LogEntry } from './log.ts';

/** Who has read how far in a tail of the log. */
export class ReceiptPositions {
  private readonly readers = new Map<number, string[]>();
  /** Highest position that each other member has read, and at which they wrote. */
  private readonly read = new Map<string, number>();
  private readonly wrote = new Map<string, number>();
  private readonly others: number;

  constructor(entries: readonly LogEntry[], room: RoomRecord, ownId: string, shown: readonly boolean[]) {
    this.others = Math.max(room.joined - 1, 1);
    const places = new Map<string, number>();
    entries.forEach((entry, at) => {
      if (isGap(entry)) return;
      places.set(entry.event.event_id, at);
      if (entry.event.sender !== ownId) this.wrote.set(entry.event.sender, at);
    });
    for (const [userId, receipt] of Object.entries(room.receipts)) {
      const at = places.get(receipt.eventId);
      if (userId === ownId || at === undefined) continue;
      this.read.set(userId, at);
      // What a person wrote they have read, so their mark moves on to it.
      const mark = Math.max(at, this.wrote.get(userId) ?? -1);
      const visible = lastShown(shown, mark);
      if (visible !== undefined) this.readers.set(visible, [...(this.readers.get(visible) ?? []), userId]);
    }
  }

  /** Others whose mark is on the item at `at`. */
  readersAt(at: number): readonly string[] {
    return this.readers.get(at) ?? [];
  }

  /** How far an own message at `at` has come. */
  reach(at: number): 'sent' | 'delivered' | 'read' {
    const readBy = [...this.read.values()].filter((position) => position >= at).length;
    if (readBy >= this.others) return 'read';
    const reached = readBy > 0 || [...this.wrote.values()].some((position) => position > at);
    return reached ? 'delivered' : 'sent';
  }
}

function lastShown(shown: readonly boolean[], from: number): number | undefined {
  for (let at = from; at >= 0; at -= 1) if (shown[at] === true) return at;
  return undefined;
}
