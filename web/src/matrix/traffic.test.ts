import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTraffic, localDay, TrafficCounter } from './traffic.ts';

const noon = new Date(2026, 10, 24, 12).getTime();
const day = 86_400_000;

test('bytes add up within a day and begin anew with the next', () => {
  const start = { day: '2026-11-24', received: 10, sent: 1 };
  const later = countTraffic(start, noon, 5, 2);
  assert.deepEqual(later, { day: '2026-11-24', received: 15, sent: 3 });
  assert.deepEqual(countTraffic(later, noon + day, 4, 0), { day: '2026-11-25', received: 4, sent: 0 });
});

test('what was saved counts only on its own day', () => {
  const counter = new TrafficCounter(() => noon);
  counter.add(1, 1);
  counter.restore({ day: localDay(noon - day), received: 500, sent: 500 });
  assert.equal(counter.traffic.value.received, 1);
  counter.restore({ day: localDay(noon), received: 500, sent: 20 });
  assert.deepEqual(counter.traffic.value, { day: localDay(noon), received: 501, sent: 21 });
});
