import type { StateEvent } from '../auth/decision.ts';

export type Collected =
  | { ok: true; events: Map<string, StateEvent> }
  | { ok: false; reason: 'missing event' | 'too many events'; eventId: string };

export const collectedEventsMax = 500_000;

/**
 * Loads events and their full auth chains for `resolveState`, which asks for one event at a time and cannot wait. Each
 * round asks for all ids found in the round before, so that a store is called as often as the chains are long, not as
 * often as there are events.
 */
export async function collectAuthChains(
  eventIds: Iterable<string>,
  fetch: (eventIds: string[]) => Promise<Iterable<StateEvent>>,
  eventsMax: number = collectedEventsMax,
): Promise<Collected> {
  const events = new Map<string, StateEvent>();
  let wanted = new Set(eventIds);
  while (wanted.size > 0) {
    const next = new Set<string>();
    for (const event of await fetch([...wanted])) events.set(event.eventId, event);
    for (const eventId of wanted) {
      const event = events.get(eventId);
      if (event === undefined) return { ok: false, reason: 'missing event', eventId };
      if (events.size > eventsMax) return { ok: false, reason: 'too many events', eventId };
      for (const authId of event.pdu.auth_events) if (!events.has(authId)) next.add(authId);
    }
    wanted = next;
  }
  return { ok: true, events };
}
