import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyVisibility, mayServerSeeEvent, mayUserSeeEvent } from './history-visibility.ts';

const memberships = ['join', 'invite', 'leave', 'ban', 'knock', undefined] as const;

function visible(setting: unknown, membership: string | undefined, joinedAfter: boolean): boolean {
  return mayUserSeeEvent({
    userId: '@u:a',
    event: { type: 'm.room.message', content: {} },
    historyVisibility: setting,
    membership,
    joinedAfter,
  });
}

test('the five rules', () => {
  for (const membership of memberships) {
    for (const joinedAfter of [true, false]) {
      const joined = membership === 'join';
      assert.equal(visible('world_readable', membership, joinedAfter), true);
      assert.equal(visible('shared', membership, joinedAfter), joined || joinedAfter);
      assert.equal(visible(undefined, membership, joinedAfter), joined || joinedAfter);
      assert.equal(visible('nonsense', membership, joinedAfter), joined || joinedAfter);
      assert.equal(visible('invited', membership, joinedAfter), joined || membership === 'invite');
      assert.equal(visible('joined', membership, joinedAfter), joined);
    }
  }
  assert.equal(historyVisibility(null), 'shared');
});

test('one sees ones own join and the leave that ends it', () => {
  const own = (before: string | undefined, after: unknown, stateKey = '@u:a'): boolean =>
    mayUserSeeEvent({
      userId: '@u:a',
      event: { type: 'm.room.member', state_key: stateKey, content: { membership: after as string } },
      historyVisibility: 'joined',
      membership: before,
      joinedAfter: false,
    });
  assert.equal(own('leave', 'join'), true);
  assert.equal(own('join', 'leave'), true);
  assert.equal(own('leave', 'ban'), false);
  assert.equal(own('leave', 7), false);
  assert.equal(own('leave', 'join', '@other:a'), false);
});

test('one sees the opening and the closing of the history', () => {
  const change = (
    before: string,
    after: string,
    stateKey = '',
    type = 'm.room.history_visibility',
  ): boolean =>
    mayUserSeeEvent({
      userId: '@u:a',
      event: { type, state_key: stateKey, content: { history_visibility: after } },
      historyVisibility: before,
      membership: 'leave',
      joinedAfter: false,
    });
  assert.equal(change('joined', 'world_readable'), true);
  assert.equal(change('world_readable', 'joined'), true);
  assert.equal(change('joined', 'shared'), false);
  assert.equal(change('joined', 'world_readable', 'x'), false);
  assert.equal(change('joined', 'world_readable', '', 'm.room.topic'), false);
});

test('servers see what one of their users could', () => {
  assert.equal(mayServerSeeEvent('shared', []), true);
  assert.equal(mayServerSeeEvent('world_readable', []), true);
  assert.equal(mayServerSeeEvent(undefined, []), true);
  assert.equal(mayServerSeeEvent('joined', ['leave', 'join']), true);
  assert.equal(mayServerSeeEvent('joined', ['invite']), false);
  assert.equal(mayServerSeeEvent('invited', ['invite']), true);
  assert.equal(mayServerSeeEvent('invited', ['leave', 'ban']), false);
});
