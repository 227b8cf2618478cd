import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Readability } from './readability.ts';

function watch(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const seen = { decoded: 0 as number | undefined, missing: 0 };
  const readability = new Readability({
    now: () => Date.now(),
    decoded: async () => seen.decoded,
    changed: () => undefined,
    keyMissing: () => (seen.missing += 1),
  });
  t.after(() => readability.stop());
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      t.mock.timers.tick(500);
      for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
    }
  };
  return { readability, seen, pass };
}

test('who could not be read can be as soon as pictures are decoded again', async (t) => {
  const { readability, seen, pass } = watch(t);
  seen.decoded = 100;
  readability.failed('guest');
  await pass(500);
  assert.equal(readability.has('guest'), true);
  seen.decoded = 110;
  await pass(500);
  assert.equal(readability.has('guest'), false);
});

test('nobody is taken for readable because LiveKit has grown tired of telling', async (t) => {
  const { readability, seen, pass } = watch(t);
  seen.decoded = 100;
  readability.failed('guest');
  await pass(60_000);
  assert.equal(readability.has('guest'), true);
  assert.ok(seen.missing > 0, 'the key is asked for');
  seen.decoded = undefined;
  await pass(500);
  assert.equal(readability.has('guest'), false, 'who sends nothing is not unreadable');
});

test('a failure after some pictures counts anew', async (t) => {
  const { readability, seen, pass } = watch(t);
  readability.failed('guest');
  await pass(500);
  seen.decoded = 2;
  readability.failed('guest');
  await pass(500);
  seen.decoded = 4;
  await pass(500);
  assert.equal(readability.has('guest'), true);
  seen.decoded = 5;
  await pass(500);
  assert.equal(readability.has('guest'), false);
});
