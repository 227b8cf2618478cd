import type { StoredEvent } from '@majlis/storage';
import type { Room } from '../rooms/room.ts';
import type { SyncParts } from './parts.ts';

/** The end of a room's timeline, or what is new in it. */
export interface TimelineSlice {
  readonly events: readonly StoredEvent[];
  /** Whether events between `since` and the first of these were left out. */
  readonly limited: boolean;
  /** Timeline index just before the first event: pagination goes on from there. */
  readonly before: number;
}

/**
 * The newest `limit` events with `after < tl <= upTo`. From memory where it reaches back far enough; what had to be
 * read is kept, so that the next asker need not read it.
 */
export async function timelineSlice(
  parts: Pick<SyncParts, 'storage'>,
  room: Room,
  range: { after: number; upTo: number; limit: number },
): Promise<TimelineSlice> {
  const { after, upTo, limit } = range;
  const upper = Math.min(upTo, room.lastTl);
  if (limit === 0) return { events: [], limited: upper > after, before: upper };
  if (!room.holdsSince(after)) {
    const held = room.tail(Number.MIN_SAFE_INTEGER, upper);
    if (held.length < limit) {
      const [read] = await readTails(parts, [{ room, after, upTo: upper }], limit);
      if (read !== undefined) return cut(read, after, limit);
    }
    return cut(held, after, limit, true);
  }
  return cut(room.tail(after, upper), after, limit);
}

/** Loads the ends of several timelines with one read, into the memory of their rooms. */
export async function readTails(
  parts: Pick<SyncParts, 'storage'>,
  ranges: ReadonlyArray<{ room: Room; after: number; upTo: number }>,
  limit: number,
): Promise<StoredEvent[][]> {
  const rows = await parts.storage.rooms.tails(
    ranges.map(({ room, after, upTo }) => ({ roomNid: room.nid, from: after, to: upTo })),
    limit + 1,
  );
  return ranges.map(({ room, after, upTo }) => {
    const events = rows.filter((event) => event.roomNid === room.nid);
    const complete = events.length <= limit;
    const from = complete ? after : (events[0]?.tl ?? after);
    if (upTo === room.lastTl) room.extendTail(events, Math.max(from, Number.MIN_SAFE_INTEGER));
    return events;
  });
}

function cut(events: readonly StoredEvent[], after: number, limit: number, more = false): TimelineSlice {
  const kept = events.slice(-limit);
  const limited = more || events.length > limit;
  const first = kept[0];
  return { events: kept, limited, before: first === undefined ? after : first.tl - 1 };
}
