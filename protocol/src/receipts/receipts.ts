import type { Relation } from '../relations/relation.ts';

/** The name of everything that is in no thread. */
export const mainThread = 'main';

const hopsMax = 3;

/**
 * Which thread an event belongs to: the root's id, or `main`. An event that annotates or replaces one in a thread
 * belongs to it too; the chain of parents is followed three steps at most. The root itself is in the main timeline.
 * Specification: Client-Server API, "Threaded read receipts".
 */
export function threadOf(
  relation: Relation | undefined,
  relationOfEvent: (eventId: string) => Relation | undefined,
): string {
  let current = relation;
  for (let hop = 0; hop <= hopsMax; hop += 1) {
    if (current?.eventId === undefined) return mainThread;
    if (current.relType === 'm.thread') return current.eventId;
    current = relationOfEvent(current.eventId);
  }
  return mainThread;
}

export type ReceiptType = 'm.read' | 'm.read.private';

/** How far somebody has read: everything, or within a thread (`main` or a root's id), up to a position. */
export interface Receipt {
  type: ReceiptType;
  /** Absent for an unthreaded receipt, which counts for all threads. */
  threadId?: string | undefined;
  eventId: string;
  /** Where the event is in the order of the room's timeline. */
  position: number;
}

/**
 * Whether a receipt moves its reader on: a receipt never goes back, so that a late or repeated one changes nothing.
 * Receipts of another type or thread do not matter here.
 */
export function advances(receipt: Receipt, current: Receipt | undefined): boolean {
  return current === undefined || receipt.position > current.position;
}

export interface CountedEvent {
  eventId: string;
  position: number;
  sender: string;
  threadId: string;
  /** What the push rules said. */
  notify: boolean;
  highlight: boolean;
}

export interface UnreadCount {
  notifications: number;
  highlights: number;
}

export interface UnreadCounts extends UnreadCount {
  /** By thread, `main` among them; threads without anything unread are left out. */
  threads: Map<string, UnreadCount>;
}

/**
 * Counts what a user has not read. Own events and those before the furthest receipt that counts for their thread (of
 * either type, threaded or not) are read. Sending an event reads what was before it in its thread.
 * Specification: Client-Server API, "Receiving notifications" and "Marking notifications as read".
 */
export function unreadCounts(
  events: Iterable<CountedEvent>,
  receipts: Iterable<Receipt>,
  userId: string,
): UnreadCounts {
  const listed = [...events];
  const read = new Map<string, number>();
  let readAll = -Infinity;
  const readUpTo = (threadId: string, position: number): void => {
    read.set(threadId, Math.max(position, read.get(threadId) ?? -Infinity));
  };
  for (const receipt of receipts) {
    if (receipt.threadId === undefined) readAll = Math.max(readAll, receipt.position);
    else readUpTo(receipt.threadId, receipt.position);
  }
  for (const event of listed) if (event.sender === userId) readUpTo(event.threadId, event.position);
  const counts: UnreadCounts = { notifications: 0, highlights: 0, threads: new Map() };
  for (const event of listed) {
    if (event.sender === userId || event.position <= Math.max(readAll, read.get(event.threadId) ?? -Infinity))
      continue;
    if (event.notify) count(counts, event);
  }
  return counts;
}

function count(counts: UnreadCounts, event: CountedEvent): void {
  const thread = counts.threads.get(event.threadId) ?? { notifications: 0, highlights: 0 };
  counts.threads.set(event.threadId, thread);
  for (const counter of [counts, thread]) {
    counter.notifications += 1;
    if (event.highlight) counter.highlights += 1;
  }
}
