import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type {
  DeviceAddress,
  DeviceMessage,
  Json,
  JsonContent,
  Settings,
  Signalling,
} from '../matrix/door.ts';
import { newLinkSecret } from './guest-seal.ts';
import { LinkSecrets } from './link-secrets.ts';
import { LinkSharing } from './link-sharing.ts';

const roomId = '!room';

function memory(): Settings & { saved: Json | undefined } {
  const settings = {
    saved: undefined as Json | undefined,
    get: async () => settings.saved,
    set: async (_name: string, value: Json) => {
      settings.saved = structuredClone(value);
    },
  };
  return settings;
}

/** Devices of the members of a room. Olm proves the sender; a device may not be signed by its owner. */
function makeRoom(t: TestContext) {
  t.mock.method(console, 'warn', () => undefined);
  const clock = { now: 0 };
  const joined = new Set<string>();
  const devices: (DeviceAddress & { signed: boolean; sharing: LinkSharing; settings: Settings })[] = [];
  const ears = new Map<string, (message: DeviceMessage) => void>();
  const sent: { from: string; to: string; type: string }[] = [];
  const add = (userId: string, deviceId: string, signed = true): LinkSharing => {
    joined.add(userId);
    const deliver = (to: DeviceAddress, type: string, content: JsonContent) => {
      sent.push({ from: deviceId, to: to.deviceId, type: type.replace('org.majlis.meeting.', '') });
      const message = { type, content, sender: userId, senderDevice: deviceId, senderSigned: signed };
      ears.get(`${to.deviceId} ${type}`)?.(message);
    };
    const signalling = {
      joinedMembers: async () => [...joined],
      sendToDevices: async (targets: readonly DeviceAddress[], type: string, content: JsonContent) => {
        for (const target of targets) deliver(target, type, content);
        return [];
      },
      sendToPeople: async (people: readonly string[], type: string, content: JsonContent) => {
        for (const to of devices)
          if (people.includes(to.userId) && to.signed && to.deviceId !== deviceId) deliver(to, type, content);
      },
      onDeviceMessage: (type: string, receive: (message: DeviceMessage) => void) => {
        ears.set(`${deviceId} ${type}`, receive);
        return () => ears.delete(`${deviceId} ${type}`);
      },
    } as unknown as Signalling;
    const settings = memory();
    const sharing = new LinkSharing({
      signalling,
      secrets: new LinkSecrets(settings),
      now: () => clock.now,
      ownUserId: () => userId,
      isIn: (room) => room === roomId && joined.has(userId),
    });
    sharing.listen();
    devices.push({ userId, deviceId, signed, sharing, settings });
    return sharing;
  };
  const settled = async () => {
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    add,
    clock,
    joined,
    sent,
    settled,
    deliver: (key: string, message: DeviceMessage) => ears.get(key)?.(message),
  };
}

test('who makes a link tells the other members and the own other devices, if they are signed', async (t) => {
  const { add, settled } = makeRoom(t);
  const [maker, second, friend, injected] = [
    add('@a', 'A1'),
    add('@a', 'A2'),
    add('@b', 'B1'),
    add('@b', 'B2', false),
  ];
  const secret = newLinkSecret();
  await maker.made(roomId, 'link', secret);
  await settled();
  for (const device of [second, friend]) assert.deepEqual(await device.candidates('link'), [secret]);
  assert.deepEqual(await injected.candidates('link'), [], 'a device that only the server says is theirs');
});

test('who does not know a link asks those near first, then all, and is answered by whoever knows', async (t) => {
  const { add, clock, sent, settled } = makeRoom(t);
  const [asking, near, far] = [add('@a', 'A1'), add('@b', 'B1'), add('@c', 'C1')];
  const secret = newLinkSecret();
  await far.secrets.add(roomId, 'link', secret);
  await asking.want(roomId, 'link', [{ userId: '@b', deviceId: 'B1' }]);
  await settled();
  assert.deepEqual(sent, [{ from: 'A1', to: 'B1', type: 'link_request' }]);
  await asking.want(roomId, 'link', [{ userId: '@b', deviceId: 'B1' }]);
  assert.equal(sent.length, 1, 'not again at once');
  clock.now += 4000;
  const learnt = new Promise<void>((resolve) => asking.onNew(resolve));
  await asking.want(roomId, 'link', [{ userId: '@b', deviceId: 'B1' }]);
  await learnt;
  assert.deepEqual(await asking.candidates('link'), [secret]);
  assert.deepEqual(await near.candidates('link'), []);
  assert.equal(sent.at(-1)?.type, 'link');
});

test('whoever is not a member, or speaks from an unsigned device, learns nothing and teaches nothing', async (t) => {
  const { add, joined, settled, deliver } = makeRoom(t);
  const knows = add('@a', 'A1');
  const stranger = add('@x', 'X1');
  const unsigned = add('@b', 'B2', false);
  joined.delete('@x');
  await knows.secrets.add(roomId, 'link', newLinkSecret());
  const link = 'org.majlis.meeting.link';
  const ask = 'org.majlis.meeting.link_request';
  const told = { room_id: roomId, links: [{ link_id: 'other', secret: newLinkSecret() }] };
  for (const [sender, senderDevice, senderSigned] of [
    ['@x', 'X1', true],
    ['@b', 'B2', false],
  ] as const) {
    const from = { sender, senderDevice, senderSigned };
    deliver(`A1 ${ask}`, { type: ask, content: { room_id: roomId, link_ids: ['link'] }, ...from });
    deliver(`A1 ${link}`, { type: link, content: told, ...from });
  }
  await settled();
  assert.deepEqual(await knows.candidates('other'), []);
  for (const device of [stranger, unsigned]) assert.deepEqual(await device.candidates('link'), []);
  const from = { sender: '@b', senderDevice: 'B2', senderSigned: true };
  for (const content of [
    {},
    { room_id: roomId },
    { room_id: roomId, links: 'link' },
    {
      room_id: roomId,
      links: [null, 7, {}, { link_id: 'short', secret: 'x' }, { link_id: '../', secret: newLinkSecret() }],
    },
    { ...told, room_id: '!elsewhere' },
  ] as JsonContent[]) {
    deliver(`A1 ${link}`, { type: link, content, ...from });
    deliver(`A1 ${ask}`, { type: ask, content, ...from });
  }
  await settled();
  for (const linkId of ['short', '../', 'other']) assert.deepEqual(await knows.candidates(linkId), []);
});

test('a device in the same meeting is answered and heard though nobody signed it, for as long as it is there', async (t) => {
  const { add, clock, settled } = makeRoom(t);
  const [knows, asks] = [add('@a', 'A1'), add('@b', 'B2', false)];
  const [secret, other] = [newLinkSecret(), newLinkSecret()];
  await knows.secrets.add(roomId, 'link', secret);
  await asks.secrets.add(roomId, 'other', other);
  const near = (deviceId: string) => [{ userId: `@${deviceId[0]?.toLowerCase()}`, deviceId }];
  await asks.want(roomId, 'link', near('A1'));
  await settled();
  assert.deepEqual(await asks.candidates('link'), []);
  const stop = knows.meet(roomId, ({ userId, deviceId }) => userId === '@b' && deviceId === 'B2');
  clock.now += 4000;
  await asks.want(roomId, 'link', near('A1'));
  await knows.want(roomId, 'other', near('B2'));
  await settled();
  assert.deepEqual(await asks.candidates('link'), [secret]);
  assert.deepEqual(await knows.candidates('other'), [other]);
  stop();
  await knows.secrets.add(roomId, 'later', newLinkSecret());
  await asks.want(roomId, 'later', near('A1'));
  await settled();
  assert.deepEqual(await asks.candidates('later'), []);
});

test('a wrong secret does not keep the right one out, and a known one is not replaced', async () => {
  const settings = memory();
  const secrets = new LinkSecrets(settings);
  const [wrong, right] = [newLinkSecret(), newLinkSecret()];
  assert.equal(await secrets.add(roomId, 'link', wrong, '@mallory'), true);
  assert.equal(await secrets.add(roomId, 'link', right, '@maker'), true);
  assert.equal(await secrets.add(roomId, 'link', newLinkSecret(), '@mallory'), false);
  assert.equal(await secrets.add('!other', 'link', newLinkSecret(), '@c'), false);
  assert.deepEqual(await secrets.candidates('link'), [wrong, right]);
  assert.equal(await secrets.get('link', '@maker'), right);
  const again = new LinkSecrets(settings);
  assert.deepEqual(await again.candidates('link'), [wrong, right], 'kept over a restart');
  assert.equal(await again.ofRoom('!other', 'link'), undefined);
});

test('one who tells very much cannot push out what was made here', async () => {
  const secrets = new LinkSecrets(memory());
  const own = newLinkSecret();
  await secrets.add(roomId, 'mine', own);
  for (let count = 0; count < 300; count += 1)
    await secrets.add(roomId, `l${count}`, newLinkSecret(), '@mallory');
  assert.deepEqual(await secrets.candidates('mine'), [own]);
  assert.deepEqual(await secrets.candidates('l0'), []);
  assert.equal((await secrets.candidates('l299')).length, 1);
});

test('many secrets at once are all kept', async () => {
  const settings = memory();
  const secrets = new LinkSecrets(settings);
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => secrets.add(roomId, `l${at}`, newLinkSecret(), '@a')),
  );
  assert.equal((settings.saved as Json[]).length, 20);
});
