import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceAddress, DeviceMessage, JsonContent, Signalling } from '../matrix/door.ts';
import { newerEpoch, senderKey } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';
import { makeOffer, newLinkSecret, openSealed } from './guest-seal.ts';
import type { LinkBook } from './link-sharing.ts';
import { readMediaKey } from './element-call-keys.ts';
import type { MediaKey } from './element-call-keys.ts';
import { MemberKeys } from './member-keys.ts';

const roomId = '!room';

/** Devices that hear one another, as Olm would carry it: the sender is proved, the content is not. */
class Wire {
  readonly sent: { from: string; to: DeviceAddress; type: string; content: JsonContent }[] = [];
  readonly joined = new Set<string>();
  /** The next message arrives, but its sender never learns that. */
  loseAnswer = false;
  private readonly ears = new Map<string, ((message: DeviceMessage) => void)[]>();

  signalling(userId: string): Signalling {
    const deviceId = `D${userId}`;
    const { sent, ears } = this;
    const deliver = this.deliver.bind(this);
    const joined = () => [...this.joined];
    const lost = () => {
      const now = this.loseAnswer;
      this.loseAnswer = false;
      return now;
    };
    return {
      async sendToDevices(targets: readonly DeviceAddress[], type: string, content: JsonContent) {
        for (const to of targets) {
          sent.push({ from: userId, to, type, content });
          deliver(to, { type, content, sender: userId, senderDevice: deviceId, senderSigned: true });
        }
        if (lost()) throw new Error('No answer.');
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
  /** Keys of others, and who was given the own one, as they were told. */
  readonly taken: { identity: string; key: MediaKey }[];
  readonly given: { identity: string; epoch: number }[];
  next(number: number): Promise<Epoch>;
  until(what: () => boolean): Promise<void>;
}

function member(identity: string, joinedAt: number): Participant {
  const device = { userId: `@${identity}`, deviceId: `D@${identity}` };
  return { identity, joinedAt, epochs: true, stay: `${identity} ${joinedAt}`, ...device };
}

/** A member in Element Call. */
const other = (identity: string, joinedAt: number): Participant => ({
  ...member(identity, joinedAt),
  epochs: false,
});

const guest = (guestId: string, joinedAt: number): Participant => ({
  identity: `i${guestId}`,
  joinedAt,
  guestId,
  epochs: true,
  stay: guestId,
});

/** What a member knows of guest links. */
class Links implements LinkBook {
  readonly wanted: string[] = [];
  private readonly known = new Map<string, string>();
  private readonly listeners = new Set<() => void>();

  learn(linkId: string, secret: string): void {
    this.known.set(linkId, secret);
    for (const listen of this.listeners) listen();
  }

  async candidates(linkId: string) {
    const secret = this.known.get(linkId);
    return secret === undefined ? [] : [secret];
  }

  async want(_roomId: string, linkId: string): Promise<void> {
    this.wanted.push(linkId);
  }

  meet() {
    return () => undefined;
  }

  onNew(listen: () => void) {
    this.listeners.add(listen);
    return () => this.listeners.delete(listen);
  }
}

/** A call whose participants the test moves in and out. */
function makeCall() {
  const wire = new Wire();
  const clock = { now: 1_000_000 };
  let there: readonly Participant[] = [];
  const seats: Seat[] = [];
  const shown = new Map<string, number>();
  const sit = (identity: string, links = new Links(), offers: Record<string, string> = {}): Seat => {
    const [epochs, boxes, taken, given]: [Epoch[], Seat['boxes'], Seat['taken'], Seat['given']] = [
      [],
      [],
      [],
      [],
    ];
    const waiting = new Set<() => void>();
    const tell = () => waiting.forEach((wake) => wake());
    const note =
      <T>(list: T[]) =>
      (entry: T): void => {
        list.push(entry);
        tell();
      };
    wire.joined.add(`@${identity}`);
    const keys = new MemberKeys({
      roomId,
      own: { userId: `@${identity}`, deviceId: `D@${identity}` },
      signalling: wire.signalling(`@${identity}`),
      api: { sendKeys: async (guestId: string, sealed: string) => note(boxes)({ guestId, sealed }) },
      links,
      now: () => clock.now,
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
      shows: (one, epoch) => shown.get(one) === epoch,
      adopt: note(epochs),
      adoptKey: (one, key) => note(taken)({ identity: one, key }),
      gave: (one, epoch) => note(given)({ identity: one, epoch }),
    });
    keys.start();
    const until = async (what: () => boolean) => {
      while (!what()) await new Promise<void>((resolve) => waiting.add(resolve));
    };
    const seat: Seat = {
      keys,
      epochs,
      boxes,
      taken,
      given,
      until,
      async next(number) {
        await until(() => epochs.some((epoch) => epoch.number === number));
        return epochs.find((epoch) => epoch.number === number) as Epoch;
      },
    };
    seats.push(seat);
    return seat;
  };
  const move = (now: readonly Participant[], how: 'came' | 'went') => {
    there = now;
    for (const seat of seats) seat.keys.changed(how);
  };
  return { wire, clock, shown, sit, move, stop: () => seats.forEach((seat) => seat.keys.stop()) };
}

test('each who comes causes a new key for all, each who goes one without them', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b, c] = [sit('a'), sit('b'), sit('c')];
  move([member('a', 0)], 'came');
  const first = await a.next(1);
  move([member('a', 0), member('b', 2), member('c', 3)], 'came');
  const second = await a.next(2);
  assert.deepEqual(await b.next(2), second);
  assert.deepEqual(await c.next(2), second);
  assert.notDeepEqual(first.secret, second.secret);
  move([member('a', 0), member('b', 2)], 'went');
  assert.deepEqual(await b.next(3), await a.next(3));
  assert.equal(c.epochs.length, 1, 'who went gets nothing');
  assert.ok(
    wire.sent.every(({ from }) => from === '@a'),
    'only the leader draws',
  );
});

test('a key that was given without the leader learning it is not given twice under one number', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b] = [sit('a'), sit('b')];
  wire.loseAnswer = true;
  move([member('a', 0), member('b', 2)], 'came');
  await b.until(() => b.epochs.length > 0);
  move([member('a', 0), member('b', 2)], 'came');
  await a.until(() => a.epochs.length > 0);
  assert.deepEqual(a.epochs.at(-1), b.epochs.at(-1), 'both send with the same');
});

test('those who come and come do not put off the new key after somebody has gone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const a = sit('a');
  const there = [member('a', 0), member('gone', 2)];
  move(there, 'came');
  t.mock.timers.tick(300);
  await a.next(1);
  there.pop();
  move(there, 'went');
  for (let step = 0; step < 3; step += 1) {
    there.push(member(`n${step}`, 3 + step));
    move(there, 'came');
    t.mock.timers.tick(200);
    await settled();
  }
  assert.ok(a.epochs.length > 1);
});

test('when the leader goes, the next draws', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b, c] = [sit('a'), sit('b'), sit('c')];
  move([member('a', 0), member('b', 2), member('c', 3)], 'came');
  await Promise.all([a.next(1), b.next(1), c.next(1)]);
  move([member('b', 2), member('c', 3)], 'went');
  const next = await c.next(2);
  assert.equal(next.by, 'b');
  assert.equal(a.epochs.length, 1);
});

test('the only member comes in anew: the guest who stayed has nothing newer than what they draw', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const [a, again] = [sit('a'), sit('again')];
  move([member('a', 0), guest('g', 1)], 'came');
  await a.next(1);
  move([member('a', 0), guest('g', 1), guest('h', 2)], 'came');
  const last = await a.next(2);
  move([member('again', 3000), guest('g', 1), guest('h', 2)], 'came');
  await again.until(() => again.epochs.length > 0);
  const [fresh] = again.epochs;
  assert.ok(fresh);
  assert.equal(newerEpoch(last, fresh), fresh);
});

test('whoever is not in the room gets no key, whatever the media server says', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const a = sit('a');
  const spy = sit('spy');
  wire.joined.delete('@spy');
  move([member('a', 0), member('spy', 2)], 'came');
  await a.next(1);
  assert.deepEqual(spy.epochs, []);
  assert.deepEqual(wire.sent, []);
});

test('a key from a device that is not in the call under the named identity is not taken', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b] = [sit('a'), sit('b')];
  move([member('a', 0), member('b', 2)], 'came');
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
  const links = new Links();
  const secret = newLinkSecret();
  links.learn('link', secret);
  const good = await makeOffer('link', secret);
  const forged = await makeOffer('link', newLinkSecret());
  const a = sit('a', links, { g1: good.offer, g2: forged.offer });
  move([member('a', 0), guest('g1', 2), guest('g2', 3)], 'came');
  const epoch = await a.next(1);
  await a.until(() => a.boxes.length > 0);
  assert.deepEqual(
    a.boxes.map(({ guestId }) => guestId),
    ['g1'],
  );
  assert.deepEqual(await openSealed(a.boxes[0]?.sealed ?? '', good, 'link', secret), epoch);
});

test('where the leader does not know the link, another member gives the guest the key, and the leader asks', async (t) => {
  const { clock, shown, sit, move, stop } = makeCall();
  t.after(stop);
  const secret = newLinkSecret();
  const { offer } = await makeOffer('link', secret);
  const [hers, his] = [new Links(), new Links()];
  his.learn('link', secret);
  const a = sit('a', hers, { g: offer });
  const b = sit('b', his, { g: offer });
  move([member('a', 0), member('b', 2), guest('g', 3)], 'came');
  await Promise.all([a.next(1), b.next(1)]);
  await settled();
  assert.deepEqual([a.boxes, b.boxes], [[], []], 'the other leaves the leader time');
  assert.deepEqual(hers.wanted.slice(0, 1), ['link']);
  clock.now += 2000;
  b.keys.lobbyChanged();
  await b.until(() => b.boxes.length === 1);
  assert.equal(b.boxes[0]?.guestId, 'g');
  shown.set('ig', 1);
  hers.learn('link', secret);
  await a.until(() => a.boxes.length === 1);
  move([member('a', 0), member('b', 2), guest('g', 3), member('c', 4)], 'came');
  await Promise.all([a.next(2), b.next(2)]);
  await a.until(() => a.boxes.length === 2);
  shown.set('ig', 2);
  clock.now += 60_000;
  b.keys.lobbyChanged();
  await settled();
  assert.equal(b.boxes.length, 1, 'who shows the key needs no other box');
});

test('a guest who is just going does not keep the others from their keys', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const links = new Links();
  const secret = newLinkSecret();
  links.learn('link', secret);
  const offers = {
    gone: (await makeOffer('link', secret)).offer,
    here: (await makeOffer('link', secret)).offer,
  };
  const a = sit('a', links, offers);
  const push = a.boxes.push.bind(a.boxes);
  a.boxes.push = (...boxes) => {
    if (boxes.some(({ guestId }) => guestId === 'gone')) throw new Error('There is no such guest');
    return push(...boxes);
  };
  move([member('a', 0), guest('gone', 2), guest('here', 3)], 'came');
  await a.until(() => a.boxes.length === 1);
  assert.equal(a.boxes[0]?.guestId, 'here');
});

test('an identity that comes back causes a new key', async (t) => {
  const { sit, move, stop } = makeCall();
  t.after(stop);
  const [a, b] = [sit('a'), sit('b')];
  move([member('a', 0), member('b', 2)], 'came');
  await Promise.all([a.next(1), b.next(1)]);
  move([member('a', 0), member('b', 3)], 'came');
  assert.deepEqual(await b.next(2), await a.next(2));
});

test('a member in Element Call gets each sender’s own key, in each epoch, and never draws', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  wire.joined.add('@e');
  const [a, b] = [sit('a'), sit('b')];
  move([other('e', -1), member('a', 0), member('b', 2)], 'came');
  const keysTo = () =>
    wire.sent.filter(({ to, type }) => to.userId === '@e' && type === 'io.element.call.encryption_keys');
  for (const [number, seat] of [
    [1, a],
    [1, b],
  ] as const) {
    const epoch = await seat.next(number);
    await seat.until(() => seat.given.some((given) => given.identity === 'e' && given.epoch === number));
    const name = seat === a ? 'a' : 'b';
    const sent = keysTo().find(({ from }) => from === `@${name}`);
    const read = readMediaKey(
      {
        ...sent,
        type: '',
        content: sent?.content ?? {},
        sender: `@${name}`,
        senderDevice: `D@${name}`,
        senderSigned: true,
      },
      roomId,
    );
    assert.deepEqual([read?.index, read?.key], [number, await senderKey(epoch, name)]);
  }
  assert.ok(
    wire.sent.every(({ to, type }) => to.userId !== '@e' || type === 'io.element.call.encryption_keys'),
  );
  move([other('e', -1), member('a', 0)], 'went');
  await a.until(() => a.given.some(({ epoch }) => epoch === 2));
  assert.equal(keysTo().filter(({ from }) => from === '@a').length, 2);
});

test('an Element Call key is taken from the device in the call that Olm proves, and from no other', async (t) => {
  const { wire, sit, move, stop } = makeCall();
  t.after(stop);
  wire.joined.add('@e');
  const a = sit('a');
  sit('b');
  const keyBytes = crypto.getRandomValues(new Uint8Array(16));
  const content = {
    keys: { index: 7, key: Buffer.from(keyBytes).toString('base64') },
    room_id: roomId,
    member: { claimed_device_id: 'D@e' },
    session: { application: 'm.call', call_id: '', scope: 'm.room' },
    sent_ts: 5,
  };
  const type = 'io.element.call.encryption_keys';
  const send = (sender: string, senderDevice: string, changes: JsonContent = {}) =>
    wire.deliver(
      { userId: '@a', deviceId: 'D@a' },
      { type, sender, senderDevice, senderSigned: true, content: { ...content, ...changes } },
    );
  send('@e', 'D@e');
  assert.deepEqual(a.taken, [], 'before they are in the call');
  move([member('a', 0), other('e', 2), member('b', 3)], 'came');
  assert.deepEqual(a.taken, [{ identity: 'e', key: { index: 7, key: new Uint8Array(keyBytes), sentAt: 5 } }]);
  send('@e', 'OTHER');
  send('@mallory', 'D@e');
  send('@e', 'OTHER', { member: { claimed_device_id: 'OTHER' } });
  send('@b', 'D@b', { member: { claimed_device_id: 'D@b' } });
  send('@e', 'D@e', { room_id: '!other' });
  send('@e', 'D@e', { session: { application: 'm.call', call_id: 'other' } });
  send('@e', 'D@e', { sent_ts: 4 });
  for (const keys of [
    null,
    7,
    [],
    {},
    { index: 256, key: content.keys.key },
    { index: 0, key: 'AAAA' },
    { index: -1 },
  ])
    send('@e', 'D@e', { keys: keys as JsonContent });
  for (const key of ['A'.repeat(5000), '%', 'AAAAA', 7])
    send('@e', 'D@e', { keys: { index: 1, key } as JsonContent });
  assert.equal(a.taken.length, 1);
  send('@e', 'D@e', { sent_ts: 6 });
  assert.equal(a.taken.length, 2);
});

/** Until everything that was asked for has been done. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
