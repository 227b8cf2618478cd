import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openIndexedDb } from './indexed-db.ts';

/** As much of a database as a write that is cut off needs: what a transaction that is not aborted has been given, it keeps. */
function makeFactory() {
  const given: unknown[] = [];
  let aborted = false;
  const transaction = Object.assign(new EventTarget(), {
    error: null,
    objectStore: () => ({
      put: (value: unknown) => {
        structuredClone(value);
        given.push(value);
      },
    }),
    abort: () => (aborted = true),
  });
  const request = Object.assign(new EventTarget(), {
    result: Object.assign(new EventTarget(), { transaction: () => transaction }),
  });
  const factory = {
    open: () => {
      queueMicrotask(() => request.dispatchEvent(new Event('success')));
      return request;
    },
  };
  return { factory: factory as unknown as IDBFactory, kept: () => (aborted ? [] : given) };
}

test('a write of which one part cannot be kept keeps no part of it', async () => {
  const { factory, kept } = makeFactory();
  const store = await openIndexedDb(factory, 'test');
  const write = store.write([
    { table: 'meta', key: 'position', value: 'next' },
    { table: 'meta', key: 'account:x', value: () => 'not to be cloned' },
  ]);
  await assert.rejects(write, { kind: 'storage' });
  assert.deepEqual(kept(), []);
});
