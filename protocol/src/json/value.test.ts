import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, own, ownObject, ownString, setOwn, type JsonObject } from './value.ts';

test('only what an object itself holds is found', () => {
  const object: JsonObject = { a: 'text', b: { c: 1 }, d: [1], e: null };
  assert.equal(own(object, 'constructor'), undefined);
  assert.equal(own(object, '__proto__'), undefined);
  assert.equal(own(object, 'e'), null);
  assert.equal(ownString(object, 'a'), 'text');
  assert.equal(ownString(object, 'b'), undefined);
  assert.deepEqual(ownObject(object, 'b'), { c: 1 });
  for (const key of ['a', 'd', 'e', 'toString']) assert.equal(ownObject(object, key), undefined);
});

test('what is no object holds nothing', () => {
  for (const value of [null, undefined, 'text', 5, ['a']]) {
    assert.equal(own(value as unknown as JsonObject, 'length'), undefined);
    assert.equal(own(value as unknown as JsonObject, '0'), undefined);
  }
});

test('arrays and null are no objects', () => {
  assert.equal(isJsonObject({}), true);
  for (const value of [null, [], 'a', 1, undefined]) assert.equal(isJsonObject(value), false);
});

test('setting __proto__ leaves the prototype', () => {
  const object: JsonObject = {};
  setOwn(object, '__proto__', { a: 1 });
  setOwn(object, 'b', 2);
  assert.deepEqual(Object.keys(object), ['__proto__', 'b']);
  assert.deepEqual(own(object, '__proto__'), { a: 1 });
  assert.equal(object['a'], undefined);
});
