// The client library of Element Web, from npm: signs in, syncs, sends and decrypts.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { ClientEvent, createClient, MatrixEventEvent, RoomEvent, RoomStateEvent } from 'matrix-js-sdk';
import type { MatrixClient, MatrixEvent, Room } from 'matrix-js-sdk';
import { fresh } from '../http/client.ts';

let server: TestServer;
const clients: MatrixClient[] = [];

before(async () => {
  // The library and the engine in it talk all the time.
  for (const name of ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const)
    console[name] = () => undefined;
  // It leaves the timers of its requests behind, a minute and more: they shall not keep this process alive.
  const { setTimeout: start } = globalThis;
  globalThis.setTimeout = ((...details: Parameters<typeof start>) =>
    start(...details).unref()) as typeof start;
  server = await startMajlis();
});
after(async () => {
  for (const client of clients) client.stopClient();
  await server.stop();
});

/** Registers, signs in with a password as a person would, and syncs until the list is there. */
async function signIn(name: string): Promise<MatrixClient> {
  const username = fresh(name);
  const anonymous = createClient({ baseUrl: server.url });
  await anonymous.registerRequest({
    username,
    password: 'correct horse',
    auth: { type: 'm.login.dummy' },
    inhibit_login: true,
  });
  const session = await anonymous.loginRequest({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: username },
    password: 'correct horse',
  });
  const client = createClient({
    baseUrl: server.url,
    accessToken: session.access_token,
    userId: session.user_id,
    deviceId: session.device_id,
  });
  clients.push(client);
  await client.initRustCrypto({ useIndexedDB: false });
  const ready = new Promise<void>((resolve) => {
    client.on(ClientEvent.Sync, (state) => {
      if (state === 'PREPARED') resolve();
    });
  });
  await client.startClient({ initialSyncLimit: 20, lazyLoadMembers: true });
  await ready;
  return client;
}

/** The first event in a room's timeline, now or later, that answers yes; decrypted where it must be. */
function eventIn(
  client: MatrixClient,
  roomId: string,
  wanted: (event: MatrixEvent) => boolean,
): Promise<MatrixEvent> {
  return new Promise((resolve) => {
    const look = (event: MatrixEvent): void => {
      if (event.getRoomId() === roomId && wanted(event)) resolve(event);
    };
    client.on(RoomEvent.Timeline, look);
    client.on(MatrixEventEvent.Decrypted, look);
    for (const event of client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? []) look(event);
  });
}

/** The room once this client knows itself to have this membership in it. */
function roomAs(client: MatrixClient, roomId: string, membership: string): Promise<Room> {
  return new Promise((resolve) => {
    const look = (): void => {
      const room = client.getRoom(roomId);
      if (room?.getMyMembership() === membership) resolve(room);
    };
    client.on(RoomEvent.MyMembership, look);
    client.on(ClientEvent.Room, look);
    look();
  });
}

const says = (body: string) => (event: MatrixEvent) =>
  event.getContent()['body'] === body && !event.isDecryptionFailure();

describe('matrix-js-sdk', () => {
  it('chats: an encrypted room, both ways, with receipts and history', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob');
    const bobId = bob.getSafeUserId();
    const { room_id: roomId } = await alice.createRoom({
      name: 'مجلس',
      invite: [bobId],
      initial_state: [
        { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
      ],
    });
    await roomAs(bob, roomId, 'invite');
    const bobIsHere = new Promise<void>((resolve) => {
      alice.on(RoomStateEvent.Members, (_event, state, member) => {
        if (state.roomId === roomId && member.userId === bobId && member.membership === 'join') resolve();
      });
    });
    await bob.joinRoom(roomId);
    const [bobsRoom] = await Promise.all([roomAs(bob, roomId, 'join'), bobIsHere]);
    assert.equal(bobsRoom.name, 'مجلس');
    assert.equal(await bob.getCrypto()?.isEncryptionEnabledInRoom(roomId), true);

    const { event_id: greeting } = await alice.sendTextMessage(roomId, 'السلام عليكم');
    const received = await eventIn(bob, roomId, says('السلام عليكم'));
    assert.equal(received.getWireType(), 'm.room.encrypted');
    assert.equal(received.getId(), greeting);
    await bob.sendTextMessage(roomId, 'وعليكم السلام');
    await eventIn(alice, roomId, says('وعليكم السلام'));

    await bob.sendReadReceipt(received);
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (alice.getRoom(roomId)?.hasUserReadEvent(bobId, greeting) === true) resolve();
      };
      alice.on(RoomEvent.Receipt, look);
      look();
    });
    const later = await bob.createMessagesRequest(roomId, null, 50, 'b' as never);
    assert.ok(later.chunk.some((event) => event.event_id === greeting));
  });

  it('changes profile, uploads a picture, sets push rules, and signs out', async () => {
    const carol = await signIn('carol');
    await carol.setDisplayName('Carol');
    const { content_uri: uri } = await carol.uploadContent(Buffer.from('picture'), {
      type: 'text/plain',
      name: 'a.txt',
    });
    await carol.setAvatarUrl(uri);
    const profile = await carol.getProfileInfo(carol.getSafeUserId());
    assert.deepEqual([profile.displayname, profile.avatar_url], ['Carol', uri]);
    const url = carol.mxcUrlToHttp(uri, undefined, undefined, undefined, false, true, true);
    const picture = await fetch(url ?? '', {
      headers: { authorization: `Bearer ${carol.getAccessToken()}` },
    });
    assert.equal(await picture.text(), 'picture');
    const rules = await carol.getPushRules();
    assert.ok(rules.global.override?.some((rule) => rule.rule_id === '.m.rule.master'));
    assert.ok(await carol.isVersionSupported('v1.16'));
    assert.deepEqual(
      (await carol.getDevices()).devices.map((device) => device.device_id),
      [carol.getDeviceId()],
    );
    await carol.logout(true);
    await assert.rejects(carol.whoami());
  });
});
