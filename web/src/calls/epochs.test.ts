import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaderOf, newerEpoch, provenSender, senderKey } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';

const member = (identity: string, joinedAt: number): Participant => ({
  identity,
  joinedAt,
  userId: `@${identity}:s`,
  deviceId: `D${identity}`,
});
const epoch = (number: number, by: string): Epoch => ({
  number,
  by,
  secret: new Uint8Array(32).fill(number),
});

test('the member who has been there longest leads, never a guest', () => {
  const guest: Participant = { identity: 'g', joinedAt: 1, guestId: 'g1' };
  assert.equal(leaderOf([guest]), undefined);
  assert.equal(leaderOf([member('b', 5), guest, member('a', 9)])?.identity, 'b');
  assert.equal(
    leaderOf([member('b', 5), member('a', 5)])?.identity,
    'a',
    'the smaller identity of two at once',
  );
});

test('the later epoch is in force; of two at once everyone chooses the same', () => {
  assert.equal(newerEpoch(undefined, epoch(1, 'a')).number, 1);
  assert.equal(newerEpoch(epoch(2, 'a'), epoch(1, 'a')).number, 2);
  assert.equal(newerEpoch(epoch(2, 'b'), epoch(2, 'a')).by, 'a');
  assert.equal(newerEpoch(epoch(2, 'a'), epoch(2, 'b')).by, 'a');
});

test('a key counts only from the device that is in the call under the identity it names', () => {
  const there = [member('a', 1), { identity: 'g', joinedAt: 2, guestId: 'g1' }];
  assert.equal(provenSender({ sender: '@a:s', senderDevice: 'Da' }, 'a', there), true);
  assert.equal(provenSender({ sender: '@a:s', senderDevice: 'OTHER' }, 'a', there), false);
  assert.equal(provenSender({ sender: '@b:s', senderDevice: 'Da' }, 'a', there), false);
  assert.equal(provenSender({ sender: '@a:s', senderDevice: 'Da' }, 'gone', there), false);
  assert.equal(
    provenSender({ sender: '@a:s', senderDevice: 'Da' }, 'g', there),
    false,
    'nobody speaks for a guest',
  );
});

test('each sender has a key of their own in each epoch', async () => {
  const bits = async (number: number, identity: string) => {
    const key = await senderKey(epoch(number, 'a'), identity);
    const derived = await crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new Uint8Array() },
      key,
      128,
    );
    return Buffer.from(derived).toString('hex');
  };
  const all = await Promise.all([bits(1, 'a'), bits(1, 'b'), bits(2, 'a'), bits(1, 'a')]);
  assert.equal(all[0], all[3]);
  assert.equal(new Set(all).size, 3);
});
