import type { StateEvent } from '../auth/decision.ts';
import type { StateMap } from './state-map.ts';

/** An event that was asked for and is not there: the room's auth graph is not complete. */
export class MissingEvent extends Error {
  readonly eventId: string;
  constructor(eventId: string) {
    super(`the event ${eventId} is missing`);
    this.eventId = eventId;
  }
}

/**
 * The graph of `auth_events`, read through a function and remembered. Walks keep their own stack and visit each event
 * once, so that neither long chains nor cycles (which hashes forbid, but fixtures do not) can hurt.
 */
export class AuthGraph {
  private readonly known = new Map<string, StateEvent>();
  private readonly fetch: (eventId: string) => StateEvent | undefined;

  constructor(fetch: (eventId: string) => StateEvent | undefined) {
    this.fetch = fetch;
  }

  /** The event; throws {@link MissingEvent}, which `resolveState` turns into an answer. */
  event(eventId: string): StateEvent {
    const known = this.known.get(eventId);
    if (known !== undefined) return known;
    const event = this.fetch(eventId);
    if (event === undefined) throw new MissingEvent(eventId);
    this.known.set(eventId, event);
    return event;
  }

  authEventIds(eventId: string): readonly string[] {
    return this.event(eventId).pdu.auth_events;
  }

  /** The events and everything in their auth chains, but nothing in `without` nor beyond it. */
  chain(eventIds: Iterable<string>, without?: ReadonlySet<string>): Set<string> {
    const seen = new Set<string>();
    const stack: string[] = [];
    const visit = (eventId: string): void => {
      if (seen.has(eventId) || without?.has(eventId) === true) return;
      seen.add(eventId);
      stack.push(eventId);
    };
    for (const eventId of eventIds) visit(eventId);
    for (let eventId = stack.pop(); eventId !== undefined; eventId = stack.pop()) {
      for (const authId of this.authEventIds(eventId)) visit(authId);
    }
    return seen;
  }
}

/** State sets taken apart. */
export interface Separated {
  /** What all sets agree on. */
  unconflicted: Map<string, string>;
  /** Ids of all other events in the sets. */
  conflicted: Set<string>;
}

/**
 * Unconflicted state map and conflicted state set: a key with the same event in every set is unconflicted, every other
 * event is conflicted.
 */
export function separate(stateSets: readonly StateMap[]): Separated {
  const [first = new Map<string, string>(), ...others] = stateSets;
  const unconflicted = new Map<string, string>();
  const conflicted = new Set<string>();
  for (const [key, eventId] of first) {
    if (others.every((set) => set.get(key) === eventId)) unconflicted.set(key, eventId);
    else conflicted.add(eventId);
  }
  for (const set of others) {
    for (const [key, eventId] of set) if (!unconflicted.has(key)) conflicted.add(eventId);
  }
  return { unconflicted, conflicted };
}

/**
 * Auth difference: ∪ Cᵢ − ∩ Cᵢ, where Cᵢ is the full auth chain of the set Sᵢ. The events of Sᵢ count as part of it,
 * as in the servers that are in use; the specification's words leave it open, and only events that every set has
 * anyway depend on it.
 */
export function authDifference(
  graph: AuthGraph,
  stateSets: readonly StateMap[],
  { unconflicted }: Separated,
): Set<string> {
  // What the unconflicted events lead to is in every chain; only what lies outside has to be counted.
  const common = graph.chain(unconflicted.values());
  const counts = new Map<string, number>();
  for (const set of stateSets) {
    const own: string[] = [];
    for (const [key, eventId] of set) if (unconflicted.get(key) !== eventId) own.push(eventId);
    for (const eventId of graph.chain(own, common)) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  }
  const difference = new Set<string>();
  for (const [eventId, count] of counts) if (count < stateSets.length) difference.add(eventId);
  return difference;
}

/**
 * Conflicted state subgraph (v2.1): every event on a path of `auth_events` from one conflicted event to another,
 * endpoints included.
 */
export function conflictedSubgraph(graph: AuthGraph, conflicted: ReadonlySet<string>): Set<string> {
  const subgraph = new Set(conflicted);
  const finished = new Set<string>();
  const stack: Array<{ eventId: string; next: number }> = [];
  const visited = new Set<string>();
  const visit = (eventId: string): void => {
    if (visited.has(eventId)) return;
    visited.add(eventId);
    stack.push({ eventId, next: 0 });
  };
  for (const start of conflicted) {
    visit(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const authIds = graph.authEventIds(top.eventId);
      const authId = authIds[top.next];
      top.next += 1;
      if (authId !== undefined) {
        visit(authId);
        continue;
      }
      // All auth events are finished: this event lies on a path if one of them does.
      if (authIds.some((id) => finished.has(id) && subgraph.has(id))) subgraph.add(top.eventId);
      finished.add(top.eventId);
      stack.pop();
    }
  }
  return subgraph;
}
