// Our side of a call against the library that Element Call is made of, from npm: who sees whom, and whose media keys arrive.
// Only the media are absent: who is on the media server is what the tokens say that the real server gives.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signal } from '@preact/signals-core';
import { ClientEvent, createClient, RoomEvent } from 'matrix-js-sdk-43';
import type { MatrixClient as OtherClient, Room as OtherRoom } from 'matrix-js-sdk-43';
import { MatrixRTCSessionEvent } from 'matrix-js-sdk-43/lib/matrixrtc/index.js';
import type { MatrixRTCSession } from 'matrix-js-sdk-43/lib/matrixrtc/index.js';
import { invitation, signUp, stopEverything } from '../matrix/testing/people.ts';
import type { Someone } from '../matrix/testing/people.ts';
import { startRealServer } from '../matrix/testing/real-server.ts';
import type { RealServer } from '../matrix/testing/real-server.ts';
import { waitFor } from '../matrix/testing/wait-for.ts';
import { senderKey } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';
import type { MediaKey } from './element-call-keys.ts';
import { linkSharingOf } from './link-sharing.ts';
import { MemberEntrance } from './member-entrance.ts';

const others: OtherClient[] = [];
const entrances: MemberEntrance[] = [];
let running: RealServer;

before(async () => {
  // The library and the engine in it talk all the time, and leave timers of their requests behind.
  for (const name of ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const)
    console[name] = () => undefined;
  const { setTimeout: start } = globalThis;
  globalThis.setTimeout = ((...details: Parameters<typeof start>) =>
    start(...details).unref()) as typeof start;
  running = await startRealServer(['--meetings']);
  process.env['MAJLIS_TEST_SERVER'] = running.url;
});
after(async () => {
  for (const entrance of entrances) await entrance.leave().catch(() => undefined); // Left already.
  for (const client of others) client.stopClient();
  await stopEverything();
  await running.stop();
});

interface GivenKey {
  readonly userId: string;
  readonly identity: string;
  readonly index: number;
  readonly key: string;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Somebody with Element Call's library: every key that it would give to the media. */
async function elementCall(server: string, name: string) {
  const username = `${name}${Date.now().toString(36)}`;
  const anonymous = createClient({ baseUrl: server });
  const account = await anonymous.registerRequest({
    username,
    password: 'correct horse battery',
    auth: { type: 'm.login.dummy' },
  });
  const client = createClient({
    baseUrl: server,
    accessToken: account.access_token ?? '',
    userId: account.user_id,
    deviceId: account.device_id ?? '',
  });
  others.push(client);
  await client.initRustCrypto({ useIndexedDB: false });
  const ready = new Promise<void>((resolve) => {
    client.on(ClientEvent.Sync, (state) => {
      if (state === 'PREPARED') resolve();
    });
  });
  await client.startClient({ initialSyncLimit: 20 });
  await ready;
  return client;
}

function roomOf(client: OtherClient, roomId: string, members: number): Promise<OtherRoom> {
  return new Promise((resolve) => {
    const look = (): void => {
      const room = client.getRoom(roomId);
      if (room?.getMyMembership() === 'join' && room.getJoinedMemberCount() === members) resolve(room);
    };
    client.on(RoomEvent.MyMembership, look);
    client.on(ClientEvent.Event, look);
    look();
  });
}

/** Joins as Element Call does in its default mode, and notes the keys that it is given. */
function enterSession(client: OtherClient, room: OtherRoom, service: string) {
  const session = client.matrixRTC.getRoomSession(room);
  const keys = signal<readonly GivenKey[]>([]);
  session.on(MatrixRTCSessionEvent.EncryptionKeyChanged, (key, index, { userId }, identity) => {
    keys.value = [...keys.value, { userId, identity, index, key: hex(key) }];
  });
  const memberships = signal<MatrixRTCSession['memberships']>([]);
  const look = (): void => {
    memberships.value = [...session.memberships];
  };
  session.on(MatrixRTCSessionEvent.MembershipsChanged, look);
  look();
  const transport = { type: 'livekit', livekit_service_url: service, livekit_alias: room.roomId };
  session.joinRoomSession([transport], transport, { manageMediaKeys: true, useKeyDelay: 100 });
  return { session, keys, memberships };
}

function claims(token: string): { sub: string; attributes: Record<string, string> } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as ReturnType<
    typeof claims
  >;
}

let stays = 0;

/** As LiveKit tells of somebody who came with this token. */
function participant(token: string): Participant {
  const { sub: identity, attributes } = claims(token);
  const { user_id: userId = '', device_id: deviceId = '', keys } = attributes;
  stays += 1;
  return { identity, userId, deviceId, epochs: keys === 'epochs', stay: `${stays}`, joinedAt: stays };
}

/** One of us in the call; the test moves who is there. */
async function ours(someone: Someone, roomId: string, there: { value: readonly Participant[] }) {
  const own = someone.client.session.value;
  assert.ok(own);
  const epochs = signal<readonly Epoch[]>([]);
  const keys = signal<readonly { identity: string; key: MediaKey }[]>([]);
  const again = signal(0);
  const entrance = new MemberEntrance({
    roomId,
    own,
    signalling: someone.client.signalling,
    links: linkSharingOf(someone.client),
    now: () => Date.now(),
  });
  entrances.push(entrance);
  let identity = '';
  const way = await entrance.enter({
    ownIdentity: () => identity,
    participants: () => there.value,
    adopt: (epoch) => {
      epochs.value = [...epochs.value, epoch];
    },
    adoptKey: (from, key) => {
      keys.value = [...keys.value, { identity: from, key }];
    },
    gave: () => undefined,
    shows: () => true,
    turned: () => undefined,
    comeAgain: () => (again.value += 1),
  });
  identity = way.identity;
  return { entrance, epochs, keys, again, participant: participant(way.token), identity, userId: own.userId };
}

test('Element Call’s library and we see each other, have each other’s keys, and get new ones when somebody leaves', async () => {
  const [salma, omar] = [await signUp('سلمى'), await signUp('عمر')];
  const server = salma.client.session.value?.server ?? '';
  const ella = await elementCall(server, 'ella');
  const { room_id: roomId } = await ella.createRoom({
    name: 'مجلس',
    invite: [salma, omar].map(({ client }) => client.session.value?.userId ?? ''),
    initial_state: [
      { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
    ],
  });
  for (const { client } of [salma, omar]) {
    await waitFor('invitation', invitation(client, roomId));
    await client.rooms.accept(roomId);
  }
  const room = await roomOf(ella, roomId, 3);

  // With none but us in the meeting the name on the media server is random.
  const there: { value: readonly Participant[] } = { value: [] };
  const alone = await ours(omar, roomId, there);
  assert.match(alone.identity, /^[\w-]{16,}$/);
  alone.entrance.entered();

  // Ella is announced, and on her way to the media server when Salma comes. Omar is to come in again under the name that she looks for.
  const { rtc_transports: transports } = (await (
    await fetch(`${server}/_matrix/client/unstable/org.matrix.msc4143/rtc/transports`, {
      headers: { authorization: `Bearer ${ella.getAccessToken()}` },
    })
  ).json()) as { rtc_transports: { livekit_service_url: string }[] };
  const service = transports[0]?.livekit_service_url ?? '';
  const call = enterSession(ella, room, service);
  const announced = salma.client.signalling.watchState(roomId, 'org.matrix.msc3401.call.member');
  await waitFor('Ella’s membership', () => announced.value.some(({ sender }) => sender === ella.getUserId()));
  await waitFor('the wish that he comes again', () => alone.again.value === 1);
  await alone.entrance.leave();
  await waitFor('that he has gone', () => call.memberships.value.length === 1);
  const salmaIn = await ours(salma, roomId, there);
  there.value = [salmaIn.participant];
  salmaIn.entrance.entered();
  const first = await waitFor('her own epoch', () => salmaIn.epochs.value[0]);
  const seen = await waitFor('her membership', () =>
    call.memberships.value.find(({ userId }) => userId === salmaIn.userId),
  );
  assert.equal(seen.rtcBackendIdentity, salmaIn.identity, 'the name under which she is on the media server');
  const oldest = call.session.getOldestMembership();
  assert.ok(oldest);
  assert.equal(seen.getTransport(oldest)?.['livekit_service_url'], service);

  const openId = await ella.getOpenIdToken();
  const asked = await fetch(`${service}/sfu/get`, {
    method: 'POST',
    body: JSON.stringify({ room: roomId, openid_token: openId, device_id: ella.getDeviceId() }),
  });
  const { jwt } = (await asked.json()) as { jwt: string };
  const ellaThere = participant(jwt);
  there.value = [salmaIn.participant, ellaThere];
  salmaIn.entrance.participantsChanged('came');

  const second = await waitFor('the epoch with Ella', () =>
    salmaIn.epochs.value.find(({ number }) => number > first.number),
  );
  const hers = await waitFor('Salma’s key', () =>
    call.keys.value.find(({ userId, index }) => userId === salmaIn.userId && index === second.number % 256),
  );
  assert.equal(hers.key, hex(await senderKey(second, salmaIn.identity)));
  assert.equal(hers.identity, salmaIn.identity);
  assert.ok(
    call.keys.value.every(({ userId, index }) => userId !== salmaIn.userId || index === second.number % 256),
    'nothing of what was said before she came',
  );
  const ellasKey = await waitFor('Ella’s key', () =>
    salmaIn.keys.value.find(({ identity }) => identity === ellaThere.identity),
  );
  const ownKey = () =>
    call.keys.value.findLast(
      ({ userId, identity }) => userId === ella.getUserId() && identity === ellaThere.identity,
    );
  assert.equal(hex(ellasKey.key.key), ownKey()?.key);
  assert.equal(ellasKey.key.index, ownKey()?.index);

  // Omar comes with our program and goes again: new keys both ways, and none for him.
  const omarIn = await ours(omar, roomId, there);
  there.value = [salmaIn.participant, ellaThere, omarIn.participant];
  omarIn.entrance.entered();
  salmaIn.entrance.participantsChanged('came');
  const omarsEpoch = await waitFor('the epoch with Omar', () => omarIn.epochs.value.at(-1));
  const his = await waitFor('Omar’s key', () =>
    call.keys.value.find(({ userId }) => userId === omarIn.userId),
  );
  assert.equal(his.key, hex(await senderKey(omarsEpoch, omarIn.identity)));
  await waitFor('Ella’s key for Omar', () => omarIn.keys.value.at(-1));
  there.value = [salmaIn.participant, ellaThere];
  await omarIn.entrance.leave();
  salmaIn.entrance.participantsChanged('went');
  const last = await waitFor('the epoch without Omar', () =>
    salmaIn.epochs.value.find(({ number }) => number > omarsEpoch.number),
  );
  const after_ = await waitFor('Salma’s new key', () =>
    call.keys.value.find(({ userId, index }) => userId === salmaIn.userId && index === last.number % 256),
  );
  assert.equal(after_.key, hex(await senderKey(last, salmaIn.identity)));
  const newKey = await waitFor('Ella’s new key', () => {
    const key = salmaIn.keys.value.at(-1);
    const known = omarIn.keys.value.some((old) => hex(old.key.key) === hex(key?.key.key ?? new Uint8Array()));
    return known ? undefined : key;
  });
  await waitFor('Ella sends with it', () => ownKey()?.key === hex(newKey.key.key));

  // Ella goes: the next key is not hers.
  await call.session.leaveRoomSession(5000);
  // Her library may yet change her own key as she goes.
  const given = () => call.keys.value.filter(({ userId }) => userId !== ella.getUserId()).length;
  const before = given();
  there.value = [salmaIn.participant];
  salmaIn.entrance.participantsChanged('went');
  await waitFor('the epoch without Ella', () =>
    salmaIn.epochs.value.find(({ number }) => number > last.number),
  );
  await salmaIn.entrance.leave();
  await waitFor('nobody in the call', () => call.memberships.value.length === 0);
  assert.equal(given(), before);
});
