import { authorise } from '../auth/authorise.ts';
import type { StateEvent } from '../auth/decision.ts';
import type { Crypto } from '../crypto/crypto.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { AuthGraph, authDifference, conflictedSubgraph, MissingEvent, separate } from './graph.ts';
import { mainlineOrdering } from './mainline-ordering.ts';
import { authLookup, isPowerEvent, powerOrdering } from './power-ordering.ts';
import { stateMapKey, type StateMap } from './state-map.ts';

export interface ResolutionInput {
  version: RoomVersion;
  roomId: string;
  /** The states after each previous event. */
  stateSets: readonly StateMap[];
  /** An event by its id: those in the sets and in their full auth chains, rejected ones marked. */
  getEvent: (eventId: string) => StateEvent | undefined;
  /** The auth difference of the sets, where the caller has an index for it; it is computed otherwise. */
  authDifference?: ReadonlySet<string>;
  /** Checks third-party invites; without it none is accepted. */
  crypto?: Pick<Crypto, 'verify'>;
}

/** The resolved state; or the id of an event that is needed and missing. */
export type Resolution =
  { ok: true; state: StateMap } | { ok: false; reason: 'missing event'; eventId: string };

/**
 * State resolution v2 and, for rooms of version 12, v2.1: the state before an event, from the states after each of its
 * previous events. The answer depends on the events alone, not on the order of the sets, of what is in them, or of the
 * calls that led to them.
 *
 * Specification: room versions, "State resolution". Time grows with the conflict and with the auth chains of the sets
 * (only of the conflicted events, if the auth difference is given).
 */
export function resolveState(input: ResolutionInput): Resolution {
  const separated = separate(input.stateSets);
  if (separated.conflicted.size === 0) return { ok: true, state: separated.unconflicted };
  const graph = new AuthGraph(input.getEvent);
  try {
    return { ok: true, state: resolveConflict(graph, separated.unconflicted, separated.conflicted, input) };
  } catch (error) {
    if (error instanceof MissingEvent) return { ok: false, reason: 'missing event', eventId: error.eventId };
    throw error;
  }
}

function resolveConflict(
  graph: AuthGraph,
  unconflicted: Map<string, string>,
  conflicted: Set<string>,
  input: ResolutionInput,
): StateMap {
  const { version, stateSets } = input;
  const fresh = version.stateResolution === 'v2.1';
  const difference = input.authDifference ?? authDifference(graph, stateSets, { unconflicted, conflicted });
  const full = new Set([
    ...conflicted,
    ...difference,
    ...(fresh ? conflictedSubgraph(graph, conflicted) : []),
  ]);

  // 1. Select the set X of all power events in the full conflicted set, enlarge it by the events of their auth chains
  //    that are in that set too, and sort it by the reverse topological power ordering.
  const power = new Set<string>();
  for (const eventId of full) if (isPowerEvent(graph.event(eventId))) power.add(eventId);
  for (const eventId of graph.chain(power)) if (full.has(eventId)) power.add(eventId);
  const check = new IterativeAuthChecks(graph, input);
  const ordered = powerOrdering(graph, power, check.createEvent, version);

  // 2. Apply the iterative auth checks to it, starting from the unconflicted state map (v2) or from nothing (v2.1).
  const state = new Map(fresh ? [] : unconflicted);
  check.apply(state, ordered);

  // 3. Order the remaining events by the mainline of the power levels in the partially resolved state.
  const remaining = [...full].filter((eventId) => !power.has(eventId));
  const powerLevelsId = state.get(stateMapKey('m.room.power_levels', ''));

  // 4. Apply the iterative auth checks to them on the partially resolved state.
  check.apply(state, mainlineOrdering(graph, remaining, powerLevelsId));

  // 5. Replace what the unconflicted state map has.
  for (const [key, eventId] of unconflicted) state.set(key, eventId);
  return state;
}

/** Specification: state resolution, "Iterative auth checks". */
class IterativeAuthChecks {
  /** From version 12 nobody cites the create event: the room id names it. */
  readonly createEvent: StateEvent | undefined;
  private readonly graph: AuthGraph;
  private readonly input: ResolutionInput;

  constructor(graph: AuthGraph, input: ResolutionInput) {
    this.graph = graph;
    this.input = input;
    this.createEvent = input.version.roomIdIsHash ? graph.event('$' + input.roomId.slice(1)) : undefined;
  }

  /** Adds each event that is allowed in the state so far; where that lacks a key, the event's own auth events count. */
  apply(state: Map<string, string>, eventIds: readonly string[]): void {
    const { graph, input } = this;
    for (const eventId of eventIds) {
      const { pdu } = graph.event(eventId);
      if (pdu.state_key === undefined) continue;
      const cited = authLookup(graph, eventId, this.createEvent, (event) => event.rejected !== true);
      const decision = authorise(
        pdu,
        input.roomId,
        (type, stateKey) => {
          const current = state.get(stateMapKey(type, stateKey));
          return current === undefined ? cited(type, stateKey) : graph.event(current);
        },
        input.version,
        input.crypto,
      );
      if (decision.allowed) state.set(stateMapKey(pdu.type, pdu.state_key), eventId);
    }
  }
}
