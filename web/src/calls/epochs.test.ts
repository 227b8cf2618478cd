import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaderOf, newerEpoch, provenSender, senderKey } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';

const member = (identity: string, joinedAt: number): Participant => ({
  identity,
  joinedAt,
  userId: `@${identity}:s`,
  deviceId: `D${identity}`,
  epochs: true,
  stay: `${identity} ${joinedAt}`,
});
const guestOf = (identity: string, joinedAt: number): Participant => ({
  identity,
  joinedAt,
  guestId: 'g1',
  epochs: true,
  stay: identity,
});
const epoch = (number: number, by: string): Epoch => ({
  number,
  by,
  secret: new Uint8Array(32).fill(number),
});

test('the member who has been there longest leads, never a guest', () => {
  const guest = guestOf('g', 1);
  assert.equal(leaderOf([guest]), undefined);
  assert.equal(leaderOf([member('b', 5), guest, member('a', 9)])?.identity, 'b');
  assert.equal(
    leaderOf([member('b', 5), member('a', 5)])?.identity,
    'a',
    'the smaller identity of two at once',
  );
  const other = { ...member('e', 1), epochs: false };
  assert.equal(leaderOf([other, member('b', 5)])?.identity, 'b', 'never one who knows no epochs');
  assert.equal(leaderOf([other]), undefined);
});

test('the later epoch is in force; of two at once everyone chooses the same', () => {
  assert.equal(newerEpoch(undefined, epoch(1, 'a')).number, 1);
  assert.equal(newerEpoch(epoch(2, 'a'), epoch(1, 'a')).number, 2);
  assert.equal(newerEpoch(epoch(2, 'b'), epoch(2, 'a')).by, 'a');
  assert.equal(newerEpoch(epoch(2, 'a'), epoch(2, 'b')).by, 'a');
});

test('a key counts only from the device that is in the call under the identity it names', () => {
  const there = [member('a', 1), guestOf('g', 2)];
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
  const bytes = async (number: number, identity: string) =>
    Buffer.from(await senderKey(epoch(number, 'a'), identity)).toString('hex');
  const all = await Promise.all([bytes(1, 'a'), bytes(1, 'b'), bytes(2, 'a'), bytes(1, 'a')]);
  assert.equal(all[0], all[3]);
  assert.equal(new Set(all).size, 3);
});
