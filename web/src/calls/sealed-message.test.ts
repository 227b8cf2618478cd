import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { senderKey } from './epochs.ts';
import type { Epoch } from './epochs.ts';
import { openMessage, sealMessage } from './sealed-message.ts';
import { pictureBytesAtMost, sealedAtMost } from './still-picture.ts';

const epoch: Epoch = { number: 2 ** 48, by: 'salma', secret: new Uint8Array(32).fill(7) };
const known = (number: number) => (number === epoch.number ? epoch : undefined);
const bytes = (text: string) => new TextEncoder().encode(text);

test('who has the epoch opens a message, and learns in which epoch it was said', async () => {
  for (const content of [bytes('أهلا'), new Uint8Array()]) {
    const sealed = await sealMessage({ number: 2, content }, 'karim', 'words', epoch);
    const opened = await openMessage(sealed, 'karim', 'words', known);
    assert.deepEqual(opened, { number: 2, content, epoch: epoch.number });
  }
});

test('the largest picture keeps to the cost that was said', async () => {
  const message = { number: Number.MAX_SAFE_INTEGER, content: new Uint8Array(pictureBytesAtMost) };
  const sealed = await sealMessage(message, 'karim', 'still', epoch);
  assert.ok(sealed.length <= sealedAtMost, `${sealed.length}`);
});

test('nobody opens it without the epoch, or as somebody else’s, or for another use, or changed', async () => {
  const sealed = await sealMessage({ number: 1, content: bytes('أهلا') }, 'karim', 'words', epoch);
  assert.equal(await openMessage(sealed, 'karim', 'words', () => undefined), undefined);
  const other = { ...epoch, secret: new Uint8Array(32).fill(8) };
  assert.equal(await openMessage(sealed, 'karim', 'words', () => other), undefined);
  assert.equal(await openMessage(sealed, 'salma', 'words', known), undefined);
  assert.equal(await openMessage(sealed, 'karim', 'still', known), undefined);
  const changed = sealed.slice();
  changed[changed.length - 25] = changed[changed.length - 25] === 65 ? 66 : 65;
  assert.equal(await openMessage(changed, 'karim', 'words', known), undefined);
});

test('what comes in the clear or is no box is nothing', async () => {
  const bad = [bytes('{"epoch":1,"hand":true}'), bytes('a.b.c.d.e'), new Uint8Array(), new Uint8Array(9000)];
  for (const one of bad) assert.equal(await openMessage(one, 'karim', 'words', known), undefined);
});

test('a box without a number is nothing', async () => {
  for (const more of [{}, { number: 'x' }, { number: 1.5 }, { number: -Number.MAX_VALUE }]) {
    const box = await new CompactEncrypt(bytes('أهلا'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: String(epoch.number), ...more })
      .encrypt(await senderKey(epoch, 'karim', 'words'));
    assert.equal(await openMessage(bytes(box), 'karim', 'words', known), undefined);
  }
});
