import type { StateLookup } from '../auth/decision.ts';
import { serverNameOf } from '../identifiers/identifiers.ts';
import { own } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { actionLevel, notificationLevel, powerLevel, requiredLevel } from './levels.ts';

/**
 * Questions that clients and servers ask before they offer or do something. Each says whether an event would pass the
 * authorisation rules in this state; the rules themselves (`authorise`) have the last word.
 */

/** A user's membership as the state says it; `leave` where it says nothing. */
export function membershipOf(state: StateLookup, userId: string): string {
  const member = state('m.room.member', userId)?.pdu.content;
  const membership = member === undefined ? undefined : own(member, 'membership');
  return typeof membership === 'string' ? membership : 'leave';
}

/** The room's join rule; `invite` where the state says nothing. */
export function joinRuleOf(state: StateLookup): string {
  const content = state('m.room.join_rules', '')?.pdu.content;
  const rule = content === undefined ? 'invite' : own(content, 'join_rule');
  return typeof rule === 'string' ? rule : '';
}

function joined(state: StateLookup, userId: string): boolean {
  return membershipOf(state, userId) === 'join';
}

/** May the user send events of this type? State that is one's own by its key (`@…`) is not looked at here. */
export function maySend(
  state: StateLookup,
  userId: string,
  type: string,
  isState: boolean,
  version: RoomVersion,
): boolean {
  return joined(state, userId) && powerLevel(state, userId, version) >= requiredLevel(state, type, isState);
}

/** May the user redact events of others? Their own they always may, if they may send redactions at all. */
export function mayRedact(state: StateLookup, userId: string, version: RoomVersion): boolean {
  return (
    maySend(state, userId, 'm.room.redaction', false, version) &&
    powerLevel(state, userId, version) >= actionLevel(state, 'redact')
  );
}

/**
 * Is a redaction to be applied, which the authorisation rules have let in? `state` is that before the redaction: its
 * sender has the level to redact, or is of the same server as the sender of what is redacted.
 * Specification: room version 3, "Handling redactions".
 */
export function redactionApplies(
  state: StateLookup,
  redactor: string,
  targetSender: string,
  version: RoomVersion,
): boolean {
  return (
    powerLevel(state, redactor, version) >= actionLevel(state, 'redact') ||
    serverNameOf(redactor) === serverNameOf(targetSender)
  );
}

/** May the user invite somebody? With a target: somebody who is neither banned nor in the room. */
export function mayInvite(
  state: StateLookup,
  userId: string,
  version: RoomVersion,
  targetId?: string,
): boolean {
  const target = targetId === undefined ? 'leave' : membershipOf(state, targetId);
  return (
    joined(state, userId) &&
    target !== 'join' &&
    target !== 'ban' &&
    powerLevel(state, userId, version) >= actionLevel(state, 'invite')
  );
}

/** May the user remove the target, or take their invite or knock back? */
export function mayKick(state: StateLookup, userId: string, targetId: string, version: RoomVersion): boolean {
  return membershipOf(state, targetId) !== 'ban' && outranks(state, userId, targetId, 'kick', version);
}

/** May the user ban the target? */
export function mayBan(state: StateLookup, userId: string, targetId: string, version: RoomVersion): boolean {
  return outranks(state, userId, targetId, 'ban', version);
}

/** May the user lift the target's ban? It takes the level to ban and the level to kick. */
export function mayUnban(
  state: StateLookup,
  userId: string,
  targetId: string,
  version: RoomVersion,
): boolean {
  return (
    membershipOf(state, targetId) === 'ban' &&
    outranks(state, userId, targetId, 'ban', version) &&
    outranks(state, userId, targetId, 'kick', version)
  );
}

function outranks(
  state: StateLookup,
  userId: string,
  targetId: string,
  action: 'ban' | 'kick',
  version: RoomVersion,
): boolean {
  const level = powerLevel(state, userId, version);
  return (
    joined(state, userId) &&
    level >= actionLevel(state, action) &&
    powerLevel(state, targetId, version) < level
  );
}

/** May the user notify the whole room with `@room`? */
export function mayNotifyRoom(state: StateLookup, userId: string, version: RoomVersion): boolean {
  return joined(state, userId) && powerLevel(state, userId, version) >= notificationLevel(state, 'room');
}

/** May the user set this user's level to that one? */
export function mayChangeLevel(
  state: StateLookup,
  userId: string,
  targetId: string,
  level: number,
  version: RoomVersion,
): boolean {
  if (!maySend(state, userId, 'm.room.power_levels', true, version)) return false;
  const own = powerLevel(state, userId, version);
  const current = powerLevel(state, targetId, version);
  if (current === Infinity || level > own) return false;
  return userId === targetId || current < own;
}
