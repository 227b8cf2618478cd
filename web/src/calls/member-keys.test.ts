import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceAddress, DeviceMessage, JsonContent, Signalling } from '../matrix/door.ts';
import type { Epoch, Participant } from './epochs.ts';
import { makeOffer, newLinkSecret, openSealed } from './guest-seal.ts';
import { LinkSecrets } from './link-secrets.ts';
import type { MemberApi } from './meetings-api.ts';
import { MemberKeys } from './member-keys.ts';

const roomId = '!room';

/** Devices that hear one another, as Olm would carry it: the sender is proved, the content is not. */
class Wire {
  readonly sent: { from: string; to: DeviceAddress; type: string; content: JsonContent }[] = [];
  readonly joined = new Set<string>();
  private readonly ears = new Map<string, ((message: DeviceMessage) => void)[]>();

  signalling(userId: string): Signalling {
    const deviceId = `D${userId}`;
    const { sent, ears } = this;
    const deliver = this.deliver.bind(this);
    const joined = () => [...this.joined];
    return {
      async sendToDevices(targets: readonly DeviceAddress[], type: string, content: JsonContent) {
        for (const to of targets) {
          sent.push({ from: userId, to, type, content });
          deliver(to, { type, content, sender: userId, senderDevice: deviceId, senderSigned: true });
        }
        return [];
      },
      onDeviceMessage(type: string, receive: (message: DeviceMessage) => void) {
        const name = `${userId} ${deviceId} ${type}`;
        ears.set(name, [...(ears.get(name) ?? []), receive]);
        return () => ears.delete(name);
      },
      joinedMembers: async () => joined(),
    } as unknown as Signalling;
  }

  deliver({ userId, deviceId }: DeviceAddress, message: DeviceMessage): void {
    for (const receive of this.ears.get(`${userId} ${deviceId} ${message.type}`) ?? []) receive(message);
  }
}

interface Seat {
  readonly keys: MemberKeys;
  readonly epochs: Epoch[];
  readonly boxes: { guestId: string; sealed: string }[];
  next(number: number): Promise<Epoch>;
}

function member(identity: string, joinedAt: number): Participant {
  return { identity, joinedAt, userId: `@${identity}`, deviceId: `D@${identity}` };
}

/** A call whose participants the test moves in and out. */
function makeCall() {
  const wire = new Wire();
  let there: readonly Participant[] = [];
  const seats: Seat[] = [];
  const settings = { get: async () => undefined, set: async () => undefined };
  const sit = (
    identity: string,
    links = new LinkSecrets(settings),
    offers: Record<string, string> = {},
  ): Seat => {
    const epochs: Epoch[] = [];
    const boxes: { guestId: string; sealed: string }[] = [];
    let tell = () => undefined as void;
    wire.joined.add(`@${identity}`);
    const keys = new MemberKeys({
      roomId,
      signalling: wire.signalling(`@${identity}`),
      api: {
        sendKeys: async (guestId: string, sealed: string) => {
          boxes.push({ guestId, sealed });
          tell();
        },
      } as unknown as MemberApi,
      links,
      ownIdentity: () => identity,
      participants: () => there,
      guests: () =>
        Object.entries(offers).map(([id, offer]) => ({
          guest_id: id,
          name: id,
          state: 'admitted' as const,
          knocked_ts: 0,
          key_offer: offer,
        })),
      adopt: (epoch) => {
        epochs.push(epoch);
        tell();
      },
    });
    keys.start();
    const seat: Seat = {
      keys,
      epochs,
      boxes,
      async next(number) {
        for (;;) {
          const found = epochs.find((epoch) => epoch.number === number);
          if (found !== undefined) return found;
          await new Promise<void>((resolve) => (tell = resolve));
        }
      },
    };
    seats.push(seat);
    return seat;
  };
  const move = (now: readonly Participant[], how: 'came' | 'went') => {
    there = now;
    for (const seat of seats) seat.keys.changed(how);
  };
  return { wire, sit, move, stop: () => seats.forEach((seat) => seat.keys.stop()) };
}

test('each who comes causes a new key for all, each who goes one without them', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b, c] = [sit('a'), sit('b'), sit('c')];
  move([member('a', 1)], 'came');
  const first = await a.next(1);
  move([member('a', 1), member('b', 2), member('c', 3)], 'came');
  const second = await a.next(2);
  assert.deepEqual(await b.next(2), second);
  assert.deepEqual(await c.next(2), second);
  assert.notDeepEqual(first.secret, second.secret);
  move([member('a', 1), member('b', 2)], 'went');
  assert.deepEqual(await b.next(3), await a.next(3));
  assert.equal(c.epochs.length, 1, 'who went gets nothing');
  assert.ok(
    wire.sent.every(({ from }) => from === '@a'),
    'only the leader draws',
  );
});

test('when the leader goes, the next draws', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b, c] = [sit('a'), sit('b'), sit('c')];
  move([member('a', 1), member('b', 2), member('c', 3)], 'came');
  await Promise.all([a.next(1), b.next(1), c.next(1)]);
  move([member('b', 2), member('c', 3)], 'went');
  const next = await c.next(2);
  assert.equal(next.by, 'b');
  assert.equal(a.epochs.length, 1);
});

test('whoever is not in the room gets no key, whatever the media server says', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const a = sit('a');
  const spy = sit('spy');
  wire.joined.delete('@spy');
  move([member('a', 1), member('spy', 2)], 'came');
  await a.next(1);
  assert.deepEqual(spy.epochs, []);
  assert.deepEqual(wire.sent, []);
});

test('a key from a device that is not in the call under the named identity is not taken', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b] = [sit('a'), sit('b')];
  move([member('a', 1), member('b', 2)], 'came');
  const real = await b.next(1);
  await a.next(1);
  const forged: JsonContent = {
    room_id: roomId,
    member: { id: 'a' },
    epoch: { number: 99, secret: 'A'.repeat(43), by: 'a' },
  };
  const to = { userId: '@b', deviceId: 'D@b' };
  const message = { type: 'org.majlis.meeting.key', content: forged, senderSigned: true };
  wire.deliver(to, { ...message, sender: '@mallory', senderDevice: 'D@mallory' });
  wire.deliver(to, { ...message, sender: '@a', senderDevice: 'OTHER' });
  const elsewhere = { ...forged, room_id: '!other' };
  wire.deliver(to, { ...message, content: elsewhere, sender: '@a', senderDevice: 'D@a' });
  assert.deepEqual(b.epochs, [real]);
  wire.deliver(to, { ...message, sender: '@a', senderDevice: 'D@a' });
  assert.equal(b.epochs.length, 2, 'the same from the proved device counts');
  assert.equal(a.epochs.length, 1);
});

test('a guest who is in gets the key sealed, one with a forged offer does not', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const links = new LinkSecrets({ get: async () => undefined, set: async () => undefined });
  const secret = newLinkSecret();
  await links.add(roomId, 'link', secret, true);
  const good = await makeOffer('link', secret);
  const forged = await makeOffer('link', newLinkSecret());
  const a = sit('a', links, { g1: good.offer, g2: forged.offer });
  move(
    [
      member('a', 1),
      { identity: 'i1', joinedAt: 2, guestId: 'g1' },
      { identity: 'i2', joinedAt: 3, guestId: 'g2' },
    ],
    'came',
  );
  const epoch = await a.next(1);
  while (a.boxes.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    a.boxes.map(({ guestId }) => guestId),
    ['g1'],
  );
  assert.deepEqual(await openSealed(a.boxes[0]?.sealed ?? '', good, 'link', secret), epoch);
});

test('a link made during the call is told to the others, who can then lead', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const settings = { get: async () => undefined, set: async () => undefined };
  const [mine, theirs] = [new LinkSecrets(settings), new LinkSecrets(settings)];
  const a = sit('a', theirs);
  sit('b', mine);
  move([member('a', 1), member('b', 2)], 'came');
  await a.next(1);
  const told = new Promise<void>((resolve) => theirs.onNew(resolve));
  await mine.add(roomId, 'link', 'secret', true);
  await told;
  assert.deepEqual(await theirs.ofRoom(roomId), [{ linkId: 'link', secret: 'secret', own: false }]);
});
