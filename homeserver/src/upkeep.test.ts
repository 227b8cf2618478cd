import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Upkeep } from './upkeep.ts';

const day = 24 * 60 * 60 * 1000;

/** Upkeep over a table of `rows` old transactions, with timers that go off by hand. */
function upkeep(rows: number, fails = 0) {
  const timers: Array<{ ms: number; work: () => void }> = [];
  const asked: Array<{ before: number; limit: number }> = [];
  let left = rows;
  let unread = 112_000;
  let failures = fails;
  const warnings: string[] = [];
  const parts = {
    clock: { now: () => 100 * day },
    scheduler: {
      after(ms: number, work: () => void) {
        const timer = { ms, work };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    log: {
      info: () => undefined,
      error: () => undefined,
      warn: (words: string) => void warnings.push(words),
    },
    storage: {
      delayedEvents: { pruneDelayedEvents: () => Promise.resolve() },
      encryption: {
        pruneToDevice(keep: number, limit: number) {
          const deleted = Math.min(unread - Math.min(unread, keep), limit);
          unread -= deleted;
          return Promise.resolve(deleted);
        },
      },
      rooms: {
        pruneTransactions(before: number, limit: number) {
          asked.push({ before, limit });
          if (failures > 0) {
            failures -= 1;
            return Promise.reject(new Error('away'));
          }
          const deleted = Math.min(left, limit);
          left -= deleted;
          return Promise.resolve(deleted);
        },
      },
    },
  };
  const service = new Upkeep(parts as unknown as ConstructorParameters<typeof Upkeep>[0]);
  const ring = async (): Promise<void> => {
    timers.shift()?.work();
    while (timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  return { service, timers, asked, warnings, ring, left: () => left, unread: () => unread };
}

test('old transactions go in portions until none is left, then upkeep waits for hours', async () => {
  const { service, timers, asked, ring, left } = upkeep(12_000);
  service.start();
  assert.equal(timers[0]?.ms, 60_000);
  await ring();
  assert.equal(left(), 0);
  assert.deepEqual(
    asked.map(({ before, limit }) => [before, limit]),
    Array.from({ length: 3 }, () => [70 * day, 5_000]),
  );
  assert.equal(timers[0]?.ms, 6 * 60 * 60 * 1000);
});

test('an inbox that nobody empties keeps its newest hundred thousand messages', async () => {
  const { service, ring, unread } = upkeep(0);
  service.start();
  await ring();
  assert.equal(unread(), 100_000);
});

test('a database that is away is asked again the next time', async () => {
  const { service, timers, warnings, ring, left } = upkeep(10, 1);
  service.start();
  await ring();
  assert.equal(left(), 10);
  assert.equal(warnings.length, 1);
  assert.equal(timers.length, 1);
  await ring();
  assert.equal(left(), 0);
});

test('nothing is planned once it has stopped', async () => {
  const { service, timers } = upkeep(1);
  service.start();
  await service.stop();
  assert.equal(timers.length, 0);
});
