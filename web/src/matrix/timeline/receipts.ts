import type { RoomRecord } from '../rooms/record.ts';
import { isGap } from './log.ts';
import type { LogEntry } from './log.ts';

/** Whose reading is not told: the user's own, and that of people whom they ignore. */
export interface UnseenReaders {
  readonly ownId: string;
  readonly ignored: ReadonlySet<string>;
}

export function isSeen(userId: string, { ownId, ignored }: UnseenReaders): boolean {
  return userId !== ownId && !ignored.has(userId);
}

/** How many must have read a message for it to be read by all. Members whom this device does not know yet count as seen. */
export function readersWanted(room: RoomRecord, { ignored }: UnseenReaders): number {
  const hidden = [...ignored].filter((userId) => room.people[userId]?.membership === 'join');
  return Math.max(room.joined - 1 - hidden.length, 1);
}

/** Who has read how far in a tail of the log. */
export class ReceiptPositions {
  private readonly readers = new Map<number, string[]>();
  /** Highest position that each other member has read, and at which they wrote. */
  private readonly read = new Map<string, number>();
  private readonly wrote = new Map<string, number>();
  private readonly others: number;

  constructor(
    entries: readonly LogEntry[],
    room: RoomRecord,
    unseen: UnseenReaders,
    shown: readonly boolean[],
  ) {
    this.others = readersWanted(room, unseen);
    const places = new Map<string, number>();
    entries.forEach((entry, at) => {
      if (isGap(entry)) return;
      places.set(entry.event.event_id, at);
      if (isSeen(entry.event.sender, unseen)) this.wrote.set(entry.event.sender, at);
    });
    for (const [userId, receipt] of Object.entries(room.receipts)) {
      const at = places.get(receipt.eventId);
      if (at === undefined || !isSeen(userId, unseen)) continue;
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
