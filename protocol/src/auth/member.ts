import { decodeBase64 } from '../crypto/base64.ts';
import { isJsonObject, own, ownObject, ownString, type JsonObject } from '../json/value.ts';
import { actionLevel, powerLevel, roomCreators } from '../power/levels.ts';
import { joinRuleOf, membershipOf } from '../power/may.ts';
import { signingKeyIds, verifyJson } from '../signing/sign-json.ts';
import { allowed, rejected, type Decision, type StateEvent } from './decision.ts';
import type { Question } from './question.ts';

/** Rule 5: `m.room.member`. The room and `m.federate` have been looked at. */
export function authoriseMember(question: Question): Decision {
  const { event, version } = question;
  const target: unknown = event.state_key;
  const membership = own(event.content, 'membership');
  // 5.1 If there is no state_key property, or no membership property in content, reject.
  if (typeof target !== 'string' || membership === undefined) {
    return rejected(version, '5.1', 'a member event has a state key and a membership');
  }
  // 5.2 join_authorised_via_users_server: the signature of its server is part of requiredSignatures.
  switch (membership) {
    case 'join':
      return authoriseJoin(question, target);
    case 'invite':
      return authoriseInvite(question, target);
    case 'leave':
      return authoriseLeave(question, target);
    case 'ban':
      return authoriseBan(question, target);
    case 'knock':
      if (version.knocking) return authoriseKnock(question, target);
  }
  // 5.8 Otherwise, the membership is unknown. Reject.
  return rejected(version, '5.8', 'the membership is unknown');
}

/** 5.3 */
function authoriseJoin(question: Question, target: string): Decision {
  const { event, state, version } = question;
  // 5.3.1 If the only previous event is the create event and the state_key is the creator, allow.
  const create = state('m.room.create', '');
  if (
    Array.isArray(event.prev_events) &&
    event.prev_events.length === 1 &&
    event.prev_events[0] === create?.eventId &&
    roomCreators(state, version)[0] === target
  ) {
    return allowed;
  }
  // 5.3.2 If the sender does not match state_key, reject.
  if (event.sender !== target) return rejected(version, '5.3.2', 'one joins for oneself alone');
  // 5.3.3 If the sender is banned, reject.
  const current = membershipOf(state, target);
  if (current === 'ban') return rejected(version, '5.3.3', 'the sender is banned');
  const inside = current === 'invite' || current === 'join';
  const rule = joinRuleOf(state);
  // 5.3.4 If the join_rule is invite or knock then allow if membership state is invite or join.
  if ((rule === 'invite' || (rule === 'knock' && version.knocking)) && inside) return allowed;
  // 5.3.5 If the join_rule is restricted or knock_restricted: …
  if (
    (rule === 'restricted' && version.restrictedJoins) ||
    (rule === 'knock_restricted' && version.knockRestricted)
  ) {
    if (inside || mayVouch(question)) return allowed;
    return rejected(version, '5.3.5.2', 'nobody who may invite has vouched for the sender');
  }
  // 5.3.6 If the join_rule is public, allow.
  if (rule === 'public') return allowed;
  return rejected(version, '5.3.7', 'the join rule does not let the sender in');
}

/** Whether `join_authorised_via_users_server` is a user with sufficient permission to invite other users. */
function mayVouch({ event, state, version }: Question): boolean {
  const userId = ownString(event.content, 'join_authorised_via_users_server');
  return (
    userId !== undefined &&
    membershipOf(state, userId) === 'join' &&
    powerLevel(state, userId, version) >= actionLevel(state, 'invite')
  );
}

/** 5.4 */
function authoriseInvite(question: Question, target: string): Decision {
  const { event, state, version } = question;
  // 5.4.1 If content has a third_party_invite property: …
  const invite = own(event.content, 'third_party_invite');
  if (invite !== undefined) return authoriseThirdPartyInvite(question, target, invite);
  // 5.4.2 If the sender's current membership state is not join, reject.
  if (membershipOf(state, event.sender) !== 'join') {
    return rejected(version, '5.4.2', 'the sender is not in the room');
  }
  // 5.4.3 If target user's current membership state is join or ban, reject.
  const current = membershipOf(state, target);
  if (current === 'join' || current === 'ban') {
    return rejected(version, '5.4.3', 'the invited user is in the room or banned');
  }
  // 5.4.4 If the sender's power level is greater than or equal to the invite level, allow.
  if (powerLevel(state, event.sender, version) >= actionLevel(state, 'invite')) return allowed;
  return rejected(version, '5.4.5', 'the sender may not invite');
}

/** 5.4.1 */
function authoriseThirdPartyInvite(question: Question, target: string, invite: unknown): Decision {
  const { event, state, version } = question;
  if (membershipOf(state, target) === 'ban')
    return rejected(version, '5.4.1.1', 'the invited user is banned');
  const signed = isJsonObject(invite) ? ownObject(invite, 'signed') : undefined;
  if (signed === undefined) return rejected(version, '5.4.1.2', 'the third-party invite is not signed');
  const mxid = ownString(signed, 'mxid');
  const token = ownString(signed, 'token');
  if (mxid === undefined || token === undefined) {
    return rejected(version, '5.4.1.3', 'the third-party invite lacks mxid or token');
  }
  if (mxid !== target) return rejected(version, '5.4.1.4', 'the third-party invite is for another user');
  const offer = state('m.room.third_party_invite', token);
  if (offer === undefined)
    return rejected(version, '5.4.1.5', 'there is no third-party invite with this token');
  if (offer.pdu.sender !== event.sender) {
    return rejected(version, '5.4.1.6', 'the third-party invite is by another user');
  }
  if (isSignedAsOffered(signed, offer, question)) return allowed;
  return rejected(version, '5.4.1.8', 'no signature of the third-party invite is valid');
}

const offeredKeysMax = 32;
const signaturesMax = 32;

/**
 * 5.4.1.7 Whether any signature in `signed` matches any public key of the offer. An honest offer has two keys and one
 * signature; the limits bound what a hostile one can cost.
 */
function isSignedAsOffered(signed: JsonObject, offer: StateEvent, { crypto }: Question): boolean {
  const names = ownObject(signed, 'signatures');
  if (crypto === undefined || names === undefined) return false;
  const keys = offeredKeys(offer).slice(0, offeredKeysMax);
  let left = signaturesMax;
  for (const name of Object.keys(names)) {
    for (const keyId of signingKeyIds(signed, name)) {
      if (left === 0) return false;
      left -= 1;
      if (keys.some((key) => verifyJson(signed, name, keyId, key, crypto))) return true;
    }
  }
  return false;
}

function offeredKeys(offer: StateEvent): Uint8Array[] {
  const content = offer.pdu.content;
  if (!isJsonObject(content)) return [];
  const more = own(content, 'public_keys');
  const written = [own(content, 'public_key')];
  if (Array.isArray(more)) {
    for (const entry of more) if (isJsonObject(entry)) written.push(own(entry, 'public_key'));
  }
  const keys: Uint8Array[] = [];
  for (const text of written) {
    const key = typeof text === 'string' ? decodeBase64(text) : undefined;
    if (key?.length === 32) keys.push(key);
  }
  return keys;
}

/** 5.5 */
function authoriseLeave(question: Question, target: string): Decision {
  const { event, state, version } = question;
  const current = membershipOf(state, target);
  // 5.5.1 If the sender matches state_key, allow if and only if the membership is invite, join, or knock.
  if (event.sender === target) {
    if (current === 'invite' || current === 'join' || (current === 'knock' && version.knocking))
      return allowed;
    return rejected(version, '5.5.1', 'the sender is not in the room');
  }
  // 5.5.2 If the sender's current membership state is not join, reject.
  if (membershipOf(state, event.sender) !== 'join') {
    return rejected(version, '5.5.2', 'the sender is not in the room');
  }
  // 5.5.3 If the target is banned, and the sender's power level is less than the ban level, reject.
  const level = powerLevel(state, event.sender, version);
  if (current === 'ban' && level < actionLevel(state, 'ban')) {
    return rejected(version, '5.5.3', 'the sender may not lift a ban');
  }
  // 5.5.4 If the sender has the kick level, and the target's power level is less than the sender's, allow.
  if (level >= actionLevel(state, 'kick') && powerLevel(state, target, version) < level) return allowed;
  return rejected(version, '5.5.5', 'the sender may not remove this user');
}

/** 5.6 */
function authoriseBan(question: Question, target: string): Decision {
  const { event, state, version } = question;
  if (membershipOf(state, event.sender) !== 'join') {
    return rejected(version, '5.6.1', 'the sender is not in the room');
  }
  const level = powerLevel(state, event.sender, version);
  if (level >= actionLevel(state, 'ban') && powerLevel(state, target, version) < level) return allowed;
  return rejected(version, '5.6.3', 'the sender may not ban this user');
}

/** 5.7 */
function authoriseKnock(question: Question, target: string): Decision {
  const { event, state, version } = question;
  const rule = joinRuleOf(state);
  if (rule !== 'knock' && !(rule === 'knock_restricted' && version.knockRestricted)) {
    return rejected(version, '5.7.1', 'nobody may knock here');
  }
  if (event.sender !== target) return rejected(version, '5.7.2', 'one knocks for oneself alone');
  const current = membershipOf(state, target);
  if (current !== 'ban' && current !== 'invite' && current !== 'join') return allowed;
  return rejected(version, '5.7.4', 'the sender is banned, invited or in the room already');
}
