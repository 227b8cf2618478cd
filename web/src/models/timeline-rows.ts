import type {
  CallItem,
  MessageItem,
  RedactedItem,
  SystemItem,
  TimelineItem,
  UndecryptableItem,
} from '../matrix/door.ts';
import { daysBetween } from '../words/format.ts';

export type Spoken = MessageItem | UndecryptableItem | RedactedItem;

/** What stands in the timeline, one below the other. */
export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly time: number }
  | { readonly kind: 'new'; readonly key: string; readonly count: number }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly item: Spoken;
      readonly first: boolean;
      readonly last: boolean;
    }
  | { readonly kind: 'system'; readonly key: string; readonly item: SystemItem | CallItem }
  | { readonly kind: 'gap'; readonly key: string };

/** Messages of one sender within this time stand together. */
const together = 5 * 60_000;

function spoken(item: TimelineItem | undefined): item is Spoken {
  return item?.type === 'message' || item?.type === 'undecryptable' || item?.type === 'redacted';
}

function joins(before: TimelineItem | undefined, after: TimelineItem | undefined): boolean {
  return (
    spoken(before) &&
    spoken(after) &&
    before.own === after.own &&
    before.sender.userId === after.sender.userId &&
    after.time - before.time < together &&
    daysBetween(before.time, after.time) === 0
  );
}

/** How many of others' messages come after the one read last; 0 when that one is not here. */
function unreadAfter(
  items: readonly TimelineItem[],
  readUpTo: string | undefined,
): { at: number; count: number } {
  if (readUpTo === undefined) return { at: -1, count: 0 };
  const read = items.findIndex((item) => item.type !== 'gap' && item.eventId === readUpTo);
  if (read < 0) return { at: -1, count: 0 };
  const after = items.slice(read + 1);
  const count = after.filter((item) => spoken(item) && !item.own).length;
  const first = after.findIndex((item) => spoken(item) && !item.own);
  return { at: first < 0 ? -1 : read + 1 + first, count };
}

const quiet: ReadonlySet<string> = new Set([
  'powerLevels',
  'joinRules',
  'historyVisibility',
  'roomName',
  'roomPicture',
  'topic',
]);
/** What a server writes by itself when a room is made comes within this time. */
const making = 10_000;

/** Drops what every room begins with and says nothing: that its maker joined, and the settings it was made with. */
function withoutMaking(items: readonly TimelineItem[]): readonly TimelineItem[] {
  const made = items.find((item) => item.type === 'system' && item.change.is === 'created');
  if (made?.type !== 'system') return items;
  return items.filter((item) => {
    if (item.type !== 'system' || item.sender.userId !== made.sender.userId) return true;
    if (item.time - made.time > making) return true;
    const { change } = item;
    return !quiet.has(change.is) && !(change.is === 'joined' && change.subject.userId === made.sender.userId);
  });
}

/**
 * Lays a timeline out: a line where the day changes, a line before what is new, and messages in groups. `readUpTo` is the
 * event read last when the room was opened.
 */
export function timelineRows(
  all: readonly TimelineItem[],
  readUpTo: string | undefined,
): readonly TimelineRow[] {
  const items = withoutMaking(all);
  const unread = unreadAfter(items, readUpTo);
  const rows: TimelineRow[] = [];
  let lastTime: number | undefined;
  for (const [index, item] of items.entries()) {
    if (item.type === 'gap') {
      rows.push({ kind: 'gap', key: item.key });
      continue;
    }
    if (lastTime === undefined || daysBetween(lastTime, item.time) !== 0) {
      rows.push({ kind: 'day', key: `day ${item.key}`, time: item.time });
    }
    lastTime = item.time;
    if (index === unread.at) rows.push({ kind: 'new', key: 'new', count: unread.count });
    if (!spoken(item)) {
      rows.push({ kind: 'system', key: item.key, item });
      continue;
    }
    rows.push({
      kind: 'message',
      key: item.key,
      item,
      first: index === unread.at || !joins(items[index - 1], item),
      last: index + 1 === unread.at || !joins(item, items[index + 1]),
    });
  }
  return rows;
}
