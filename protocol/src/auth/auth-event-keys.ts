import { own, ownObject, ownString } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import type { AuthorisedEvent } from './decision.ts';

/**
 * Which state events an event must name in `auth_events`, where the room has them: pairs of type and state key, none
 * twice. The create event of a room names none.
 * Specification: Server-Server API, "Auth events selection".
 */
export function authEventKeys(
  event: AuthorisedEvent,
  version: RoomVersion,
): Array<[type: string, stateKey: string]> {
  if (event.type === 'm.room.create') return [];
  const keys: Array<[string, string]> = [];
  if (!version.roomIdIsHash) keys.push(['m.room.create', '']);
  keys.push(['m.room.power_levels', ''], ['m.room.member', event.sender]);
  if (event.type === 'm.room.member') addMemberKeys(keys, event, version);
  return keys;
}

function addMemberKeys(keys: Array<[string, string]>, event: AuthorisedEvent, version: RoomVersion): void {
  const members = new Set([event.sender]);
  const addMember = (userId: string | undefined): void => {
    if (userId === undefined || members.has(userId)) return;
    members.add(userId);
    keys.push(['m.room.member', userId]);
  };
  addMember(event.state_key);
  const membership = own(event.content, 'membership');
  if (membership === 'join' || membership === 'invite' || membership === 'knock')
    keys.push(['m.room.join_rules', '']);
  if (membership === 'invite') {
    const invite = ownObject(event.content, 'third_party_invite');
    const signed = invite === undefined ? undefined : ownObject(invite, 'signed');
    const token = signed === undefined ? undefined : ownString(signed, 'token');
    if (token !== undefined) keys.push(['m.room.third_party_invite', token]);
  }
  if (membership === 'join' && version.restrictedJoins) {
    addMember(ownString(event.content, 'join_authorised_via_users_server'));
  }
}
