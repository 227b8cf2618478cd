import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParts } from './crypto-module.ts';

test('the parts in order are the whole, and none is much longer than another', () => {
  for (const length of [1, 5, 6, 7, 1000, 1001]) {
    const bytes = Uint8Array.from({ length }, (_, at) => at % 251);
    const parts = inParts(bytes, 6);
    assert.equal(parts.length, 6);
    assert.deepEqual(Uint8Array.from(Buffer.concat(parts)), bytes);
    for (const part of parts) assert.ok(part.length <= Math.ceil(length / 6));
  }
});
