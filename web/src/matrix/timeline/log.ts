import type { JsonBody } from '../http.ts';
import type { Authenticity } from './items.ts';

/** An event as the server sends it to clients. */
export interface RawEvent {
  readonly event_id: string;
  readonly type: string;
  readonly sender: string;
  readonly origin_server_ts: number;
  readonly content: JsonBody;
  readonly state_key?: string;
  readonly redacts?: string;
  readonly unsigned?: JsonBody;
}

export interface ClearEvent {
  readonly type: string;
  readonly content: JsonBody;
  readonly authenticity: Authenticity;
}

export type DecryptionFailure = 'noKey' | 'beforeThisDevice' | 'withheld' | 'broken';

/** One event at its place in the room's log. Encrypted ones carry what was decrypted, or why that failed. */
export interface EventRecord {
  readonly index: number;
  readonly event: RawEvent;
  readonly clear?: ClearEvent;
  readonly failed?: DecryptionFailure;
  /** Of redacted events: it was a reaction or an edit, and needs no mark in its place. */
  readonly wasAddition?: boolean;
}

/** History between the entries around it is on the server only; `gap` is the token for `/messages` backwards from here. */
export interface GapRecord {
  readonly index: number;
  readonly gap: string;
}

export type LogEntry = EventRecord | GapRecord;

export function isGap(entry: LogEntry): entry is GapRecord {
  return 'gap' in entry;
}

/** Place of the newest gap; -1 when there is none. */
export function lastGap(entries: readonly LogEntry[]): number {
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry !== undefined && isGap(entry)) return at;
  }
  return -1;
}

/** Whether everything is there, from the room's first event on. */
export function isWhole(entries: readonly LogEntry[]): boolean {
  const first = entries[0];
  const begins = first !== undefined && !isGap(first) && first.event.type === 'm.room.create';
  return begins && lastGap(entries) < 0;
}

/** What changes in the log: entries to write, indexes to delete, and the new tail in memory. */
export interface LogChange {
  readonly put: readonly LogEntry[];
  readonly remove: readonly number[];
  readonly entries: readonly LogEntry[];
  /** Events that the log did not have. */
  readonly added: readonly EventRecord[];
}

/** Free numbers left below the first event after a gap, so that the gap can be filled. */
const gapRoom = 1_000_000;

export interface IncomingTimeline {
  readonly events: readonly RawEvent[];
  /** The server left events out between what it sent before and `events`. */
  readonly limited: boolean;
  /** Token for what precedes `events`; absent when nothing does. */
  readonly prevBatch?: string;
}

/**
 * Works one sync answer into the newest part of a room's log. `entries` is the tail in rising order; it must reach back at least
 * as far as anything `incoming` may repeat. Events already there are left as they are.
 */
export function appendToLog(entries: readonly LogEntry[], incoming: IncomingTimeline): LogChange {
  const places = new Map<string, number>();
  entries.forEach((entry, at) => {
    if (!isGap(entry)) places.set(entry.event.event_id, at);
  });
  if (!incoming.events.some((event) => places.has(event.event_id))) return appendUnknown(entries, incoming);

  const change = new ChangeBuilder(entries);
  // From the end to the beginning, so that positions before stay as they are.
  let run: RawEvent[] = [];
  let after: number | undefined;
  for (let step = incoming.events.length - 1; step >= 0; step -= 1) {
    const event = incoming.events[step];
    if (event === undefined) continue;
    const at = places.get(event.event_id);
    if (at === undefined) {
      run.unshift(event);
      continue;
    }
    if (after === undefined) for (const next of run) change.append(next);
    else if (after > at) change.closeGapBefore(after, run);
    run = [];
    after = at;
  }
  if (run.length > 0 && after !== undefined) change.fillBefore(after, run, incoming.prevBatch);
  return change.done();
}

function appendUnknown(entries: readonly LogEntry[], incoming: IncomingTimeline): LogChange {
  const change = new ChangeBuilder(entries);
  if (incoming.events.length === 0) return change.done();
  const apart = entries.length === 0 || incoming.limited;
  if (apart && incoming.prevBatch !== undefined) change.appendGap(incoming.prevBatch, entries.length > 0);
  for (const event of incoming.events) change.append(event);
  return change.done();
}

/** An answer of `/messages` backwards. */
export interface OlderPage {
  /** Newest first, as the server sends them. */
  readonly events: readonly RawEvent[];
  /** Token for more; absent at the room's beginning. */
  readonly end?: string;
}

/** Puts a page of history where the gap at position `at` of `entries` is. */
export function fillGap(entries: readonly LogEntry[], at: number, page: OlderPage): LogChange {
  const change = new ChangeBuilder(entries);
  const older = at > 0 ? entries[at - 1] : undefined;
  const known = new Set<string>();
  for (const entry of entries) if (!isGap(entry)) known.add(entry.event.event_id);
  const fresh: RawEvent[] = [];
  let met = false;
  for (const event of page.events) {
    if (known.has(event.event_id)) {
      met = older !== undefined;
      if (met) break;
      continue;
    }
    fresh.unshift(event);
  }
  change.replaceGap(at, fresh, met ? undefined : page.end);
  return change.done();
}

class ChangeBuilder {
  private readonly entries: LogEntry[];
  private readonly put: LogEntry[] = [];
  private readonly remove: number[] = [];
  private readonly added: EventRecord[] = [];

  constructor(entries: readonly LogEntry[]) {
    this.entries = [...entries];
  }

  append(event: RawEvent): void {
    const last = this.entries[this.entries.length - 1];
    const index = last === undefined ? 0 : isGap(last) ? last.index + 0.5 : last.index + 1;
    this.insert(this.entries.length, { index, event });
  }

  /** The gap is numbered half a step below the event that will follow it. */
  appendGap(token: string, leaveRoom: boolean): void {
    const last = this.entries[this.entries.length - 1];
    const next = last === undefined ? 0 : Math.floor(last.index) + (leaveRoom ? gapRoom : 1);
    this.insert(this.entries.length, { index: next - 0.5, gap: token });
  }

  /** Older events that end where the entry at `at` begins, if there is a gap (or nothing) before it. */
  fillBefore(at: number, events: readonly RawEvent[], prevBatch: string | undefined): void {
    const before = at > 0 ? this.entries[at - 1] : undefined;
    if (before !== undefined && !isGap(before)) return;
    if (before !== undefined) this.replaceGap(at - 1, events, prevBatch);
    else this.placeBelow(at, events, prevBatch);
  }

  /** The server says that `events` are all there is before the entry at `at` and after an older known one. */
  closeGapBefore(at: number, events: readonly RawEvent[]): void {
    const before = at > 0 ? this.entries[at - 1] : undefined;
    if (before !== undefined && isGap(before)) this.replaceGap(at - 1, events, undefined);
  }

  /** Replaces the gap at `at` by `events` and, if `token` is there, a gap below them. */
  replaceGap(at: number, events: readonly RawEvent[], token: string | undefined): void {
    const gap = this.entries[at];
    if (gap === undefined || !isGap(gap)) return;
    this.entries.splice(at, 1);
    this.remove.push(gap.index);
    this.placeBelow(at, events, token, gap.index + 0.5);
  }

  done(): LogChange {
    const written = new Set(this.put.map((entry) => entry.index));
    return {
      put: this.put,
      remove: this.remove.filter((index) => !written.has(index)),
      entries: this.entries,
      added: this.added,
    };
  }

  private placeBelow(
    at: number,
    events: readonly RawEvent[],
    token: string | undefined,
    below = this.entries[at]?.index ?? 0,
  ): void {
    const first = below - events.length;
    events.forEach((event, step) => this.insert(at + step, { index: first + step, event }));
    if (token !== undefined) this.insert(at, { index: first - 0.5, gap: token });
  }

  private insert(at: number, entry: LogEntry): void {
    this.entries.splice(at, 0, entry);
    this.put.push(entry);
    if (!isGap(entry)) this.added.push(entry);
  }
}
