import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSmallJpeg, pictureBytesAtMost } from './still-picture.ts';

/** The beginning of a JPEG with a frame of this size, filled up to `length`. */
function jpeg(width: number, height: number, length = 64): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8]);
  new DataView(bytes.buffer).setUint16(13, height);
  new DataView(bytes.buffer).setUint16(15, width);
  return bytes;
}

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
