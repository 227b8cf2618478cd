import {
  actionLevel,
  callMemberType,
  localpartOf,
  membershipOf,
  powerLevel,
  requiredLevel,
  roomVersion,
} from '@majlis/protocol';
import type { Pdu, StateEvent, StateLookup } from '@majlis/protocol';
import { forbidden } from '../http/errors.ts';
import type { MeetingsParts } from '../parts.ts';

/** What somebody may do in the meeting of a room; read from the room's state at each question. */
export interface RoomRights {
  readonly roomId: string;
  readonly roomName: string;
  readonly displayName: string;
  /** May open links and decide about guests. */
  readonly mayAdmit: boolean;
  /** May put this user out of the meeting. */
  readonly mayRemove: (userId: string) => boolean;
}

/** @throws Refusal 403 unless the user is joined and may take part in calls. */
export async function roomRights(
  parts: Pick<MeetingsParts, 'storage'>,
  roomId: string,
  userId: string,
): Promise<RoomRights> {
  const { rooms } = parts.storage;
  const nid = await rooms.roomNid(roomId);
  const [row] = nid === undefined ? [] : await rooms.rows([nid]);
  const version = row && roomVersion(row.version);
  if (nid === undefined || version === undefined) throw forbidden('You are not in this room');
  const events = await rooms.stateAt(nid, Number.MAX_SAFE_INTEGER, [
    { type: 'm.room.create', stateKey: '' },
    { type: 'm.room.power_levels', stateKey: '' },
    { type: 'm.room.name', stateKey: '' },
    { type: 'm.room.member', stateKey: userId },
  ]);
  const state = new Map<string, StateEvent>();
  for (const event of events) {
    state.set(`${event.type} ${event.stateKey}`, {
      eventId: event.eventId,
      pdu: JSON.parse(event.json) as Pdu,
    });
  }
  const lookup: StateLookup = (type, key) => state.get(`${type} ${key}`);
  if (membershipOf(lookup, userId) !== 'join') throw forbidden('You are not in this room');
  const level = powerLevel(lookup, userId, version);
  if (level < requiredLevel(lookup, callMemberType, true))
    throw forbidden('You may not take part in calls here');
  return {
    roomId,
    roomName: text(lookup('m.room.name', ''), 'name') ?? '',
    displayName: text(lookup('m.room.member', userId), 'displayname') ?? localpartOf(userId),
    mayAdmit: level >= actionLevel(lookup, 'invite'),
    mayRemove: (other) => level >= actionLevel(lookup, 'kick') && level > powerLevel(lookup, other, version),
  };
}

function text(event: StateEvent | undefined, name: string): string | undefined {
  const value = event?.pdu.content[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
