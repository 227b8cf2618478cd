import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutCustomSection } from './wasm-sections.ts';

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const custom = (name: string, ...bytes: number[]) => {
  const text = [...new TextEncoder().encode(name)];
  return [0, text.length + 1 + bytes.length, text.length, ...text, ...bytes];
};
const emptyTypes = [1, 1, 0];

test('takes out the named section and nothing else', () => {
  const module = Uint8Array.from([
    ...header,
    ...custom('producers', 7),
    ...emptyTypes,
    ...custom('name', 1, 2, 3),
  ]);
  const stripped = withoutCustomSection(module, 'name');
  assert.deepEqual([...stripped], [...header, ...custom('producers', 7), ...emptyTypes]);
  assert.ok(WebAssembly.validate(Uint8Array.from(stripped)));
});

test('refuses what is not WebAssembly, and modules cut short', () => {
  assert.throws(() => withoutCustomSection(Uint8Array.from([1, 2, 3]), 'name'), TypeError);
  assert.throws(() => withoutCustomSection(Uint8Array.from([...header, 1, 9, 0]), 'name'), TypeError);
});
