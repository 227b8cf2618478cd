import { compareCodePoints } from '../json/canonical.ts';
import type { AuthGraph } from './graph.ts';

/**
 * Mainline ordering based on a power levels event (undefined where the room has none yet): events that build on an
 * earlier event of the mainline come first, those that build on none before all, then the earlier, then the lower id.
 * Specification: state resolution, "Mainline ordering".
 */
export function mainlineOrdering(
  graph: AuthGraph,
  eventIds: Iterable<string>,
  powerLevelsId: string | undefined,
): string[] {
  const positions = mainlinePositions(graph, powerLevelsId);
  const items = [...eventIds].map((eventId) => ({
    eventId,
    position: positionOf(graph, eventId, positions),
    timestamp: graph.event(eventId).pdu.origin_server_ts,
  }));
  items.sort((x, y) => {
    if (x.position !== y.position) return x.position > y.position ? -1 : 1;
    if (x.timestamp !== y.timestamp) return x.timestamp - y.timestamp;
    return compareCodePoints(x.eventId, y.eventId);
  });
  return items.map(({ eventId }) => eventId);
}

/** The mainline P₀, P₁, …: each the power levels event in the auth events of the one before. */
function mainlinePositions(graph: AuthGraph, powerLevelsId: string | undefined): Map<string, number> {
  const positions = new Map<string, number>();
  let current = powerLevelsId;
  while (current !== undefined && !positions.has(current)) {
    positions.set(current, positions.size);
    current = powerLevelsOf(graph, current);
  }
  return positions;
}

/**
 * The position of the first power levels event behind an event that is on the mainline; ∞ if there is none. What is
 * found is written down for all events passed on the way, so that a long chain is walked once.
 */
function positionOf(graph: AuthGraph, eventId: string, positions: Map<string, number>): number {
  const passed = new Set<string>();
  let current = powerLevelsOf(graph, eventId);
  while (current !== undefined && !positions.has(current) && !passed.has(current)) {
    passed.add(current);
    current = powerLevelsOf(graph, current);
  }
  const position = (current === undefined ? undefined : positions.get(current)) ?? Infinity;
  for (const id of passed) positions.set(id, position);
  return position;
}

function powerLevelsOf(graph: AuthGraph, eventId: string): string | undefined {
  return graph.authEventIds(eventId).find((id) => {
    const { pdu } = graph.event(id);
    return pdu.type === 'm.room.power_levels' && pdu.state_key === '';
  });
}
