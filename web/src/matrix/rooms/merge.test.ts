import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireRoom } from '../sync/wire.ts';
import type { RawEvent } from '../timeline/log.ts';
import { mergeReceipts, mergeRoom } from './merge.ts';
import { permissionsOf, powerOf } from './power.ts';
import { emptyRoom } from './record.ts';
import { summarize } from './summary.ts';

const own = '@own:s';
const sara = '@sara:s';
const omar = '@omar:s';
const facts = {
  ownId: own,
  now: 1000,
  directs: new Map<string, string>(),
  muted: new Set<string>(),
  ignored: new Set<string>(),
};

function state(type: string, content: object, stateKey = '', sender = '@sara:s'): RawEvent {
  return {
    event_id: `$${type}${stateKey}`,
    type,
    sender,
    origin_server_ts: 1,
    content: content as RawEvent['content'],
    state_key: stateKey,
  };
}
const merge = (wire: WireRoom, before = emptyRoom('!r')) => mergeRoom(before, '!r', wire, own, 500);

test('a room is named by its name, else by its heroes', () => {
  const named = merge({ initial: true, required_state: [state('m.room.name', { name: ' Office ' })] });
  assert.deepEqual(summarize(named, facts).title, { kind: 'named', text: 'Office' });
  const heroes = merge({
    initial: true,
    name: 'server says',
    heroes: [{ user_id: '@sara:s', name: 'Sara' }],
    joined_count: 4,
  });
  assert.deepEqual(summarize(heroes, facts).title, {
    kind: 'people',
    people: [{ userId: '@sara:s', name: 'Sara' }],
    others: 2,
  });
});

test('absent fields mean unchanged in a later answer', () => {
  const first = merge({ initial: true, notification_count: 3, joined_count: 5, is_dm: true });
  const second = merge({ timeline: [], num_live: 0 }, first);
  assert.deepEqual([second.unread, second.joined, second.direct], [3, 5, true]);
  assert.equal(merge({ notification_count: 0 }, first).unread, 0);
});

test('encryption once seen is never forgotten', () => {
  const on = merge({ initial: true, required_state: [state('m.room.encryption', { algorithm: 'x' })] });
  assert.equal(on.encrypted, true);
  const off = merge({ initial: true, required_state: [] }, on);
  assert.equal(off.encrypted, true);
});

test('an invitation tells by whom, and ends with joining', () => {
  const invited = merge({
    invite_state: [
      {
        type: 'm.room.member',
        sender: '@sara:s',
        state_key: own,
        content: { membership: 'invite', is_direct: true },
      },
      { type: 'm.room.encryption', sender: '@sara:s', state_key: '', content: { algorithm: 'x' } },
    ],
  });
  const summary = summarize(invited, facts);
  assert.equal(summary.membership, 'invite');
  assert.equal(summary.invitation?.by.userId, '@sara:s');
  assert.equal(summary.direct?.userId, '@sara:s');
  assert.equal(invited.encrypted, true);
  assert.equal(invited.known, false, 'an excerpt of the state is not the state');
  const joined = merge(
    { initial: true, required_state: [state('m.room.member', { membership: 'join' }, own, own)] },
    invited,
  );
  assert.equal(joined.membership, 'join');
  assert.equal(joined.invitation, undefined);
  assert.equal(joined.known, true);
});

test('old state of the timeline does not undo the current one', () => {
  const before = merge({ initial: true, required_state: [state('m.room.topic', { topic: 'new' })] });
  const old = { ...state('m.room.topic', { topic: 'old' }) };
  const expanded = merge({ limited: true, timeline: [old], num_live: 0 }, before);
  assert.equal(summarize(expanded, facts).topic, 'new');
  const live = merge({ timeline: [state('m.room.topic', { topic: 'newest' })], num_live: 1 }, before);
  assert.equal(summarize(live, facts).topic, 'newest');
});

test('the later receipt wins, private ones of others and threads are ignored', () => {
  const receipt = (ts: number, more: object = {}) => ({ 'm.read': { '@sara:s': { ts, ...more } } });
  const room = mergeReceipts(emptyRoom('!r'), { $2: receipt(20), $1: receipt(10) }, own);
  assert.deepEqual(room.receipts['@sara:s'], { eventId: '$2', time: 20 });
  const threaded = mergeReceipts(room, { $3: receipt(30, { thread_id: '$t' }) }, own);
  assert.equal(threaded.receipts['@sara:s']?.eventId, '$2');
  const hidden = mergeReceipts(
    room,
    { $4: { 'm.read.private': { '@sara:s': { ts: 40 }, [own]: { ts: 40 } } } },
    own,
  );
  assert.equal(hidden.receipts['@sara:s']?.eventId, '$2');
  assert.equal(hidden.receipts[own]?.eventId, '$4');
});

test('creators of version 12 stand above every level, those of version 11 do not', () => {
  const make = (version: string) =>
    merge({
      initial: true,
      required_state: [
        state('m.room.create', { room_version: version }, '', own),
        state('m.room.power_levels', { users: { '@sara:s': 100 } }),
        state('m.room.member', { membership: 'join' }, own, own),
      ],
    });
  assert.ok(powerOf(make('12'), own) > 100);
  assert.equal(powerOf(make('11'), own), 0);
  assert.equal(permissionsOf(make('12'), own).rename, true);
  assert.equal(permissionsOf(make('11'), own).rename, false);
  assert.equal(permissionsOf(make('11'), own).send, true);
});

test('the tick in the list does not tell what somebody ignored has read', () => {
  const line = { ...state('m.room.message', { msgtype: 'm.text', body: 'news' }, '', own), event_id: '$1' };
  const { state_key: _none, ...event } = line;
  const people = { [sara]: { membership: 'join' }, [omar]: { membership: 'join' } } as const;
  const tick = (readers: readonly string[], ignored: readonly string[]) => {
    const receipts = Object.fromEntries(readers.map((userId) => [userId, { eventId: '$1', time: 5 }]));
    const room = { ...emptyRoom('!r'), joined: 3, people, receipts, last: { index: 0, event } };
    return summarize(room, { ...facts, ignored: new Set(ignored) }).last?.send;
  };
  assert.equal(tick([sara], []), 'delivered');
  assert.equal(tick([sara], [sara]), 'sent');
  assert.equal(tick([sara, omar], [sara]), 'read');
});
