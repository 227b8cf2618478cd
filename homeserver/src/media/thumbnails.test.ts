import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NotAPicture, Thumbnails } from './thumbnails.ts';

it('reads no more pictures into memory than are decoded at one time, and goes on after those that fail', async () => {
  const thumbnails = new Thumbnails(1_000_000);
  const shape = { width: 32, height: 32, method: 'crop', animated: false } as const;
  const reading: Array<(picture: Buffer) => void> = [];
  const read = (): Promise<Buffer> => new Promise((resolve) => reading.push(resolve));
  const makings = Array.from({ length: 6 }, () => thumbnails.make(read, shape));
  for (const [index, making] of makings.entries()) {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(reading.length, Math.min(index + 2, makings.length));
    reading[index]?.(Buffer.from('no picture'));
    await assert.rejects(making, NotAPicture);
  }
});
