import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { roomVersion } from '../room-versions/versions.ts';
import { alice, bob, carol, members, stateOf, type StateEntry } from '../testing/states.ts';
import { defaultPowerLevels } from './default-levels.ts';
import {
  actionLevel,
  notificationLevel,
  powerLevel,
  readLevel,
  requiredLevel,
  roomCreators,
} from './levels.ts';
import {
  joinRuleOf,
  mayBan,
  mayChangeLevel,
  mayInvite,
  mayKick,
  mayNotifyRoom,
  mayRedact,
  maySend,
  mayUnban,
  membershipOf,
  redactionApplies,
} from './may.ts';

const v10 = roomVersion('10') as RoomVersion;
const v11 = roomVersion('11') as RoomVersion;
const v12 = roomVersion('12') as RoomVersion;
const dave = '@dave:d.example';

function room(levels: JsonObject | undefined, ...more: StateEntry[]): ReturnType<typeof stateOf> {
  const entries = members({ creator: alice }, alice, bob, carol);
  if (levels !== undefined) entries.push(['m.room.power_levels', '', levels]);
  return stateOf([...entries, ...more]);
}

test('levels are integers, or before version 10 texts that say one', () => {
  const read: Array<[written: JsonObject[string], level: number | undefined]> = [
    [5, 5],
    [-5, -5],
    ['5', 5],
    ['+05', 5],
    [' -005\t', -5],
    ['-0', 0],
    ['', undefined],
    ['5.0', undefined],
    ['5e1', undefined],
    ['0x5', undefined],
    ['- 5', undefined],
    ['٥', undefined],
    ['9007199254740992', undefined],
    [`${' '.repeat(64)}5`, undefined],
    [1.5, undefined],
    [2 ** 53, undefined],
    [null, undefined],
    [true, undefined],
    [[], undefined],
  ];
  for (const [written, level] of read) assert.equal(readLevel(written), level, JSON.stringify(written));
  assert.equal(readLevel(undefined), undefined);
});

test('who has which level', () => {
  const levels = { users: { [bob]: 50, [carol]: '30' }, users_default: 7 };
  for (const version of [v10, v11]) {
    assert.equal(powerLevel(room(levels), bob, version), 50);
    assert.equal(powerLevel(room(levels), carol, version), 30);
    assert.equal(powerLevel(room(levels), alice, version), 7);
    assert.equal(powerLevel(room({}), alice, version), 0);
    assert.equal(powerLevel(room(undefined), alice, version), 100);
    assert.equal(powerLevel(room(undefined), bob, version), 0);
    assert.equal(
      powerLevel(() => undefined, alice, version),
      0,
    );
  }
  assert.equal(powerLevel(room(levels), alice, v12), Infinity);
  assert.equal(powerLevel(room(levels), bob, v12), 50);
  assert.equal(powerLevel(room(undefined), bob, v12), 0);
  assert.equal(
    powerLevel(() => undefined, alice, v12),
    0,
  );
  assert.equal(powerLevel(room({ users: { ['__proto__']: 5 } }), 'constructor', v11), 0);
});

test('who created a room', () => {
  const created = (content: JsonObject, version: RoomVersion): string[] =>
    roomCreators(stateOf([['m.room.create', '', content, bob]]), version);
  assert.deepEqual(created({ creator: alice }, v10), [alice]);
  assert.deepEqual(created({}, v10), []);
  assert.deepEqual(created({ creator: alice }, v11), [bob]);
  assert.deepEqual(created({ additional_creators: [carol] }, v11), [bob]);
  assert.deepEqual(created({ additional_creators: [carol, 5, 'x'] }, v12), [bob, carol]);
  assert.deepEqual(created({ additional_creators: 'x' }, v12), [bob]);
  assert.deepEqual(
    roomCreators(() => undefined, v12),
    [],
  );
  const additional = stateOf([['m.room.create', '', { additional_creators: [carol] }, bob]]);
  assert.deepEqual(
    [bob, carol, alice].map((user) => powerLevel(additional, user, v12)),
    [Infinity, Infinity, 0],
  );
  assert.equal(powerLevel(additional, carol, v11), 0);
});

test('what an event or an action needs', () => {
  const levels = {
    events: { 'm.room.name': 20, odd: null },
    events_default: 3,
    state_default: 40,
    ban: '60',
    invite: [],
  };
  assert.equal(requiredLevel(room(levels), 'm.room.name', true), 20);
  assert.equal(requiredLevel(room(levels), 'm.room.topic', true), 40);
  assert.equal(requiredLevel(room(levels), 'm.room.message', false), 3);
  assert.equal(requiredLevel(room(levels), 'odd', false), 3);
  assert.equal(requiredLevel(room({}), 'm.room.topic', true), 50);
  assert.equal(requiredLevel(room({}), 'toString', false), 0);
  assert.equal(requiredLevel(room(undefined), 'm.room.topic', true), 0);
  assert.equal(actionLevel(room(levels), 'ban'), 60);
  assert.equal(actionLevel(room(levels), 'invite'), 0);
  const bare = { ban: 50, kick: 50, redact: 50, invite: 0, users_default: 0, events_default: 0 };
  for (const [action, level] of Object.entries(bare)) {
    assert.equal(actionLevel(room({}), action as 'ban'), level);
    assert.equal(actionLevel(room(undefined), action as 'ban'), level);
  }
  assert.equal(actionLevel(room({}), 'state_default'), 50);
  assert.equal(actionLevel(room(undefined), 'state_default'), 0);
  assert.equal(notificationLevel(room({ notifications: { room: 20 } })), 20);
  assert.equal(notificationLevel(room({ notifications: { room: 20 } }), 'here'), 50);
  assert.equal(notificationLevel(room({})), 50);
  assert.equal(notificationLevel(room(undefined)), 50);
});

test('memberships and join rules where the state says nothing, or nonsense', () => {
  assert.equal(membershipOf(room({}), alice), 'join');
  assert.equal(membershipOf(room({}), dave), 'leave');
  assert.equal(membershipOf(stateOf([['m.room.member', dave, { membership: 5 }]]), dave), 'leave');
  assert.equal(joinRuleOf(room({})), 'invite');
  assert.equal(joinRuleOf(stateOf([['m.room.join_rules', '', { join_rule: 'public' }]])), 'public');
  assert.equal(joinRuleOf(stateOf([['m.room.join_rules', '', { join_rule: 5 }]])), '');
});

const levels = {
  users: { [alice]: 100, [bob]: 50 },
  events: { 'm.room.redaction': 10 },
  invite: 20,
  kick: 50,
  ban: 60,
};

test('may she?', () => {
  const state = room(levels, ['m.room.member', dave, { membership: 'ban' }]);
  assert.deepEqual(
    [alice, bob, carol].map((user) => maySend(state, user, 'm.room.topic', true, v11)),
    [true, true, false],
  );
  assert.equal(maySend(state, carol, 'm.room.message', false, v11), true);
  assert.equal(maySend(state, dave, 'm.room.message', false, v11), false);
  assert.deepEqual(
    [alice, bob, carol].map((user) => mayRedact(state, user, v11)),
    [true, true, false],
  );
  const strict = room({ ...levels, events: { 'm.room.redaction': 70 } });
  assert.equal(mayRedact(strict, bob, v11), false);
  assert.deepEqual(
    [bob, carol].map((user) => mayInvite(state, user, v11)),
    [true, false],
  );
  assert.deepEqual(
    [carol, dave, '@new:a'].map((target) => mayInvite(state, bob, v11, target)),
    [false, false, true],
  );
  assert.equal(mayInvite(state, dave, v11), false);
  assert.deepEqual(
    [alice, bob, carol].map((user) => mayNotifyRoom(state, user, v11)),
    [true, true, false],
  );
  assert.equal(mayNotifyRoom(room(levels, ['m.room.member', bob, { membership: 'leave' }]), bob, v11), false);
});

test('may she remove, ban, lift a ban?', () => {
  const state = room(levels, ['m.room.member', dave, { membership: 'ban' }]);
  assert.equal(mayKick(state, bob, carol, v11), true);
  assert.equal(mayKick(state, bob, alice, v11), false);
  assert.equal(mayKick(state, bob, bob, v11), false);
  assert.equal(mayKick(state, bob, dave, v11), false);
  assert.equal(mayKick(state, carol, bob, v11), false);
  assert.equal(mayKick(state, dave, carol, v11), false);
  assert.equal(mayBan(state, bob, carol, v11), false);
  assert.equal(mayBan(state, alice, carol, v11), true);
  assert.equal(mayBan(state, alice, alice, v11), false);
  assert.equal(mayBan(state, alice, alice, v12), false);
  assert.equal(mayUnban(state, alice, dave, v11), true);
  assert.equal(mayUnban(state, alice, carol, v11), false);
  assert.equal(mayUnban(state, bob, dave, v11), false);
  const swapped = room({ ...levels, kick: 60, ban: 50 }, ['m.room.member', dave, { membership: 'ban' }]);
  assert.equal(mayUnban(swapped, bob, dave, v11), false);
});

test('may she change a level?', () => {
  const state = room(levels);
  const change = (user: string, target: string, level: number, version = v11): boolean =>
    mayChangeLevel(state, user, target, level, version);
  assert.equal(change(alice, carol, 100), true);
  assert.equal(change(alice, carol, 101), false);
  assert.equal(change(bob, carol, 50), true);
  assert.equal(change(bob, carol, 51), false);
  assert.equal(change(bob, alice, 0), false);
  assert.equal(change(alice, alice, 0), true);
  assert.equal(change(bob, bob, 10), true);
  assert.equal(change(carol, carol, 0), false);
  assert.equal(change(alice, carol, 9000, v12), true);
  assert.equal(change(alice, alice, 50, v12), false);
  assert.equal(change(bob, alice, 50, v12), false);
});

test('the levels of a new room', () => {
  const old = defaultPowerLevels(v11, [alice, bob]);
  assert.deepEqual(old['users'], { [alice]: 100, [bob]: 100 });
  assert.equal((old['events'] as JsonObject)['m.room.tombstone'], 100);
  const fresh = defaultPowerLevels(v12, [alice]);
  assert.deepEqual(fresh['users'], {});
  assert.equal((fresh['events'] as JsonObject)['m.room.tombstone'], 150);
  assert.equal((fresh['events'] as JsonObject)['org.matrix.msc3401.call.member'], 0);
  const changed = defaultPowerLevels(v12, [], { ban: 70, events: { x: 1 } });
  assert.deepEqual([changed['ban'], changed['kick'], changed['events']], [70, 50, { x: 1 }]);
});

test('a redaction applies by the level, or within one server', () => {
  const state = room(levels);
  assert.equal(redactionApplies(state, bob, carol, v11), true);
  assert.equal(redactionApplies(state, carol, bob, v11), false);
  assert.equal(redactionApplies(state, carol, '@dan:c.example', v11), true);
  assert.equal(redactionApplies(state, carol, '@dan:c.example:80', v11), false);
  assert.equal(redactionApplies(room({ redact: 0 }), carol, bob, v11), true);
});
