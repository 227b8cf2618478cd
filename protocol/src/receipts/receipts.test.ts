import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Relation } from '../relations/relation.ts';
import { advances, threadOf, unreadCounts, type CountedEvent, type Receipt } from './receipts.ts';

const relation = (relType: string, eventId: string): Relation => ({ relType, eventId, isFallingBack: false });

test('the thread of an event, through at most three parents', () => {
  const parents = new Map([
    ['$edit', relation('m.replace', '$message')],
    ['$message', relation('m.thread', '$root')],
    ['$1', relation('m.reference', '$edit')],
    ['$2', relation('m.reference', '$1')],
    ['$loop', relation('m.reference', '$loop')],
  ]);
  const lookup = (eventId: string): Relation | undefined => parents.get(eventId);
  assert.equal(threadOf(undefined, lookup), 'main');
  assert.equal(threadOf({ inReplyTo: '$message', isFallingBack: false }, lookup), 'main');
  assert.equal(threadOf(relation('m.thread', '$root'), lookup), '$root');
  assert.equal(threadOf(relation('m.annotation', '$message'), lookup), '$root');
  assert.equal(threadOf(relation('m.annotation', '$edit'), lookup), '$root');
  assert.equal(threadOf(relation('m.annotation', '$1'), lookup), '$root');
  assert.equal(threadOf(relation('m.annotation', '$2'), lookup), 'main');
  assert.equal(threadOf(relation('m.annotation', '$root'), lookup), 'main');
  assert.equal(threadOf(relation('m.annotation', '$loop'), lookup), 'main');
});

const event = (position: number, more: Partial<CountedEvent> = {}): CountedEvent => ({
  eventId: `$${position}`,
  position,
  sender: '@b:a',
  threadId: 'main',
  notify: true,
  highlight: false,
  ...more,
});

const receipt = (position: number, threadId?: string, type: Receipt['type'] = 'm.read'): Receipt => ({
  type,
  threadId,
  eventId: `$${position}`,
  position,
});

const events = [
  event(1),
  event(2, { highlight: true }),
  event(3, { threadId: '$t' }),
  event(4, { threadId: '$t', highlight: true }),
  event(5, { notify: false, highlight: true }),
  event(6),
];

function counted(receipts: Receipt[], list = events): unknown {
  const { notifications, highlights, threads } = unreadCounts(list, receipts, '@me:a');
  const byThread = [...threads].map(([id, count]) => [id, count.notifications, count.highlights]);
  return [notifications, highlights, byThread];
}

test('without receipts everything that notifies is unread', () => {
  assert.deepEqual(counted([]), [
    5,
    2,
    [
      ['main', 3, 1],
      ['$t', 2, 1],
    ],
  ]);
});

test('threaded receipts read their thread, unthreaded ones all', () => {
  assert.deepEqual(counted([receipt(6, 'main')]), [2, 1, [['$t', 2, 1]]]);
  assert.deepEqual(counted([receipt(3, '$t')]), [
    4,
    2,
    [
      ['main', 3, 1],
      ['$t', 1, 1],
    ],
  ]);
  assert.deepEqual(counted([receipt(3)]), [
    2,
    1,
    [
      ['$t', 1, 1],
      ['main', 1, 0],
    ],
  ]);
  assert.deepEqual(counted([receipt(6)]), [0, 0, []]);
});

test('of two receipts the further counts, whatever its type', () => {
  assert.deepEqual(counted([receipt(1, 'main'), receipt(6, 'main', 'm.read.private')]), [
    2,
    1,
    [['$t', 2, 1]],
  ]);
  assert.deepEqual(counted([receipt(6, 'main', 'm.read.private'), receipt(1, 'main')]), [
    2,
    1,
    [['$t', 2, 1]],
  ]);
  assert.deepEqual(counted([receipt(4), receipt(2)]), [1, 0, [['main', 1, 0]]]);
});

test('own events are read and read what was before them in their thread', () => {
  const list = [...events, event(7, { sender: '@me:a', threadId: '$t' }), event(8, { threadId: '$t' })];
  assert.deepEqual(counted([], list), [
    4,
    1,
    [
      ['main', 3, 1],
      ['$t', 1, 0],
    ],
  ]);
});

test('a receipt never goes back', () => {
  assert.equal(advances(receipt(2), undefined), true);
  assert.equal(advances(receipt(2), receipt(1)), true);
  assert.equal(advances(receipt(2), receipt(2)), false);
  assert.equal(advances(receipt(1), receipt(2)), false);
});
