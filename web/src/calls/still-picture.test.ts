import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { senderKey } from './epochs.ts';
import type { Epoch } from './epochs.ts';
import { isSmallJpeg, openPicture, pictureBytesAtMost, sealedAtMost, sealPicture } from './still-picture.ts';

const epoch: Epoch = { number: 2 ** 48, by: 'salma', secret: new Uint8Array(32).fill(7) };
const known = (number: number) => (number === epoch.number ? epoch : undefined);

/** The beginning of a JPEG with a frame of this size, filled up to `length`. */
function jpeg(width: number, height: number, length = 64): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8]);
  new DataView(bytes.buffer).setUint16(13, height);
  new DataView(bytes.buffer).setUint16(15, width);
  return bytes;
}

test('who has the epoch opens a picture, and the largest one keeps to the cost that was said', async () => {
  const picture = jpeg(256, 256, pictureBytesAtMost);
  const sealed = await sealPicture({ number: Number.MAX_SAFE_INTEGER, picture }, 'karim', epoch);
  assert.ok(sealed.length <= sealedAtMost, `${sealed.length}`);
  assert.deepEqual(await openPicture(sealed, 'karim', known), { number: Number.MAX_SAFE_INTEGER, picture });
});

test('an empty picture takes the one before it back', async () => {
  const picture = new Uint8Array();
  const sealed = await sealPicture({ number: 2, picture }, 'karim', epoch);
  assert.deepEqual(await openPicture(sealed, 'karim', known), { number: 2, picture });
});

test('nobody opens it without the epoch, or as somebody else’s, or changed', async () => {
  const sealed = await sealPicture({ number: 1, picture: jpeg(256, 256) }, 'karim', epoch);
  assert.equal(await openPicture(sealed, 'karim', () => undefined), undefined);
  const other = { ...epoch, secret: new Uint8Array(32).fill(8) };
  assert.equal(await openPicture(sealed, 'karim', () => other), undefined);
  assert.equal(await openPicture(sealed, 'salma', known), undefined);
  const changed = sealed.slice();
  changed[changed.length - 30] = changed[changed.length - 30] === 65 ? 66 : 65;
  assert.equal(await openPicture(changed, 'karim', known), undefined);
});

test('what comes in the clear, is too long or is no box is nothing', async () => {
  const bad = [
    jpeg(10, 10),
    new TextEncoder().encode('a.b.c.d.e'),
    new Uint8Array(),
    new Uint8Array(100_000),
  ];
  for (const one of bad) assert.equal(await openPicture(one, 'karim', known), undefined);
});

test('a box for another use, or without a number, is nothing', async () => {
  const key = await senderKey(epoch, 'karim', 'still');
  for (const more of [
    { use: 'other', number: 1 },
    { use: 'majlis-still' },
    { use: 'majlis-still', number: 'x' },
  ]) {
    const box = await new CompactEncrypt(jpeg(10, 10))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: String(epoch.number), ...more })
      .encrypt(key);
    assert.equal(await openPicture(new TextEncoder().encode(box), 'karim', known), undefined);
  }
});

test('only a small JPEG is a picture', () => {
  assert.equal(isSmallJpeg(jpeg(320, 320)), true);
  assert.equal(isSmallJpeg(jpeg(65_535, 65_535)), false);
  assert.equal(isSmallJpeg(jpeg(321, 10)), false);
  assert.equal(isSmallJpeg(jpeg(10, 0)), false);
  assert.equal(isSmallJpeg(jpeg(10, 10, pictureBytesAtMost + 1)), false);
  assert.equal(isSmallJpeg(jpeg(10, 10).slice(0, 16)), false);
  assert.equal(isSmallJpeg(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')), false);
  assert.equal(isSmallJpeg(new Uint8Array([0x89, 0x50, 0x4e, 0x47])), false);
});
