import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendToLog, fillGap, isGap } from './log.ts';
import type { LogEntry, RawEvent } from './log.ts';

function event(id: string): RawEvent {
  return { event_id: id, type: 'm.room.message', sender: '@a:s', origin_server_ts: 0, content: {} };
}
const events = (...ids: string[]) => ids.map(event);

function shape(entries: readonly LogEntry[]): string {
  const indexes = entries.map((entry) => entry.index);
  assert.deepEqual(
    indexes,
    [...new Set(indexes)].toSorted((a, b) => a - b),
    'indexes rise',
  );
  return entries.map((entry) => (isGap(entry) ? `(${entry.gap})` : entry.event.event_id)).join(' ');
}

test('a first window begins with a gap', () => {
  const change = appendToLog([], { events: events('c', 'd'), limited: true, prevBatch: 't1' });
  assert.equal(shape(change.entries), '(t1) c d');
  assert.equal(change.added.length, 2);
});

test('a first window of a whole room has no gap', () => {
  assert.equal(shape(appendToLog([], { events: events('a'), limited: false }).entries), 'a');
});

test('live events follow', () => {
  const first = appendToLog([], { events: events('a', 'b'), limited: false });
  const next = appendToLog(first.entries, { events: events('c'), limited: false, prevBatch: 'x' });
  assert.equal(shape(next.entries), 'a b c');
  assert.deepEqual(
    next.put.map((entry) => entry.index),
    [2],
  );
});

test('a limited answer leaves a gap with room to fill it', () => {
  const first = appendToLog([], { events: events('a', 'b'), limited: false });
  const later = appendToLog(first.entries, { events: events('x', 'y'), limited: true, prevBatch: 't2' });
  assert.equal(shape(later.entries), 'a b (t2) x y');
  const filled = fillGap(later.entries, 2, { events: events('w', 'v'), end: 't3' });
  assert.equal(shape(filled.entries), 'a b (t3) v w x y');
  const met = fillGap(filled.entries, 2, { events: events('u', 'b', 'a'), end: 't4' });
  assert.equal(shape(met.entries), 'a b u v w x y');
  assert.equal(met.remove.length, 1);
});

test('an expanded window fills the gap before what is known', () => {
  const first = appendToLog([], { events: events('z'), limited: true, prevBatch: 't1' });
  const wide = appendToLog(first.entries, {
    events: events('x', 'y', 'z', 'n'),
    limited: true,
    prevBatch: 't0',
  });
  assert.equal(shape(wide.entries), '(t0) x y z n');
});

test('repeated events change nothing', () => {
  const first = appendToLog([], { events: events('a', 'b'), limited: false });
  const again = appendToLog(first.entries, { events: events('a', 'b'), limited: true, prevBatch: 't' });
  assert.equal(shape(again.entries), 'a b');
  assert.equal(again.put.length + again.remove.length, 0);
});

test('the beginning of a room ends the gap', () => {
  const first = appendToLog([], { events: events('c'), limited: true, prevBatch: 't1' });
  const all = fillGap(first.entries, 0, { events: events('b', 'a') });
  assert.equal(shape(all.entries), 'a b c');
});

test('an answer that spans a gap closes it, and puts what was missing into it', () => {
  const first = appendToLog([], { events: events('a'), limited: true, prevBatch: 't1' });
  const later = appendToLog(first.entries, { events: events('d'), limited: true, prevBatch: 't2' });
  assert.equal(shape(later.entries), '(t1) a (t2) d');
  const whole = appendToLog(later.entries, {
    events: events('y', 'a', 'b', 'c', 'd', 'e'),
    limited: true,
    prevBatch: 't0',
  });
  assert.equal(shape(whole.entries), '(t0) y a b c d e');
  const bare = appendToLog(later.entries, { events: events('a', 'd'), limited: true, prevBatch: 't1' });
  assert.equal(shape(bare.entries), '(t1) a d');
});
