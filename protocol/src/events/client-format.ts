import { own, type JsonObject } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import type { Pdu } from './pdu.ts';

/**
 * What a stranger is told of a room, in invites, knocks and the hierarchy: type, state key, content and sender.
 * Specification: Client-Server API, "Stripped state".
 */
export function strippedState(pdu: Pdu): JsonObject {
  return { type: pdu.type, state_key: pdu.state_key ?? '', content: pdu.content, sender: pdu.sender };
}

/**
 * An event as clients see it. `redacts` stands both at the top and in the content, so that old and new clients find it.
 * Specification: Client-Server API, "Room event format"; room version 11, "Moving the redacts property".
 */
export function clientEvent(
  pdu: Pdu,
  eventId: string,
  roomId: string,
  version: RoomVersion,
  unsigned?: JsonObject,
): JsonObject {
  const event: JsonObject = {
    content: pdu.content,
    event_id: eventId,
    origin_server_ts: pdu.origin_server_ts,
    room_id: roomId,
    sender: pdu.sender,
    type: pdu.type,
  };
  if (pdu.state_key !== undefined) event['state_key'] = pdu.state_key;
  if (pdu.type === 'm.room.redaction') copyRedacts(event, pdu, version);
  if (unsigned !== undefined && Object.keys(unsigned).length > 0) event['unsigned'] = unsigned;
  return event;
}

function copyRedacts(event: JsonObject, pdu: Pdu, version: RoomVersion): void {
  if (version.redactsIn === 'content') {
    const target = own(pdu.content, 'redacts');
    if (typeof target === 'string') event['redacts'] = target;
  } else if (typeof pdu.redacts === 'string') {
    event['redacts'] = pdu.redacts;
    event['content'] = { ...pdu.content, redacts: pdu.redacts };
  }
}
