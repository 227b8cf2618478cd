import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomHeroes, roomName, roomNameParts, type RoomMember } from './room-name.ts';

const alice = { userId: '@alice:a', displayName: 'Alice' };
const bob = { userId: '@bob:a' };
const base = { heroes: [alice, bob], joinedCount: 3, invitedCount: 0 };

test('a name, else an alias, else heroes', () => {
  assert.equal(roomName({ ...base, name: 'Salon', canonicalAlias: '#s:a' }), 'Salon');
  assert.equal(roomName({ ...base, name: ' ', canonicalAlias: '#s:a' }), '#s:a');
  assert.equal(roomName({ ...base, name: 5, canonicalAlias: '' }), 'Alice, @bob:a');
  assert.deepEqual(roomNameParts({ ...base, canonicalAlias: '#s:a' }), { kind: 'alias', name: '#s:a' });
});

test('others are counted, and who is alone is told', () => {
  assert.equal(roomName({ ...base, joinedCount: 4, invitedCount: 3 }), 'Alice, @bob:a +4');
  assert.deepEqual(roomNameParts({ ...base, joinedCount: 1 }), {
    kind: 'heroes',
    names: ['Alice', '@bob:a'],
    others: 0,
    alone: true,
  });
  assert.deepEqual(roomNameParts({ ...base, joinedCount: 1, invitedCount: 1 }), {
    kind: 'heroes',
    names: ['Alice', '@bob:a'],
    others: 0,
    alone: false,
  });
  assert.equal(roomName({ heroes: [], joinedCount: 1, invitedCount: 0 }), undefined);
  assert.deepEqual(roomNameParts({ heroes: [], joinedCount: 9, invitedCount: 0 }), { kind: 'empty' });
});

test('heroes of one name are told apart', () => {
  const heroes = [alice, { userId: '@alice:b', displayName: 'Alice' }, { userId: '@x:a', displayName: ' ' }];
  assert.equal(
    roomName({ heroes, joinedCount: 4, invitedCount: 0 }),
    'Alice (@alice:a), Alice (@alice:b), @x:a',
  );
});

test('heroes are the first five others who are there, else who were there', () => {
  const member = (name: string, membership: string): RoomMember => ({ userId: `@${name}:a`, membership });
  const ids = (members: RoomMember[]): string[] => roomHeroes(members, '@me:a').map(({ userId }) => userId);
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => member(name, name === 'b' ? 'invite' : 'join'));
  assert.deepEqual(ids([member('me', 'join'), member('z', 'leave'), ...many]), [
    '@a:a',
    '@b:a',
    '@c:a',
    '@d:a',
    '@e:a',
  ]);
  assert.deepEqual(
    ids([member('me', 'join'), member('z', 'leave'), member('y', 'ban'), member('k', 'knock')]),
    ['@z:a', '@y:a'],
  );
  assert.deepEqual(ids(many.map(({ userId }) => ({ userId, membership: 'leave' }))).length, 5);
  assert.deepEqual(ids([]), []);
  assert.deepEqual(roomHeroes([{ ...alice, membership: 'join' }], '@me:a'), [alice]);
});
