import type { StoredEvent } from '@majlis/storage';
import { isIgnored } from '../rooms/ignored-people.ts';
import type { Room } from '../rooms/room.ts';
import type { Sight } from '../rooms/visibility.ts';
import type { SyncParts } from './parts.ts';

/** Those of a timeline's events that somebody wants, in their order. */
export type Picking = (events: readonly StoredEvent[]) => Promise<readonly StoredEvent[]>;

const reads_back_max = 5;
const events_per_read = 200;

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

/**
 * The same, reaching back until `limit` of the events are picked, where a filter passes over many: at most so far as is reasonable
 * in one request.
 */
export async function matchingSlice(
  parts: Pick<SyncParts, 'storage'>,
  room: Room,
  range: { after: number; upTo: number; limit: number },
  pick: Picking,
): Promise<TimelineSlice> {
  const { after, limit } = range;
  let { events, limited, before } = await timelineSlice(parts, room, range);
  let picked = await pick(events);
  for (let reads = 0; limited && reads < reads_back_max; reads += 1) {
    if (picked.length >= limit) break;
    const read = await parts.storage.rooms.timeline({
      roomNid: room.nid,
      from: before + 1,
      to: after,
      direction: 'backward',
      limit: events_per_read,
    });
    const older = read.toReversed();
    events = [...older, ...events];
    picked = [...(await pick(older)), ...picked];
    limited = read.length === events_per_read;
    before = (events[0]?.tl ?? before + 1) - 1;
  }
  const first = picked.at(-limit);
  const passed = first === undefined ? 0 : events.indexOf(first);
  if (limit === 0 || passed === 0) return { events, limited, before };
  return { events: events.slice(passed), limited: true, before: (first?.tl ?? 0) - 1 };
}

/** The end of a timeline as somebody is shown it, reaching back over what a filter and the people whom they ignore leave out. */
export async function shownSlice(
  parts: Pick<SyncParts, 'storage'>,
  room: Room,
  range: { after: number; upTo: number; limit: number },
  { ignored }: Sight,
  pick?: Picking,
): Promise<TimelineSlice> {
  if (ignored.size === 0 && pick === undefined) return timelineSlice(parts, room, range);
  return matchingSlice(parts, room, range, async (events) => {
    const heard = events.filter((event) => !isIgnored(ignored, event));
    return pick === undefined ? heard : pick(heard);
  });
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
