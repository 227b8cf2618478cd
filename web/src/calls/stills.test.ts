import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Epoch } from './epochs.ts';
import { Stills } from './stills.ts';

const epoch: Epoch = { number: 1, by: 'salma', secret: new Uint8Array(32).fill(7) };
const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 0, 0, 0]);

/** Karim, whose picture goes to those who are ready, and Salma, who hears what reaches her. */
function makePair() {
  let time = 1000;
  let fails = false;
  const ready = new Set<string>();
  const sent: { bytes: Uint8Array<ArrayBuffer>; to: readonly string[] }[] = [];
  const parts = {
    now: () => time,
    epoch: () => epoch,
    epochOf: () => epoch,
    ready: () => [...ready],
    changed: () => undefined,
  };
  const karim = new Stills({
    ...parts,
    ownIdentity: () => 'karim',
    send: async (bytes, to) => {
      if (fails) throw new Error('No connection.');
      sent.push({ bytes, to });
    },
  });
  const salma = new Stills({ ...parts, ownIdentity: () => 'salma', send: async () => undefined });
  const hear = async (at: number) => salma.hear('karim', sent[at]?.bytes ?? new Uint8Array());
  const set = (to: { time?: number; fails?: boolean }) => {
    time = to.time ?? time;
    fails = to.fails ?? fails;
  };
  return { karim, salma, ready, sent, hear, set };
}

test('a picture goes once to each who can open it, also to who comes later', async () => {
  const { karim, salma, ready, sent, hear } = makePair();
  ready.add('salma');
  await karim.show(picture);
  await karim.give();
  ready.add('guest');
  await karim.give();
  assert.deepEqual(
    sent.map(({ to }) => to),
    [['salma'], ['guest']],
  );
  await hear(0);
  assert.equal(salma.of('karim')?.picture.size, picture.length);
  assert.equal(salma.of('karim')?.picture.type, 'image/jpeg');
  assert.equal(karim.of('karim')?.picture.size, picture.length);
});

test('taken back it is gone, and what was sent before it counts no more', async () => {
  const { karim, salma, ready, hear, set } = makePair();
  ready.add('salma');
  await karim.show(picture);
  await hear(0);
  // The clock may stand still or go back.
  set({ time: 500 });
  await karim.show(new Uint8Array());
  await hear(1);
  assert.equal(salma.of('karim'), undefined);
  assert.equal(karim.of('karim'), undefined);
  await hear(0);
  assert.equal(salma.of('karim'), undefined, 'the server played the old one again');
});

test('who shows nothing takes nothing back', async () => {
  const { karim, ready, sent } = makePair();
  ready.add('salma');
  await karim.show(new Uint8Array());
  assert.equal(sent.length, 0);
});

test('who left is seen no more, and gets the picture again when they come back', async () => {
  const { karim, salma, ready, sent, hear } = makePair();
  ready.add('salma');
  await karim.show(picture);
  await hear(0);
  salma.gone('karim');
  assert.equal(salma.of('karim'), undefined);
  karim.gone('salma');
  await karim.give();
  assert.equal(sent.length, 2);
});

test('what could not be sent is sent later', async () => {
  const { karim, ready, sent, set } = makePair();
  ready.add('salma');
  set({ fails: true });
  await assert.rejects(karim.show(picture));
  set({ fails: false });
  await karim.give();
  assert.equal(sent.length, 1);
});
