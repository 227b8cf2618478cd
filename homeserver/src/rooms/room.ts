import type { Pdu, RoomVersion, StateEvent, StateLookup } from '@majlis/protocol';
import { parseMxc, roomVersion } from '@majlis/protocol';
import { eventFlags } from '@majlis/storage';
import type { RoomWithState, StoredEvent, WriteChain } from '@majlis/storage';

/** Events kept in memory behind the head of each loaded room, shared by all syncs. */
const tail_events_max = 100;

/** A state event that is committed. */
export interface RoomStateEvent extends StateEvent {
  readonly stored: StoredEvent;
}

export function parsePdu(event: StoredEvent): Pdu {
  return JSON.parse(event.json) as Pdu;
}

/**
 * A room in the memory of its owner: state, head and the newest events. What is committed and what is only on its way
 * to the disk are kept apart: new events are authorised against both, clients are shown only the first.
 */
export class Room {
  readonly nid: number;
  readonly roomId: string;
  readonly version: RoomVersion;
  readonly createdTs: number;
  published: boolean;
  /** Broken when a write failed: then this object is stale and must be loaded again. */
  readonly chain: WriteChain = { broken: false };
  /** Head including events on their way. */
  extremities: readonly string[];
  depth: number;
  /** Newest committed timeline index, and the newest that moves the room up in lists. */
  lastTl: number;
  bumpTl: number;
  readonly joined = new Set<string>();
  readonly invited = new Set<string>();
  /** Changes with every committed state event; for caches of what is derived from the state. */
  stateSerial = 0;

  readonly #committed = new Map<string, Map<string, RoomStateEvent>>();
  readonly #pending = new Map<string, StateEvent[]>();
  /** Events handed to the writer, of whose commit nothing was heard yet. */
  readonly #underWay = new Set<string>();
  #tail: StoredEvent[] = [];
  #tailFrom: number;

  constructor(row: RoomWithState) {
    const version = roomVersion(row.version);
    if (version === undefined) throw new Error(`room ${row.roomId} has the unknown version ${row.version}`);
    this.nid = row.roomNid;
    this.roomId = row.roomId;
    this.version = version;
    this.createdTs = row.createdTs;
    this.published = row.published;
    this.extremities = row.extremities;
    this.depth = row.depth;
    this.lastTl = row.lastTl;
    this.bumpTl = row.bumpTl;
    this.#tailFrom = row.lastTl;
    for (const stored of row.state) this.#setState(stored);
  }

  /** State that new events are judged by: committed and on its way. */
  readonly upcoming: StateLookup = (type, stateKey) =>
    this.#pending.get(`${type}\0${stateKey}`)?.at(-1) ?? this.#committed.get(type)?.get(stateKey);

  /** Committed state: what clients may be told. */
  readonly current: (type: string, stateKey: string) => RoomStateEvent | undefined = (type, stateKey) =>
    this.#committed.get(type)?.get(stateKey);

  /** All committed state events of a type by state key. */
  ofType(type: string): ReadonlyMap<string, RoomStateEvent> {
    return this.#committed.get(type) ?? new Map();
  }

  *allState(): IterableIterator<RoomStateEvent> {
    for (const events of this.#committed.values()) yield* events.values();
  }

  get stateSize(): number {
    let size = 0;
    for (const events of this.#committed.values()) size += events.size;
    return size;
  }

  /** Whether the memory knows more than the database: then it must not be dropped. */
  get writing(): boolean {
    return this.#underWay.size > 0;
  }

  membership(userId: string): string | undefined {
    return textOf(this.current('m.room.member', userId), 'membership');
  }

  /** Notes an event that was authorised and handed to the writer. */
  proceed(event: StateEvent): void {
    this.#underWay.add(event.eventId);
    this.extremities = [event.eventId];
    this.depth = event.pdu.depth;
    if (event.pdu.state_key === undefined) return;
    const key = `${event.pdu.type}\0${event.pdu.state_key}`;
    const waiting = this.#pending.get(key);
    if (waiting === undefined) this.#pending.set(key, [event]);
    else waiting.push(event);
  }

  /** Takes an event that was committed. Call in the order of positions. */
  committed(stored: StoredEvent, movesRoomUp: boolean): void {
    this.#underWay.delete(stored.eventId);
    this.lastTl = stored.tl;
    if (movesRoomUp) this.bumpTl = stored.tl;
    this.#tail.push(stored);
    if (this.#tail.length > tail_events_max * 2) {
      const dropped = this.#tail.splice(0, tail_events_max).at(-1);
      this.#tailFrom = dropped?.tl ?? this.#tailFrom;
    }
    if (stored.stateKey === null || (stored.flags & (eventFlags.rejected | eventFlags.softFailed)) !== 0)
      return;
    const key = `${stored.type}\0${stored.stateKey}`;
    const waiting = this.#pending.get(key);
    if (waiting !== undefined) {
      const rest = waiting.filter((event) => event.eventId !== stored.eventId);
      if (rest.length === 0) this.#pending.delete(key);
      else this.#pending.set(key, rest);
    }
    this.#setState(stored);
    this.stateSerial += 1;
  }

  /** Replaces an event in memory that a redaction has emptied. */
  redacted(eventId: string, json: string, redactedBy: number): void {
    const replace = (event: StoredEvent): StoredEvent =>
      event.eventId === eventId ? { ...event, json, redactedBy } : event;
    this.#tail = this.#tail.map(replace);
    for (const events of this.#committed.values()) {
      for (const event of events.values()) {
        if (event.eventId === eventId) this.#setState(replace(event.stored));
      }
    }
  }

  /** Marks an event in memory as having relations. */
  related(eventId: string): void {
    this.#tail = this.#tail.map((event) =>
      event.eventId === eventId ? { ...event, flags: event.flags | eventFlags.hasRelations } : event,
    );
  }

  /** Whether the memory holds every event after `tl`. */
  holdsSince(tl: number): boolean {
    return tl >= this.#tailFrom;
  }

  /** Events with `after < tl <= upTo`, ascending; only meaningful where `holdsSince(after)`. */
  tail(after: number, upTo: number): StoredEvent[] {
    // The tail is short and most calls want its very end.
    let start = this.#tail.length;
    while (start > 0 && (this.#tail[start - 1]?.tl ?? 0) > after) start -= 1;
    const events = this.#tail.slice(start);
    return events.at(-1) !== undefined && (events.at(-1)?.tl ?? 0) > upTo
      ? events.filter((event) => event.tl <= upTo)
      : events;
  }

  /** The event if it is still in memory. */
  recent(eventId: string): StoredEvent | undefined {
    return this.#tail.findLast((event) => event.eventId === eventId);
  }

  /** Puts older events, read from the database, before the tail. `from` is the index after which all are held. */
  extendTail(events: readonly StoredEvent[], from: number): void {
    if (from >= this.#tailFrom) return;
    const older = events.filter((event) => event.tl > from && event.tl <= this.#tailFrom);
    this.#tail = [...older, ...this.#tail];
    this.#tailFrom = from;
  }

  #setState(stored: StoredEvent): void {
    if (stored.stateKey === null) return;
    const pdu = parsePdu(stored);
    let events = this.#committed.get(stored.type);
    if (events === undefined) {
      events = new Map();
      this.#committed.set(stored.type, events);
    }
    events.set(stored.stateKey, { eventId: stored.eventId, pdu, stored });
    if (stored.type !== 'm.room.member') return;
    const membership = pdu.content['membership'];
    if (membership === 'join') this.joined.add(stored.stateKey);
    else this.joined.delete(stored.stateKey);
    if (membership === 'invite') this.invited.add(stored.stateKey);
    else this.invited.delete(stored.stateKey);
  }
}

/** A string member of a state event's content. */
export function textOf(event: StateEvent | undefined, name: string): string | undefined {
  const value = event?.pdu.content[name];
  return typeof value === 'string' ? value : undefined;
}

/** A picture's address in a state event's content. Anything may stand in its place; strict clients would refuse the whole answer. */
export function mxcOf(event: StateEvent | undefined, name: string): string | undefined {
  const value = textOf(event, name);
  return value !== undefined && parseMxc(value) !== undefined ? value : undefined;
}
