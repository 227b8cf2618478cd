import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Boxes } from './boxes.ts';

const large = 'x'.repeat(8_000);

function fill(boxes: Boxes, roomId: string, recipients: number, each: number): void {
  for (let version = 1; version <= recipients * each; version += 1)
    boxes.put(roomId, `guest ${version % recipients}`, { version, from: '@noor:x', sealed: large });
}

function kept(boxes: Boxes, roomId: string, recipients: number): number[] {
  const all = Array.from({ length: recipients }, (_, index) => boxes.after(roomId, `guest ${index}`, 0));
  return all.flatMap((list) => list.map(({ version }) => version)).toSorted((a, b) => a - b);
}

it('keeps the newest boxes of a room that has too many', () => {
  const boxes = new Boxes();
  fill(boxes, '!full', 10, 100);
  const versions = kept(boxes, '!full', 10);
  assert.equal(versions.length, 500);
  assert.deepEqual([versions[0], versions.at(-1)], [501, 1000]);
  fill(boxes, '!one', 1, 300);
  assert.equal(kept(boxes, '!one', 1)[0], 101);
});

it('takes memory from the rooms that have most of it', () => {
  const boxes = new Boxes();
  fill(boxes, '!small', 2, 3);
  for (let room = 0; room < 40; room += 1) fill(boxes, `!${room}`, 4, 200);
  assert.equal(kept(boxes, '!small', 2).length, 6);
  const counts = Array.from({ length: 40 }, (_, room) => kept(boxes, `!${room}`, 4).length);
  const sum = counts.reduce((total, count) => total + count, 0);
  assert.ok(sum * large.length <= 64_000_000, `${sum} boxes`);
  assert.ok(Math.min(...counts) > 100, `some have ${Math.min(...counts)} only`);
  boxes.drop('!0');
  fill(boxes, '!later', 4, 10);
  assert.equal(kept(boxes, '!later', 4).length, 40);
});
