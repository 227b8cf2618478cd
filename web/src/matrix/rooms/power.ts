import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { Member, Permissions } from '../door.ts';
import { localpart, stateContent } from './record.ts';
import type { MemberFacts, RoomRecord } from './record.ts';

/** More than any level that can be given: creators of rooms of version 12 stand above all. */
const creatorPower = Number.MAX_SAFE_INTEGER;

/** Power level of a user (specification, `m.room.power_levels`; creators by the rule of room version 12). */
export function powerOf(room: RoomRecord, userId: string): number {
  const create = room.state['m.room.create']?.[''];
  if (create !== undefined && privilegedCreators(create.content)) {
    const more = create.content['additional_creators'];
    if (create.sender === userId || (Array.isArray(more) && more.includes(userId))) return creatorPower;
  }
  const levels = stateContent(room, 'm.room.power_levels');
  if (levels === undefined) return create?.sender === userId ? 100 : 0;
  const users = levels['users'];
  return level(isObject(users) ? users[userId] : undefined, level(levels['users_default'], 0));
}

function privilegedCreators(create: JsonBody): boolean {
  const version = Number(create['room_version'] ?? '1');
  return Number.isFinite(version) && version >= 12;
}

export function permissionsOf(room: RoomRecord, ownId: string): Permissions {
  const levels = stateContent(room, 'm.room.power_levels') ?? {};
  const events = isObject(levels['events']) ? levels['events'] : {};
  const own = powerOf(room, ownId);
  const joined = room.membership === 'join';
  const state = (type: string) => joined && own >= level(events[type], level(levels['state_default'], 50));
  const act = (name: string, otherwise: number) => joined && own >= level(levels[name], otherwise);
  const message = room.encrypted ? 'm.room.encrypted' : 'm.room.message';
  return {
    send: joined && own >= level(events[message], level(levels['events_default'], 0)),
    invite: act('invite', 0),
    kick: act('kick', 50),
    ban: act('ban', 50),
    redactOthers: act('redact', 50),
    rename: state('m.room.name'),
    changePicture: state('m.room.avatar'),
    startCall: state('org.matrix.msc3401.call.member'),
    changeRoles: state('m.room.power_levels'),
  };
}

/** Joined and invited people: the powerful first, then by name. */
export function memberList(room: RoomRecord, members: Readonly<Record<string, MemberFacts>>): Member[] {
  const list: Member[] = [];
  for (const [userId, facts] of Object.entries(members)) {
    if (facts.membership === 'leave') continue;
    const power = powerOf(room, userId);
    list.push({
      userId,
      name: facts.name ?? localpart(userId),
      ...(facts.picture === undefined ? {} : { picture: facts.picture }),
      membership: facts.membership,
      power,
      role: power >= 100 ? 'owner' : power >= 50 ? 'moderator' : 'member',
    });
  }
  return list.sort((a, b) => b.power - a.power || compareText(a.name, b.name));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function level(value: unknown, otherwise: number): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
}
