import { batch, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { Member, OlderState, Permissions, RoomSummary } from '../door.ts';
import type { Person, TimelineItem } from '../timeline/items.ts';
import { readable } from '../timeline/content.ts';
import { isGap, isWhole } from '../timeline/log.ts';
import type { EventRecord, LogChange, LogEntry } from '../timeline/log.ts';
import { missingQuotes, reduceTimeline } from '../timeline/reduce.ts';
import type { TimelineInput } from '../timeline/reduce.ts';
import { reuseItems, sameValue } from '../timeline/reuse.ts';
import type { OutgoingRecord } from '../sending/outgoing.ts';
import type { Change, Store } from '../store/store.ts';
import { memberList, permissionsOf } from './power.ts';
import { chooseLast, personOf, previewOf, summarize } from './summary.ts';
import type { SummaryFacts } from './summary.ts';
import { emptyRoom } from './record.ts';
import type { MemberFacts, RoomRecord } from './record.ts';

const tailSize = 40;

/** What a room asks of the engine around it. */
export interface RoomSurroundings {
  readonly ownId: string;
  readonly store: Store;
  summaryFacts(roomId: string): SummaryFacts;
  outgoing(roomId: string): readonly OutgoingRecord[];
  readonly sending: ReadonlyMap<string, number | undefined>;
  readonly sentFromHere: ReadonlyMap<string, string>;
  readonly ignored: ReadonlySignal<ReadonlySet<string>>;
  /** A message that an answer quotes and the timeline lacks. */
  fetchQuoted(roomId: string, eventId: string): Promise<EventRecord | 'missing'>;
}

/** One room in memory: its record, the loaded tail of its log, and what screens see of them. */
export class Room {
  readonly id: string;
  record: RoomRecord;
  /** Everything from `tail[0]` to now; undefined until `loadTail`. */
  tail: readonly LogEntry[] | undefined;
  /** Every member, once loaded and while current. */
  members: Readonly<Record<string, MemberFacts>> | undefined;
  /** Grows each time that sync puts the member list aside, so that a list asked for before is not taken for the current one. */
  membersAside = 0;
  readonly summary = signal<RoomSummary | undefined>(undefined);
  readonly items = signal<readonly TimelineItem[]>([]);
  readonly older = signal<OlderState>('idle');
  readonly typing = signal<readonly Person[]>([]);
  readonly memberList = signal<readonly Member[]>([]);
  readonly permissions: Signal<Permissions>;
  readonly readUpTo = signal<string | undefined>(undefined);
  readonly draft = signal('');
  /** Grows with each change of the record. */
  readonly version = signal(0);
  /** How many screens have it open. */
  opened = 0;
  private readonly around: RoomSurroundings;
  private readonly quoted = new Map<string, EventRecord | 'missing'>();
  private readonly asking = new Set<string>();
  private keysCame = 0;
  private typingIds: readonly string[] = [];
  private refreshing = false;

  constructor(id: string, record: RoomRecord | undefined, around: RoomSurroundings) {
    this.id = id;
    this.record = record ?? emptyRoom(id);
    this.around = around;
    this.permissions = signal(permissionsOf(this.record, around.ownId));
  }

  /** Reads the newest entries from the device. */
  async loadTail(): Promise<readonly LogEntry[]> {
    if (this.tail === undefined) {
      const rows = await this.rows(undefined, tailSize);
      this.tail ??= rows;
    }
    return this.tail;
  }

  /** Entries of the device before `index`, at most `limit`, in rising order. */
  async rows(before: number | undefined, limit: number): Promise<LogEntry[]> {
    const rows = await this.around.store.range('events', {
      from: [this.id, Number.NEGATIVE_INFINITY],
      to: [this.id, before === undefined ? Number.POSITIVE_INFINITY : before - 0.25],
      limit,
      reverse: true,
    });
    return rows.map((row) => row.value).reverse();
  }

  /** Takes a change of the log into memory after it was written. */
  adoptLog(entries: readonly LogEntry[]): void {
    const long = this.opened === 0 && entries.length > 3 * tailSize;
    this.tail = long ? entries.slice(-tailSize) : entries;
    // What was known to its beginning has a gap now.
    if (this.older.value === 'end' && !isWhole(this.tail)) this.older.value = 'idle';
  }

  /** Replaces records by their index. */
  replaceRecords(records: readonly EventRecord[]): void {
    const byIndex = new Map(records.map((record) => [record.index, record]));
    this.tail = this.tail?.map((entry) => byIndex.get(entry.index) ?? entry);
    const last = this.record.last;
    const newer = last === undefined ? undefined : byIndex.get(last.index);
    const base = newer === undefined ? this.record : { ...this.record, last: newer };
    this.record = this.tail === undefined ? base : withLast(base, this.tail);
  }

  setTyping(userIds: readonly string[]): void {
    this.typingIds = userIds;
    const { ownId, ignored } = this.around;
    const people = userIds
      .filter((userId) => userId !== ownId && !ignored.value.has(userId))
      .map((userId) => personOf(this.record, userId));
    if (!sameValue(this.typing.value, people)) this.typing.value = people;
  }

  /** Recomputes what screens see, once for all changes of this turn. */
  refresh(): void {
    if (this.refreshing) return;
    this.refreshing = true;
    queueMicrotask(() => {
      this.refreshing = false;
      this.refreshNow();
    });
  }

  refreshNow(): void {
    batch(() => {
      this.version.value += 1;
      this.refreshSummary();
      if (this.opened === 0) return;
      const permissions = permissionsOf(this.record, this.around.ownId);
      if (!sameValue(this.permissions.value, permissions)) this.permissions.value = permissions;
      if (this.members !== undefined) {
        const list = memberList(this.record, this.members);
        if (!sameValue(this.memberList.value, list)) this.memberList.value = list;
      }
      this.setTyping(this.typingIds);
      if (this.tail === undefined) return;
      const input = this.input(this.tail);
      this.items.value = reuseItems(this.items.value, reduceTimeline(input));
      this.askForQuotes(input);
    });
  }

  /** Keys have come: quotes that could not be read are fetched again. */
  askQuotesAgain(): void {
    this.keysCame += 1;
    for (const [eventId, found] of this.quoted) {
      if (found === 'missing' || readable(found) !== undefined) continue;
      this.quoted.delete(eventId);
      this.asking.delete(eventId);
    }
    this.refresh();
  }

  refreshSummary(): void {
    const summary = summarize(this.record, this.around.summaryFacts(this.id));
    if (!sameValue(this.summary.value, summary)) this.summary.value = summary;
  }

  private input(tail: readonly LogEntry[]): TimelineInput {
    return {
      ownId: this.around.ownId,
      room: this.record,
      entries: tail,
      outgoing: this.around.outgoing(this.id),
      sending: this.around.sending,
      quoted: this.quoted,
      sentFromHere: this.around.sentFromHere,
      mayRedactOthers: this.permissions.value.redactOthers,
      ignored: this.around.ignored.value,
    };
  }

  private askForQuotes(input: TimelineInput): void {
    for (const eventId of missingQuotes(input)) {
      if (this.asking.has(eventId)) continue;
      this.asking.add(eventId);
      const { keysCame } = this;
      this.around
        .fetchQuoted(this.id, eventId)
        .then((found) => {
          const late = keysCame !== this.keysCame && found !== 'missing' && readable(found) === undefined;
          if (late) this.asking.delete(eventId);
          else this.quoted.set(eventId, found);
          this.refresh();
        })
        // Without the network it stays "loading" and is asked for again at the next change.
        .catch(() => this.asking.delete(eventId));
    }
  }
}

/** The record with the line of the list and the time that its tail gives it. */
export function withLast(record: RoomRecord, tail: readonly LogEntry[]): RoomRecord {
  const last = chooseLast(tail, record.last);
  const newest = tail[tail.length - 1];
  const shown = last === undefined ? undefined : previewOf(last, (userId) => personOf(record, userId));
  const spoken = last !== undefined && shown !== undefined && last.event.state_key === undefined;
  const newestTime = newest === undefined || isGap(newest) ? 0 : newest.event.origin_server_ts;
  const time = spoken ? last.event.origin_server_ts : Math.max(newestTime, record.invitation?.time ?? 0);
  if (last === undefined) return { ...record, time: Math.max(record.time, time) };
  return { ...record, last, time: time === 0 ? record.time : time };
}

/** The writes for a change of a room's log. */
export function logWrites(roomId: string, change: LogChange): Change[] {
  const writes: Change[] = [];
  for (const index of change.remove) writes.push({ table: 'events', key: [roomId, index], value: undefined });
  for (const entry of change.put) {
    writes.push({ table: 'events', key: [roomId, entry.index], value: entry });
    if (!isGap(entry)) {
      writes.push({ table: 'places', key: entry.event.event_id, value: { roomId, index: entry.index } });
    }
  }
  return writes;
}
