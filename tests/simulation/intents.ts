import { membershipOf, type JsonObject, type RoomVersion, type StateLookup } from '@majlis/protocol';
import type { Choices } from './actions.ts';
import type { Intent } from './server.ts';

const joinRules = ['public', 'invite', 'knock', 'restricted', 'knock_restricted', 'private'];
const levels = [-1, 0, 0, 10, 50, 50, 75, 100, 150];
const scalars = ['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'];

/** Something a user of the room might want to do. Whether they may is for the rules to say. */
export function randomIntent(
  sender: string,
  users: readonly string[],
  state: StateLookup,
  version: RoomVersion,
  choices: Choices,
): Intent {
  const target = choices.pick(users);
  const member = (stateKey: string, membership: string, more: JsonObject = {}): Intent => ({
    type: 'm.room.member',
    sender,
    stateKey,
    content: { membership, ...more },
  });
  const state_ = (type: string, stateKey: string, content: JsonObject): Intent => ({
    type,
    sender,
    stateKey,
    content,
  });
  const away = membershipOf(state, sender) !== 'join';
  switch (away ? choices.pick([0, 0, 0, 1, 2]) : choices.below(18)) {
    case 0:
      return member(sender, 'join', vouched(sender, users, state, choices));
    case 1:
      return member(sender, 'knock');
    case 2:
      return member(sender, 'leave');
    case 3:
    case 4:
      return member(target, 'invite');
    case 5:
    case 6:
      return member(target, 'leave');
    case 7:
      return member(target, 'ban');
    case 8:
    case 9:
    case 10:
      return state_('m.room.power_levels', '', changedLevels(target, state, version, choices));
    case 11:
      return state_('m.room.join_rules', '', { join_rule: choices.pick(joinRules) });
    case 12:
    case 13:
      return state_('m.room.topic', '', { topic: String(choices.below(1000)) });
    case 14:
      return state_('org.example.state', choices.pick(['', sender, target, 'x']), {
        value: choices.below(9),
      });
    case 15:
      return state_('m.room.third_party_invite', 'token', { public_key: 'none' });
    case 16:
      return member(sender, 'join', { displayname: String(choices.below(9)) });
    default:
      return { type: 'm.room.message', sender, content: { body: String(choices.below(1000)) } };
  }
}

/** Who comes by a restricted rule brings somebody who vouches; some do so in other rooms too. */
function vouched(sender: string, users: readonly string[], state: StateLookup, choices: Choices): JsonObject {
  const rule = state('m.room.join_rules', '')?.pdu.content['join_rule'];
  const wanted = (rule === 'restricted' || rule === 'knock_restricted') && !choices.chance(4);
  const vouchers = users.filter((user) => user !== sender && membershipOf(state, user) === 'join');
  if (!wanted || vouchers.length === 0) return {};
  return { join_authorised_via_users_server: choices.pick(vouchers) };
}

/** The power levels with one or two changes. */
function changedLevels(
  target: string,
  state: StateLookup,
  version: RoomVersion,
  choices: Choices,
): JsonObject {
  const before = state('m.room.power_levels', '')?.pdu.content ?? {};
  const after: JsonObject = { ...before };
  if (choices.chance(3)) {
    const key = choices.pick(scalars);
    if (choices.chance(4)) delete after[key];
    else after[key] = choices.pick(levels);
  } else if (choices.chance(4)) {
    after['events'] = {
      ...(before['events'] as JsonObject | undefined),
      'm.room.topic': choices.pick(levels),
    };
  } else {
    const users = { ...(before['users'] as JsonObject | undefined) };
    if (choices.chance(5)) delete users[target];
    else users[target] = choices.pick(levels);
    after['users'] = users;
  }
  if (choices.chance(12)) after['notifications'] = { room: choices.pick(levels) };
  if (!version.integerPowerLevels && choices.chance(6)) after['ban'] = '50';
  return after;
}
