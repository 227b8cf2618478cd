import type { StateEvent, StateLookup } from '../auth/decision.ts';
import { compareCodePoints } from '../json/canonical.ts';
import { own } from '../json/value.ts';
import { powerLevel } from '../power/levels.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import type { AuthGraph } from './graph.ts';

/**
 * Whether an event might take away somebody's ability to do something: power levels, join rules, and members removed or
 * banned by others.
 * Specification: state resolution, "Power events".
 */
export function isPowerEvent({ pdu }: StateEvent): boolean {
  if (pdu.type === 'm.room.power_levels' || pdu.type === 'm.room.join_rules') return pdu.state_key === '';
  if (pdu.type !== 'm.room.member' || pdu.state_key === undefined || pdu.sender === pdu.state_key)
    return false;
  const membership = own(pdu.content, 'membership');
  return membership === 'leave' || membership === 'ban';
}

interface Candidate {
  eventId: string;
  level: number;
  timestamp: number;
}

/**
 * Reverse topological power ordering: the lexicographically smallest topological ordering of the events by their
 * `auth_events`, from earliest to latest; of all candidates the one whose sender has the greater level by its own auth
 * events comes first, then the earlier, then the lower id. Events in a cycle, which no honest graph has, are left out.
 * Specification: state resolution, "Reverse topological power ordering".
 */
export function powerOrdering(
  graph: AuthGraph,
  eventIds: ReadonlySet<string>,
  createEvent: StateEvent | undefined,
  version: RoomVersion,
): string[] {
  const waiting = new Map<string, number>();
  const followers = new Map<string, string[]>();
  const candidates = new Heap(compareCandidates);
  const candidate = (eventId: string): Candidate => {
    const { pdu } = graph.event(eventId);
    const level = powerLevel(authLookup(graph, eventId, createEvent), pdu.sender, version);
    return { eventId, level, timestamp: pdu.origin_server_ts };
  };
  for (const eventId of eventIds) {
    const before = new Set(graph.authEventIds(eventId).filter((id) => eventIds.has(id)));
    waiting.set(eventId, before.size);
    for (const id of before) {
      const list = followers.get(id);
      if (list === undefined) followers.set(id, [eventId]);
      else list.push(eventId);
    }
    if (before.size === 0) candidates.push(candidate(eventId));
  }
  const ordered: string[] = [];
  for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) {
    ordered.push(next.eventId);
    for (const follower of followers.get(next.eventId) ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      if (left === 0) candidates.push(candidate(follower));
    }
  }
  return ordered;
}

function compareCandidates(x: Candidate, y: Candidate): number {
  if (x.level !== y.level) return x.level > y.level ? -1 : 1;
  if (x.timestamp !== y.timestamp) return x.timestamp - y.timestamp;
  return compareCodePoints(x.eventId, y.eventId);
}

/** The state as an event's own auth events tell it; from version 12 the room id stands for the create event. */
export function authLookup(
  graph: AuthGraph,
  eventId: string,
  createEvent: StateEvent | undefined,
  wanted: (event: StateEvent) => boolean = () => true,
): StateLookup {
  const events: StateEvent[] = [];
  for (const id of graph.authEventIds(eventId)) {
    const event = graph.event(id);
    if (wanted(event)) events.push(event);
  }
  return (type, stateKey) => {
    if (createEvent !== undefined && type === 'm.room.create' && stateKey === '') return createEvent;
    return events.find(({ pdu }) => pdu.type === type && pdu.state_key === stateKey);
  };
}

/** A binary heap with the smallest element on top. */
class Heap<T> {
  private readonly items: T[] = [];
  private readonly compare: (left: T, right: T) => number;

  constructor(compare: (left: T, right: T) => number) {
    this.compare = compare;
  }

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.compare(item, items[parent] as T) >= 0) break;
      items[at] = items[parent] as T;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.compare(items[child + 1] as T, items[child] as T) < 0) child += 1;
      if (this.compare(last, items[child] as T) <= 0) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
