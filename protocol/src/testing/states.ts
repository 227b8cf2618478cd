import type { StateEvent, StateLookup } from '../auth/decision.ts';
import type { JsonObject } from '../json/value.ts';

/** A state for tests: entries of type, state key, content and sender (the state key if it is left out). */
export type StateEntry = [type: string, stateKey: string, content: JsonObject, sender?: string];

export const alice = '@alice:a.example';
export const bob = '@bob:b.example';
export const carol = '@carol:c.example';
export const roomOfTests = '!create';

/** Looks up events made of entries; event ids count from `$001`, but the create event is `$create`. */
export function stateOf(entries: StateEntry[]): StateLookup {
  const events = new Map<string, StateEvent>();
  for (const [index, [type, stateKey, content, sender]] of entries.entries()) {
    const eventId = type === 'm.room.create' ? '$create' : `$${String(index).padStart(3, '0')}`;
    const pdu = {
      type,
      state_key: stateKey,
      content,
      sender: sender ?? (stateKey === '' ? alice : stateKey),
      room_id: roomOfTests,
      depth: index + 1,
      origin_server_ts: index,
      prev_events: [],
      auth_events: [],
    };
    events.set(JSON.stringify([type, stateKey]), { eventId, pdu });
  }
  return (type, stateKey) => events.get(JSON.stringify([type, stateKey]));
}

/** Create event and members, each joined. */
export function members(create: JsonObject, ...userIds: string[]): StateEntry[] {
  return [
    ['m.room.create', '', create],
    ...userIds.map((userId): StateEntry => ['m.room.member', userId, { membership: 'join' }]),
  ];
}
