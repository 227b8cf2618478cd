import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createKeyMaterialFromBuffer, deriveKeys, KeyProviderEvent } from 'livekit-client';
import { mediaKeyContent, readMediaKey } from './element-call-keys.ts';
import { senderKey } from './epochs.ts';
import type { Epoch } from './epochs.ts';
import { MediaKeys } from './media-keys.ts';

const epoch = (number: number, by = 'a'): Epoch => ({
  number,
  by,
  secret: crypto.getRandomValues(new Uint8Array(32)),
});

function makeKeys(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const keys = new MediaKeys();
  const set: string[] = [];
  keys.on(KeyProviderEvent.SetKey, ({ participantIdentity, keyIndex }) => {
    set.push(`${participantIdentity} ${keyIndex}`);
  });
  t.after(() => keys.stop());
  return { keys, set };
}

/** Until the key that this place is waited for was set. */
async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setImmediate(resolve));
}

test('two epochs at once: the later one is sent with, whatever the order of the work', async (t) => {
  const { keys, set } = makeKeys(t);
  const sending: number[] = [];
  await Promise.all([
    keys.use(epoch(1), 'own', ['b'], () => sending.push(1)),
    keys.use(epoch(2), 'own', ['b'], () => sending.push(2)),
  ]);
  t.mock.timers.tick(1000);
  await until(() => sending.includes(2));
  assert.equal(sending.at(-1), 2);
  assert.equal(set.at(-1), 'own 2');
  assert.ok(set.indexOf('b 2') < set.indexOf('own 2'), 'others’ frames can be read before');
});

test('where people come and go without end, the key that is sent with changes all the same', async (t) => {
  const { keys } = makeKeys(t);
  const sending: number[] = [];
  for (let number = 1; number <= 6; number += 1) {
    await keys.use(epoch(number), 'own', [], () => sending.push(number));
    t.mock.timers.tick(600);
  }
  await until(() => sending.length >= 4);
  assert.deepEqual(sending.slice(0, 4), [1, 2, 3, 4]);
});

test('after a new connection the own latest key is sent with, not the place of a key that another gave', async (t) => {
  const { keys } = makeKeys(t);
  const sending: number[] = [];
  await keys.use(epoch(1), 'own', [], () => sending.push(1));
  await keys.use(epoch(2), 'own', [], () => sending.push(2));
  t.mock.timers.tick(1000);
  await until(() => sending.includes(2));
  await keys.take('other', { index: 1, key: new Uint8Array(16), sentAt: 0 });
  assert.equal(keys.getLatestManuallySetKeyIndex(), 2);
});

test('what this device encrypts can be decrypted with the key that Element Call is given, in its place', async (t) => {
  const { keys } = makeKeys(t);
  const first = epoch(3);
  await keys.use(first, '@a:s:D', [], () => undefined);
  const content = mediaKeyContent(
    '!room',
    { userId: '@a:s', deviceId: 'D' },
    3,
    await senderKey(first, '@a:s:D'),
    5,
  );
  const from = { sender: '@a:s', senderDevice: 'D', senderSigned: true };
  const given = readMediaKey({ type: '', content, ...from }, '!room');
  const own = keys.getKeys().find(({ participantIdentity }) => participantIdentity === '@a:s:D');
  assert.ok(own && given);
  assert.equal(own.keyIndex, given.index);
  // As Element Call sets its key provider up.
  const theirs = { ...keys.getOptions(), ratchetWindowSize: 10, keyringSize: 256 };
  const sending = await deriveKeys(own.key, keys.getOptions());
  const receiving = await deriveKeys(await createKeyMaterialFromBuffer(given.key.buffer), theirs);
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) };
  const frame = crypto.getRandomValues(new Uint8Array(100));
  const sealed = await crypto.subtle.encrypt(algorithm, sending.encryptionKey, frame);
  const opened = await crypto.subtle.decrypt(algorithm, receiving.encryptionKey, sealed);
  assert.deepEqual(new Uint8Array(opened), frame);
});

test('the key ring is that of Element Call, and nobody’s key is ever given up', () => {
  const { keyringSize, failureTolerance, sharedKey, ratchetWindowSize, ratchetSalt, keySize } =
    new MediaKeys().getOptions();
  assert.deepEqual(
    { keyringSize, failureTolerance, sharedKey, ratchetWindowSize, ratchetSalt, keySize },
    {
      keyringSize: 256,
      failureTolerance: -1,
      sharedKey: false,
      ratchetWindowSize: 0,
      ratchetSalt: 'LKFrameEncryptionKey',
      keySize: 128,
    },
  );
});
