import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayActOn, mayModerateCall } from './moderation.ts';
import type { Member, Permissions } from '../matrix/door.ts';

const all: Permissions = {
  send: true,
  invite: true,
  kick: true,
  ban: true,
  redactOthers: true,
  rename: true,
  changePicture: true,
  startCall: true,
  changeRoles: true,
};
const plain: Permissions = { ...all, kick: false, ban: false, changeRoles: false };

function member(name: string, power: number, membership: Member['membership'] = 'join'): Member {
  const role = power >= 100 ? 'owner' : power >= 50 ? 'moderator' : 'member';
  return { userId: `@${name}:m`, name, power, role, membership };
}

const owner = member('owner', Number.MAX_SAFE_INTEGER);
const moderator = member('moderator', 50);
const someone = member('someone', 0);
const banned = member('banned', 0, 'ban');
const invited = member('invited', 0, 'invite');
const everyone = [owner, moderator, someone, banned, invited];

test('an owner gives every role and may do everything', () => {
  const may = mayActOn(moderator, everyone, owner.userId, all);
  assert.deepEqual(may, { roles: ['member', 'moderator', 'owner'], remove: true, ban: true, unban: false });
});

test('a moderator acts on those below, and gives no role without the right to', () => {
  const rights = { ...all, changeRoles: false };
  assert.deepEqual(mayActOn(someone, everyone, moderator.userId, rights), {
    roles: [],
    remove: true,
    ban: true,
    unban: false,
  });
  assert.deepEqual(mayActOn(owner, everyone, moderator.userId, rights).remove, false);
  // With the right to: no role above the own one.
  assert.deepEqual(mayActOn(someone, everyone, moderator.userId, all).roles, ['member', 'moderator']);
});

test('nobody acts on themselves, and a plain member on nobody', () => {
  const nothing = { roles: [], remove: false, ban: false, unban: false };
  assert.deepEqual(mayActOn(moderator, everyone, moderator.userId, all), nothing);
  for (const other of everyone) assert.deepEqual(mayActOn(other, everyone, someone.userId, plain), nothing);
});

test('who is blocked can only be unblocked, who is invited has no role yet', () => {
  assert.deepEqual(mayActOn(banned, everyone, owner.userId, all), {
    roles: [],
    remove: false,
    ban: false,
    unban: true,
  });
  assert.deepEqual(mayActOn(invited, everyone, owner.userId, all).roles, []);
});

test('in a meeting those below are moderated, and guests by whoever may invite', () => {
  assert.equal(mayModerateCall(someone.userId, everyone, moderator.userId, all), true);
  assert.equal(mayModerateCall(moderator.userId, everyone, moderator.userId, all), false);
  assert.equal(mayModerateCall(moderator.userId, everyone, someone.userId, plain), false);
  assert.equal(mayModerateCall(undefined, everyone, someone.userId, plain), true);
  assert.equal(mayModerateCall(undefined, everyone, someone.userId, { ...plain, invite: false }), false);
});
