import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkKey } from './link-key.ts';

const key = 'Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8';

test('a whole secret is found, with the sign of a sentence after it too', () => {
  assert.equal(linkKey(`#${key}`), key);
  assert.equal(linkKey(`#${key}.`), key);
  assert.equal(linkKey(`#${key}»؟`), key);
});

test('a secret that is missing, cut short, too long or changed is none', () => {
  for (const fragment of [
    '',
    '#',
    `#${key.slice(1)}`,
    `#${key}A`,
    `#${key.slice(1)}+`,
    `#${key.slice(1)}%20`,
  ]) {
    assert.equal(linkKey(fragment), undefined, fragment);
  }
});
