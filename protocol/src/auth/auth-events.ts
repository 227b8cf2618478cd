import type { Pdu } from '../events/pdu.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { authEventKeys } from './auth-event-keys.ts';
import { allowed, rejected, type Decision, type StateEvent } from './decision.ts';

/**
 * Rules 2 and 3: whether an event's room is its own and its `auth_events`, which the caller has fetched, are those it
 * may name. The create event has no auth events and is judged by rule 1 alone.
 * Specification: room versions, "Authorization rules".
 */
export function checkAuthEvents(
  event: Pdu,
  authEvents: readonly StateEvent[],
  roomId: string,
  version: RoomVersion,
): Decision {
  if (event.type === 'm.room.create') return allowed;
  // 2. (from version 12) Whether that create event was accepted is seen in the state, by authorise.
  if (version.roomIdIsHash && event.room_id !== roomId) {
    return rejected(version, '2', 'the event is in another room');
  }
  // 3.1 If there are duplicate entries for a given type and state_key pair, reject.
  const keys = authEvents.map(({ pdu }) => pairKey(pdu.type, pdu.state_key));
  if (new Set(keys).size < keys.length) return rejected(version, '3.1', 'two auth events have the same key');
  // 3.2 If there are entries that the auth events selection does not select, reject.
  const expected = new Set(authEventKeys(event, version).map(([type, stateKey]) => pairKey(type, stateKey)));
  const unexpected = keys.findIndex((key) => !expected.has(key));
  if (unexpected >= 0) {
    return rejected(
      version,
      '3.2',
      `the auth event ${authEvents[unexpected]?.eventId ?? ''} was not to be named`,
    );
  }
  // 3.3 If there are entries which were themselves rejected, reject.
  const bad = authEvents.find((entry) => entry.rejected === true);
  if (bad !== undefined) return rejected(version, '3.3', `the auth event ${bad.eventId} was rejected`);
  // 3.4 (to version 11) If there is no m.room.create event among the entries, reject.
  if (!version.roomIdIsHash && !authEvents.some(({ pdu }) => pdu.type === 'm.room.create')) {
    return rejected(version, '3.4', 'the create event is not among the auth events');
  }
  // 3.5 If any of them has a room_id which does not match that of the event, reject.
  const stranger = authEvents.find(({ pdu }) => pdu.room_id !== event.room_id);
  if (stranger !== undefined || event.room_id !== roomId) {
    return rejected(version, '3.5', 'an auth event is of another room');
  }
  return allowed;
}

/** One text for a pair; the NUL cannot be taken for part of a type, because the rest is the length of the type. */
function pairKey(type: string, stateKey: string | undefined): string {
  // An auth event without a state key is no state event and matches nothing that is selected.
  return stateKey === undefined ? `message\u0000${type}` : `${type.length}\u0000${type}${stateKey}`;
}
