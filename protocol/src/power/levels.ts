import type { StateLookup } from '../auth/decision.ts';
import { isUserId } from '../identifiers/identifiers.ts';
import { isJsonObject, own, ownObject, ownString, type JsonObject, type JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';

/** What `m.room.power_levels` may say a number for, beside users, event types and notifications. */
export type PowerAction =
  'ban' | 'events_default' | 'invite' | 'kick' | 'redact' | 'state_default' | 'users_default';

const defaults: Readonly<Record<PowerAction, number>> = Object.freeze({
  ban: 50,
  events_default: 0,
  invite: 0,
  kick: 50,
  redact: 50,
  state_default: 50,
  users_default: 0,
});

/** The creator's level in a room that has no `m.room.power_levels` yet. */
const creatorLevel = 100;

/**
 * Reads one level: an integer, or before version 10 a string that says one. Later versions refuse the strings when the
 * event comes in (rule 10.1), so that reading need not ask for the version.
 * Specification: room version 9, "m.room.power_levels events accept values as strings".
 */
export function readLevel(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || value.length > 64 || !/^\s*[+-]?[0-9]+\s*$/.test(value)) return undefined;
  const level = Number(value);
  return Number.isSafeInteger(level) ? level + 0 : undefined;
}

function powerLevels(state: StateLookup): JsonObject | undefined {
  const content = state('m.room.power_levels', '')?.pdu.content;
  return isJsonObject(content) ? content : undefined;
}

/**
 * Who created the room: the create event's sender or `creator` and, from version 12, the additional creators. Empty
 * while there is no create event.
 */
export function roomCreators(state: StateLookup, version: RoomVersion): string[] {
  const create = state('m.room.create', '')?.pdu;
  if (create === undefined) return [];
  if (version.creator === 'content') {
    const creator = ownString(create.content, 'creator');
    return creator === undefined ? [] : [creator];
  }
  const more = version.creatorsInfinite ? own(create.content, 'additional_creators') : undefined;
  return Array.isArray(more) ? [create.sender, ...more.filter(isUserId)] : [create.sender];
}

function isCreator(state: StateLookup, userId: string, version: RoomVersion): boolean {
  const create = state('m.room.create', '')?.pdu;
  if (create === undefined) return false;
  if (version.creator === 'content') return own(create.content, 'creator') === userId;
  if (create.sender === userId) return true;
  const more = version.creatorsInfinite ? own(create.content, 'additional_creators') : undefined;
  return Array.isArray(more) && more.includes(userId);
}

/**
 * A user's power level in a state of a room: an integer, or `Infinity` for the creators of a room of version 12. It
 * does not ask whether the user is in the room.
 * Specification: Client-Server API, "m.room.power_levels".
 */
export function powerLevel(state: StateLookup, userId: string, version: RoomVersion): number {
  if (version.creatorsInfinite && isCreator(state, userId, version)) return Infinity;
  const levels = powerLevels(state);
  if (levels === undefined) {
    return !version.creatorsInfinite && isCreator(state, userId, version) ? creatorLevel : 0;
  }
  const users = ownObject(levels, 'users');
  const level = users === undefined ? undefined : readLevel(own(users, userId));
  return level ?? readLevel(own(levels, 'users_default')) ?? defaults.users_default;
}

/** The level that sending an event of this type needs; it needs no more in a room without `m.room.power_levels`. */
export function requiredLevel(state: StateLookup, type: string, isState: boolean): number {
  const levels = powerLevels(state);
  if (levels === undefined) return 0;
  const events = ownObject(levels, 'events');
  const level = events === undefined ? undefined : readLevel(own(events, type));
  return level ?? actionLevel(state, isState ? 'state_default' : 'events_default');
}

/** The level an action needs, or a default counts, in this state of the room. */
export function actionLevel(state: StateLookup, action: PowerAction): number {
  const levels = powerLevels(state);
  if (levels === undefined) return action === 'state_default' ? 0 : defaults[action];
  return readLevel(own(levels, action)) ?? defaults[action];
}

/** The level that a kind of notification needs; `room`, which is `@room`, and all others need 50 unless set. */
export function notificationLevel(state: StateLookup, kind = 'room'): number {
  const levels = powerLevels(state);
  const notifications = levels === undefined ? undefined : ownObject(levels, 'notifications');
  return (notifications === undefined ? undefined : readLevel(own(notifications, kind))) ?? 50;
}
