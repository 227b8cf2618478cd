import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, compareCodePoints, sortedKeys } from './canonical.ts';
import type { JsonObject, JsonValue } from './value.ts';
import { runs } from '../testing/runs.ts';

test('keys stand in the order of their code points, not of UTF-16 units', () => {
  const object = { '\u{1f600}': 1, '\uff61': 2, '\ue000': 3, '\ud7ff': 4, b: 5, a: 6, aa: 7, '': 8, B: 9 };
  assert.equal(
    canonicalJson(object),
    '{"":8,"B":9,"a":6,"aa":7,"b":5,"\ud7ff":4,"\ue000":3,"\uff61":2,"\u{1f600}":1}',
  );
});

test('integer-looking keys are sorted as text', () => {
  assert.equal(canonicalJson({ 10: 'a', 9: 'b', 1: 'c' }), '{"1":"c","10":"a","9":"b"}');
});

test('strings have the shortest escapes', () => {
  const text = '"\\/\b\f\n\r\t\u0000\u0001\u001f\u007f\u2028é\u{1f54c}';
  assert.equal(canonicalJson(text), '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\u007f\u2028é\u{1f54c}"');
});

test('what the form cannot say is refused', () => {
  const impossible: unknown[] = [
    1.5,
    -0,
    NaN,
    Infinity,
    2 ** 53,
    -(2 ** 53),
    '\ud800',
    { '\udfff': 1 },
    undefined,
    [undefined],
    { a: undefined },
    () => 1,
    10n,
    Symbol('a'),
  ];
  for (const value of impossible) {
    assert.throws(() => canonicalJson(value as JsonValue), TypeError);
  }
  assert.equal(canonicalJson([2 ** 53 - 1, -(2 ** 53 - 1), 0]), '[9007199254740991,-9007199254740991,0]');
});

test('a hostile object with very many keys takes no quadratic time', () => {
  const object: JsonObject = {};
  for (let index = 100_000; index > 0; index -= 1) object[`k${index}`] = index;
  const keys = sortedKeys(object);
  assert.deepEqual(keys.slice(0, 3), ['k1', 'k10', 'k100']);
  assert.equal(keys.length, 100_000);
  for (let index = 1; index < keys.length; index += 1) {
    assert.ok(compareCodePoints(keys[index - 1] as string, keys[index] as string) < 0);
  }
});

test('property: the order is that of UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
      assert.equal(Math.sign(compareCodePoints(left, right)), bytes);
    }),
    { numRuns: runs(1000) },
  );
});

test('property: sorted keys are all keys, in order, for objects of any size', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 6 }), { maxLength: 120 }), (keys) => {
      const object = Object.fromEntries(keys.map((key) => [key, 1]));
      const expected = [...keys].toSorted((left, right) =>
        Buffer.compare(Buffer.from(left), Buffer.from(right)),
      );
      assert.deepEqual(sortedKeys(object), expected);
    }),
    { numRuns: runs(300) },
  );
});
