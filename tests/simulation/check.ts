import { serverNameOf, splitStateMapKey, type StateMap } from '@majlis/protocol';
import type { Plan } from './actions.ts';
import type { SimulatedServer } from './server.ts';
import { World, type Planted } from './world.ts';

/** What must not be: two honest servers that disagree, or something accepted that nobody honest said. */
export interface Failure {
  what: string;
  world: World;
}

/** Runs a plan and looks at the end of it; undefined if all is well. */
export function runPlan(plan: Plan, planted?: Planted): Failure | undefined {
  const world = new World(plan, planted);
  const what = attempt(world, planted !== undefined);
  return what === undefined ? undefined : { what, world };
}

function attempt(world: World, planted: boolean): string | undefined {
  try {
    world.run();
    return disagreement(world, planted);
  } catch (error) {
    return `a server failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function disagreement(world: World, planted: boolean): string | undefined {
  const [first, ...others] = world.honest;
  if (first === undefined) return undefined;
  const newcomers = planted ? [] : [world.newcomer(1), world.newcomer(2)];
  for (const other of [...others, ...newcomers]) {
    const what = difference(first, other);
    if (what !== undefined) return what;
  }
  for (const { eventId, pdu, rejected, rule } of first.events.values()) {
    const honest = world.honestEvents.has(eventId);
    if (honest && rejected) return `an honest event was rejected by rule ${rule}: ${eventId}`;
    if (!honest && serverNameOf(pdu.sender) !== 'evil.example')
      return `a forged event was taken in: ${eventId}`;
  }
  return undefined;
}

function difference(one: SimulatedServer, other: SimulatedServer): string | undefined {
  const between = `${one.name} and ${other.name}`;
  for (const [eventId, event] of one.events) {
    const same = other.events.get(eventId);
    if (same === undefined) return `${between}: only the first has ${eventId}`;
    if (same.rejected !== event.rejected)
      return `${between}: only one rejects ${eventId} (${event.rule ?? same.rule})`;
    const state = firstDifference(event.stateAfter, same.stateAfter);
    if (state !== undefined) return `${between}: different states after ${eventId}: ${state}`;
  }
  for (const eventId of other.events.keys())
    if (!one.events.has(eventId)) return `${between}: only the second has ${eventId}`;
  const state = firstDifference(one.finalState(), other.finalState());
  return state === undefined ? undefined : `${between}: different final states: ${state}`;
}

function firstDifference(one: StateMap, other: StateMap): string | undefined {
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const [left, right] = [one.get(key), other.get(key)];
    if (left !== right) return `${splitStateMapKey(key).join(' ')} is ${left} or ${right}`;
  }
  return undefined;
}
