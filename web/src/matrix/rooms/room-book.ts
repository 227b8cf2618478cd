import { batch, signal } from '@preact/signals-core';
import type { RoomSummary } from '../door.ts';
import type { CryptoDelivery } from '../encryption/engine-contract.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { Change, Store } from '../store/store.ts';
import type { WireRoom, WireSync } from '../sync/wire.ts';
import { Turns } from '../turns.ts';
import { appendToLog, fillGap, isGap } from '../timeline/log.ts';
import type { EventRecord, GapRecord, LogChange, LogEntry, OlderPage, RawEvent } from '../timeline/log.ts';
import { mergeReceipts, mergeRoom, mergeRoomData } from './merge.ts';
import { redactionTarget, redactRecord } from './redact.ts';
import { logWrites, Room, withLast } from './room.ts';
import type { RoomSurroundings } from './room.ts';
import type { RoomRecord } from './record.ts';

/** Account data: the people whom the user ignores (Client-Server API, "Ignoring Users"). */
export const ignoredType = 'm.ignored_user_list';

/** What one room's part of an answer comes to, computed before anything is written. */
interface RoomStep {
  readonly room: Room;
  record: RoomRecord;
  entries: readonly LogEntry[];
  readonly writes: Change[];
  readonly added: EventRecord[];
}

export interface BookParts {
  readonly store: Store;
  readonly ownId: string;
  readonly now: () => number;
  readonly surroundings: Omit<RoomSurroundings, 'store' | 'ownId' | 'summaryFacts' | 'ignored'>;
  /** Newest own message of a room that is not in its timeline. */
  outgoingLast(roomId: string): RoomSummary['last'];
}

/** All rooms. Works sync answers in: everything is written in one transaction, then taken into memory, then told. */
export class RoomBook {
  readonly rooms = new Map<string, Room>();
  readonly all = signal<readonly RoomSummary[]>([]);
  readonly unread = signal(0);
  readonly loaded = signal(false);
  /** Whom this user ignores. */
  readonly ignored = signal<ReadonlySet<string>>(new Set());
  private readonly parts: BookParts;
  private readonly surroundings: RoomSurroundings;
  private directs: ReadonlyMap<string, string> = new Map();
  private muted: ReadonlySet<string> = new Set();
  /** What reads a room's record or log, waits, and writes it back. */
  private readonly turns = new Turns();
  private nextDelivery = 0;
  private listing = false;

  constructor(parts: BookParts) {
    this.parts = parts;
    this.surroundings = {
      ...parts.surroundings,
      ownId: parts.ownId,
      store: parts.store,
      ignored: this.ignored,
      summaryFacts: (roomId) => this.summaryFacts(roomId),
    };
  }

  /** Everything the device has, so that the list stands before the network answers. */
  async restore(): Promise<void> {
    const { store } = this.parts;
    const data = await store.range('meta', { from: 'account:', to: 'account;' });
    for (const row of data)
      this.takeAccountDatum(String(row.key).slice('account:'.length), row.value as JsonBody);
    const drafts = await store.range('meta', { from: 'draft:', to: 'draft;' });
    const rows = await store.range('rooms');
    for (const row of rows) this.room(row.value.roomId, row.value);
    for (const row of drafts) {
      const room = this.rooms.get(String(row.key).slice('draft:'.length));
      if (room !== undefined) room.draft.value = String(row.value);
    }
    const last = await store.range('deliveries', { reverse: true, limit: 1 });
    this.nextDelivery = Number(last[0]?.key ?? -1) + 1;
    for (const room of this.rooms.values()) room.refreshSummary();
    if (rows.length > 0) this.loaded.value = true;
    this.listNow();
  }

  room(roomId: string, record?: RoomRecord): Room {
    let room = this.rooms.get(roomId);
    if (room === undefined) {
      room = new Room(roomId, record, this.surroundings);
      this.rooms.set(roomId, room);
    }
    return room;
  }

  /**
   * Changes of a room's record or log that must wait in between (for the device's store) are made in turn, or one would undo
   * what another has done meanwhile. No network in `work`, and no further turn.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run(work);
  }

  /** Notes what this device knows of a room before the server tells it: that it has just made, joined or read it. */
  adopt(roomId: string, facts: (now: RoomRecord) => Partial<RoomRecord>): Promise<Room> {
    return this.inTurn(async () => {
      const room = this.room(roomId);
      room.record = { ...room.record, ...facts(room.record) };
      await this.parts.store.write([{ table: 'rooms', key: roomId, value: room.record }]);
      this.changed(room);
      return room;
    });
  }

  /** Takes one sync answer in. `extra` is written in the same transaction. Answers the rooms with new events and those events. */
  apply(
    wire: WireSync,
    delivery: CryptoDelivery | undefined,
    extra: readonly Change[],
  ): Promise<Map<Room, readonly EventRecord[]>> {
    return this.inTurn(() => this.applyNow(wire, delivery, extra));
  }

  private async applyNow(
    wire: WireSync,
    delivery: CryptoDelivery | undefined,
    extra: readonly Change[],
  ): Promise<Map<Room, readonly EventRecord[]>> {
    const steps = new Map<string, RoomStep>();
    for (const [roomId, part] of Object.entries(wire.rooms ?? {})) {
      steps.set(roomId, await this.roomStep(roomId, part));
    }
    await this.extensionSteps(wire, steps);
    const writes: Change[] = [...extra];
    for (const [roomId, step] of steps) {
      writes.push(...step.writes, { table: 'rooms', key: roomId, value: step.record });
    }
    const data = wire.extensions?.account_data?.global ?? [];
    for (const datum of data)
      writes.push({ table: 'meta', key: `account:${datum.type}`, value: datum.content });
    if (delivery !== undefined) {
      writes.push({ table: 'deliveries', key: this.nextDelivery, value: delivery });
      this.nextDelivery += 1;
    }
    await this.parts.store.write(writes);

    const news = new Map<Room, readonly EventRecord[]>();
    batch(() => {
      for (const datum of data) this.takeAccountDatum(datum.type, datum.content);
      for (const step of steps.values()) {
        step.room.record = step.record;
        step.room.adoptLog(step.entries);
        if (!step.record.membersComplete) {
          step.room.members = undefined;
          step.room.membersAside += 1;
        }
        if (step.added.length > 0) news.set(step.room, step.added);
      }
      for (const [roomId, event] of Object.entries(wire.extensions?.typing?.rooms ?? {})) {
        const ids = event.content?.['user_ids'];
        this.rooms
          .get(roomId)
          ?.setTyping(Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []);
      }
      if (data.length > 0) for (const room of this.rooms.values()) room.refresh();
      for (const step of steps.values()) step.room.refreshNow();
      if (steps.size > 0 || data.length > 0) this.listSoon();
      this.loaded.value = true;
    });
    return news;
  }

  /** Puts a page of history in the place of a gap; `members` came with it. Answers the events that the log did not have. */
  fill(
    room: Room,
    gap: GapRecord,
    page: OlderPage,
    members: readonly RawEvent[],
  ): Promise<readonly EventRecord[]> {
    return this.inTurn(async () => {
      const now = room.tail ?? [];
      const place = now.findIndex((entry) => entry.index === gap.index);
      if (place < 0) return []; // Sync filled it meanwhile.
      const before = place > 0 ? [] : await room.rows(gap.index, page.events.length);
      const change = fillGap([...before, ...now], before.length + place, page);
      const record = { ...room.record, people: withPeople(room.record.people, members) };
      const step = this.logStep(room, record, change);
      await this.redactAll(step);
      await this.parts.store.write([...step.writes, { table: 'rooms', key: room.id, value: step.record }]);
      room.record = step.record;
      room.adoptLog(step.entries);
      return step.added;
    });
  }

  /** The server has told of all rooms there are: in those that it did not name, this user is no more. */
  keepOnly(told: ReadonlySet<string>): Promise<void> {
    return this.inTurn(async () => {
      const gone = [...this.rooms.values()].filter(
        ({ id, record }) => (record.membership === 'join' || record.membership === 'invite') && !told.has(id),
      );
      for (const room of gone) room.record = { ...room.record, membership: 'leave' };
      await this.parts.store.write(
        gone.map(({ id, record }) => ({ table: 'rooms', key: id, value: record }) as const),
      );
      for (const room of gone) this.changed(room);
    });
  }

  /** A room changed in memory: what screens see of it follows. */
  changed(room: Room): void {
    room.refresh();
    this.listSoon();
  }

  /** Takes account data that this device has just set, ahead of its echo. */
  takeAccountDatum(type: string, content: JsonBody): void {
    if (type === 'm.direct') this.directs = readDirects(content);
    if (type === 'm.push_rules') this.muted = readMuted(content);
    if (type !== ignoredType) return;
    this.ignored.value = readIgnored(content, this.parts.ownId);
    for (const room of this.rooms.values()) this.changed(room);
  }

  directRoomWith(userId: string): string | undefined {
    for (const [roomId, direct] of this.directs) {
      const membership = this.rooms.get(roomId)?.record.membership;
      if (direct === userId && (membership === 'join' || membership === 'invite')) return roomId;
    }
    return undefined;
  }

  private summaryFacts(roomId: string) {
    const draft = this.rooms.get(roomId)?.draft.value ?? '';
    const outgoing = this.parts.outgoingLast(roomId);
    return {
      ownId: this.parts.ownId,
      now: this.parts.now(),
      directs: this.directs,
      muted: this.muted,
      ignored: this.ignored.value,
      draft,
      ...(outgoing === undefined ? {} : { outgoing }),
    };
  }

  private async roomStep(roomId: string, part: WireRoom): Promise<RoomStep> {
    const room = this.room(roomId);
    const tail = await room.loadTail();
    const record = mergeRoom(room.record, roomId, part, this.parts.ownId, this.parts.now());
    const change = appendToLog(tail, {
      events: part.timeline ?? [],
      limited: part.limited === true || part.initial === true,
      ...(typeof part.prev_batch === 'string' ? { prevBatch: part.prev_batch } : {}),
    });
    const step = this.logStep(room, record, change);
    await this.redactAll(step);
    return step;
  }

  private logStep(room: Room, record: RoomRecord, change: LogChange): RoomStep {
    const { entries, added } = change;
    return { room, record, entries, writes: logWrites(room.id, change), added: [...added] };
  }

  /** Takes back what the new events of a step take back. */
  private async redactAll(step: RoomStep): Promise<void> {
    for (const { event } of step.added) await this.redact(step, event);
    step.record = withLast(step.record, step.entries);
  }

  private async redact(step: RoomStep, redaction: RawEvent): Promise<void> {
    const target = redactionTarget(redaction);
    if (target === undefined) return;
    const { id } = step.room;
    const inTail = step.entries.find((entry) => !isGap(entry) && entry.event.event_id === target);
    let record = inTail;
    if (record === undefined) {
      const place = await this.parts.store.get('places', target);
      if (place?.roomId === id) record = await this.parts.store.get('events', [id, place.index]);
    }
    if (record === undefined || isGap(record)) return;
    const bare = redactRecord(record, redaction);
    step.entries = step.entries.map((entry) => (entry.index === bare.index ? bare : entry));
    step.writes.push({ table: 'events', key: [id, bare.index], value: bare });
    if (step.record.last?.event.event_id === target) step.record = { ...step.record, last: bare };
  }

  private async extensionSteps(wire: WireSync, steps: Map<string, RoomStep>): Promise<void> {
    const change = async (roomId: string, to: (record: RoomRecord) => RoomRecord) => {
      let step = steps.get(roomId);
      const room = this.rooms.get(roomId);
      if (step === undefined && room !== undefined) {
        step = { room, record: room.record, entries: await room.loadTail(), writes: [], added: [] };
        steps.set(roomId, step);
      }
      if (step !== undefined) step.record = to(step.record);
    };
    for (const [roomId, receipt] of Object.entries(wire.extensions?.receipts?.rooms ?? {})) {
      const { content } = receipt;
      if (isObject(content))
        await change(roomId, (record) => mergeReceipts(record, content, this.parts.ownId));
    }
    for (const [roomId, data] of Object.entries(wire.extensions?.account_data?.rooms ?? {})) {
      for (const { type, content } of data)
        await change(roomId, (record) => mergeRoomData(record, type, content));
    }
  }

  private listSoon(): void {
    if (this.listing) return;
    this.listing = true;
    queueMicrotask(() => {
      this.listing = false;
      this.listNow();
    });
  }

  private listNow(): void {
    const shown: RoomSummary[] = [];
    let unread = 0;
    for (const room of this.rooms.values()) {
      room.refreshSummary();
      const summary = room.summary.value;
      if (summary === undefined || !listed(room, this.ignored.value)) continue;
      shown.push(summary);
      if (!summary.muted) unread += summary.unread + (summary.unread === 0 && summary.markedUnread ? 1 : 0);
      if (summary.membership === 'invite') unread += 1;
    }
    shown.sort(byPlace);
    const before = this.all.value;
    const same = before.length === shown.length && shown.every((summary, at) => summary === before[at]);
    if (!same) this.all.value = shown;
    this.unread.value = unread;
  }
}

function listed(room: Room, ignored: ReadonlySet<string>): boolean {
  const { membership, state, invitation } = room.record;
  if (membership === 'invite' && invitation !== undefined && ignored.has(invitation.by)) return false;
  if (membership !== 'join' && membership !== 'invite' && membership !== 'knock') return false;
  return state['m.room.tombstone'] === undefined || room.opened > 0;
}

function byPlace(a: RoomSummary, b: RoomSummary): number {
  return rank(a) - rank(b) || b.time - a.time || (a.roomId < b.roomId ? -1 : 1);
}

function rank(summary: RoomSummary): number {
  return summary.membership === 'invite' ? 0 : summary.pinned ? 1 : 2;
}

/** Nobody ignores themselves, whatever another app has written. */
function readIgnored(content: JsonBody, ownId: string): Set<string> {
  const people = content['ignored_users'];
  return new Set(isObject(people) ? Object.keys(people).filter((userId) => userId !== ownId) : []);
}

/** `m.direct`: user id → room ids. */
function readDirects(content: JsonBody): Map<string, string> {
  const directs = new Map<string, string>();
  for (const [userId, roomIds] of Object.entries(content)) {
    if (!Array.isArray(roomIds)) continue;
    for (const roomId of roomIds) if (typeof roomId === 'string') directs.set(roomId, userId);
  }
  return directs;
}

/** Rooms for which an override rule (or the room's own rule) says not to notify. */
function readMuted(content: JsonBody): Set<string> {
  const muted = new Set<string>();
  const global = content['global'];
  const kinds = isObject(global) ? [global['override'], global['room']] : [];
  for (const rules of kinds) {
    if (!Array.isArray(rules)) continue;
    for (const rule of rules) {
      if (!isObject(rule) || rule['enabled'] === false || typeof rule['rule_id'] !== 'string') continue;
      const actions = rule['actions'];
      const silent = Array.isArray(actions) && !actions.includes('notify');
      if (silent && rule['rule_id'].startsWith('!')) muted.add(rule['rule_id']);
    }
  }
  return muted;
}

function withPeople(people: RoomRecord['people'], state: readonly RawEvent[]): RoomRecord['people'] {
  const result = { ...people };
  for (const event of state) {
    if (
      event.type !== 'm.room.member' ||
      event.state_key === undefined ||
      result[event.state_key] !== undefined
    )
      continue;
    const name = event.content['displayname'];
    const picture = event.content['avatar_url'];
    result[event.state_key] = {
      membership: 'join',
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof picture === 'string' ? { picture } : {}),
    };
  }
  return result;
}
