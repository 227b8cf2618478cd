import type { Crypto } from '../crypto/crypto.ts';
import { asJson, type Pdu } from '../events/pdu.ts';
import { isUserId, serverNameOf } from '../identifiers/identifiers.ts';
import { isJsonObject, own } from '../json/value.ts';
import { actionLevel, powerLevel, requiredLevel } from '../power/levels.ts';
import { membershipOf } from '../power/may.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { roomVersion } from '../room-versions/versions.ts';
import { allowed, rejected, type Decision, type StateLookup } from './decision.ts';
import { authoriseMember } from './member.ts';
import { authorisePowerLevels } from './power-levels.ts';
import type { Question } from './question.ts';

/**
 * Whether an event is allowed in a state of its room: the authorisation rules of the room version in the
 * specification's order, all but those about the event's own `auth_events` ({@link checkAuthEvents}) and the signature
 * of the server in `join_authorised_via_users_server` (`requiredSignatures`). Never throws, whatever JSON it is given.
 *
 * `crypto` is needed only where third-party invites are to be accepted.
 * Specification: room versions, "Authorization rules".
 */
export function authorise(
  event: Pdu,
  roomId: string,
  state: StateLookup,
  version: RoomVersion,
  crypto?: Pick<Crypto, 'verify'>,
): Decision {
  const question: Question = { event, roomId, state, version, crypto };
  // 1. If type is m.room.create: …
  if (event.type === 'm.room.create') return authoriseCreate(question);
  const sender: unknown = event.sender;
  if (typeof sender !== 'string' || !isJsonObject(event.content)) return malformed(version);

  // 2. (from version 12) If the room_id is not the id of an accepted create event, reject.
  // 4. m.federate.
  const room = checkRoom(question);
  if (!room.allowed) return room;

  // 5. If type is m.room.member: …
  if (event.type === 'm.room.member') return authoriseMember(question);

  // 6. If the sender's current membership state is not join, reject.
  if (membershipOf(state, sender) !== 'join') return rejected(version, '6', 'the sender is not in the room');

  // 7. If type is m.room.third_party_invite: allow if and only if the sender has the invite level.
  const level = powerLevel(state, sender, version);
  if (event.type === 'm.room.third_party_invite') {
    if (level >= actionLevel(state, 'invite')) return allowed;
    return rejected(version, '7.1', 'the sender may not invite');
  }

  // 8. If the event type's required power level is greater than the sender's power level, reject.
  const required = requiredLevel(state, event.type, event.state_key !== undefined);
  if (required > level) {
    return rejected(version, '8', `${event.type} needs the power level ${required}, the sender has ${level}`);
  }

  // 9. If the event has a state_key that starts with an @ and does not match the sender, reject.
  const stateKey: unknown = event.state_key;
  if (stateKey !== undefined && typeof stateKey !== 'string') return malformed(version);
  if (stateKey?.startsWith('@') === true && stateKey !== sender) {
    return rejected(version, '9', 'the state key is another user');
  }

  // 10. If type is m.room.power_levels: …
  if (event.type === 'm.room.power_levels') return authorisePowerLevels(question, level);

  // 11. Otherwise, allow.
  return allowed;
}

function malformed(version: RoomVersion): Decision {
  return rejected(version, '11', 'the event has not the shape of an event');
}

function checkRoom({ event, roomId, state, version }: Question): Decision {
  const create = state('m.room.create', '');
  if (create === undefined || !isJsonObject(create.pdu.content)) {
    return rejected(version, version.roomIdIsHash ? '2' : '3.4', 'there is no create event');
  }
  if (version.roomIdIsHash) {
    const id = '!' + create.eventId.slice(1);
    if (create.rejected === true || roomId !== id || event.room_id !== id) {
      return rejected(version, '2', 'the room id is not that of an accepted create event');
    }
  }
  // 4. If the create event has m.federate set to false, and the domains of the two senders differ, reject.
  if (
    own(create.pdu.content, 'm.federate') === false &&
    serverNameOf(create.pdu.sender) !== serverNameOf(event.sender)
  ) {
    return rejected(version, '4', 'the room does not federate');
  }
  return allowed;
}

function authoriseCreate({ event, version }: Question): Decision {
  const sender: unknown = event.sender;
  if (typeof sender !== 'string' || !isJsonObject(event.content) || !Array.isArray(event.prev_events)) {
    return malformed(version);
  }
  // 1.1 If it has any prev_events, reject.
  if (event.prev_events.length > 0) return rejected(version, '1.1', 'a create event has no previous events');
  // 1.2 Version 12: if the event has a room_id, reject. Before: if the domains of room and sender differ, reject.
  const roomId = own(asJson(event), 'room_id');
  if (version.roomIdIsHash) {
    if (roomId !== undefined) return rejected(version, '1.2', 'a create event has no room_id');
  } else if (typeof roomId !== 'string' || serverNameOf(roomId) !== serverNameOf(sender)) {
    return rejected(version, '1.2', "the room id has not the sender's domain");
  }
  // 1.3 If content.room_version is present and is not a recognised version, reject.
  const wanted = own(event.content, 'room_version');
  if (wanted !== undefined && (typeof wanted !== 'string' || roomVersion(wanted) === undefined)) {
    return rejected(version, '1.3', 'the room version is unknown');
  }
  // 1.4 (to version 10) If content has no creator property, reject.
  if (version.creator === 'content' && own(event.content, 'creator') === undefined) {
    return rejected(version, '1.4', 'there is no creator');
  }
  // 1.5 (from version 12) If additional_creators is present and not an array of user ids, reject.
  const more = own(event.content, 'additional_creators');
  if (version.creatorsInfinite && more !== undefined && !(Array.isArray(more) && more.every(isUserId))) {
    return rejected(version, '1.5', 'additional_creators is not a list of user ids');
  }
  return allowed;
}
