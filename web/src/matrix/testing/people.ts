import assert from 'node:assert/strict';
import type { MatrixClient, MessageItem, OpenRoom, RoomSummary } from '../door.ts';
import type { Surroundings } from '../surroundings.ts';
import { startTestClient } from './node-client.ts';
import type { TestClient } from './node-client.ts';
import { startRealServer } from './real-server.ts';
import type { RealServer } from './real-server.ts';
import { waitFor } from './wait-for.ts';

export const password = 'palm bridge moon bread';
/** Stands for the list that the app draws recovery phrases from. */
export const words = Array.from({ length: 300 }, (_, at) => `word${at}`);

const running: TestClient[] = [];
let started: Promise<RealServer> | undefined;
let people = 0;

export interface Someone extends TestClient {
  readonly username: string;
}

/** The server of this test file, started when first asked for; `MAJLIS_TEST_SERVER` names one that runs already. */
export async function serverUrl(): Promise<string> {
  const given = process.env['MAJLIS_TEST_SERVER'];
  if (given !== undefined) return given;
  started ??= startRealServer();
  return (await started).url;
}

/** Call in `after`: ends the devices and the server. */
export async function stopEverything(): Promise<void> {
  for (const { client } of running) await client.stop();
  await (await started)?.stop();
}

/** A device, perhaps with what it kept from before. */
export async function openDevice(
  store?: TestClient['store'],
  online = true,
  more: Partial<Surroundings> = {},
): Promise<TestClient> {
  const device = await startTestClient(await serverUrl(), store, online, more);
  running.push(device);
  return device;
}

/** A new person with one device (a new one unless one is given), identity made. */
export async function signUp(displayName: string, opened?: TestClient): Promise<Someone> {
  const device = opened ?? (await openDevice());
  people += 1;
  const username = `p${Date.now().toString(36)}${people}`;
  const server = await serverUrl();
  await device.client.account.signUp({ server, username, password, displayName, deviceName: 'Test' });
  await waitFor('identity made at sign-up', () => device.client.encryption.identity.value === 'here');
  return { ...device, username };
}

/** Another device of a person, not verified. */
export async function signIn(username: string): Promise<TestClient> {
  const device = await openDevice();
  const server = await serverUrl();
  await device.client.account.signIn({ server, username, password, deviceName: 'Second' });
  await waitFor(
    'encryption of the second device',
    () => device.client.encryption.identity.value === 'elsewhere',
  );
  return device;
}

export const messageIn = (room: OpenRoom, body: string) => (): MessageItem | undefined =>
  room.items.value.find(
    (item): item is MessageItem =>
      item.type === 'message' && item.content.kind === 'text' && item.content.body === body,
  );

export const invitation = (client: MatrixClient, roomId: string) => (): RoomSummary | undefined =>
  client.rooms.all.value.find((room) => room.roomId === roomId && room.membership === 'invite');

export async function join(person: TestClient, roomId: string): Promise<OpenRoom> {
  await waitFor('invitation', invitation(person.client, roomId));
  await person.client.rooms.accept(roomId);
  return person.client.rooms.open(roomId);
}

/** Two people in an encrypted direct chat. */
export async function encryptedChat() {
  const sara = await signUp('سارة');
  const omar = await signUp('Omar');
  const roomId = await sara.client.rooms.startDirect(omar.username);
  const asked = await waitFor('invitation', invitation(omar.client, roomId));
  assert.equal(asked.encrypted, true);
  const his = await join(omar, roomId);
  return { sara, omar, roomId, hers: sara.client.rooms.open(roomId), his };
}
