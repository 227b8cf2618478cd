// The profile demo: a few accounts and rooms to look at, made through the API like any client would, once.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../keys/secrets.ts';
import type { Session } from '../operator/matrix-client.ts';
import { mustCall, registerAccount, signIn } from '../operator/matrix-client.ts';
import { demoAccounts, demoPassword, demoRooms } from './content.ts';
import type { DemoRoom } from './content.ts';

export interface SeedOptions {
  readonly url: string;
  readonly data: string;
  readonly serverName: string;
  /** Makes a registration token that works once. */
  readonly issueToken: () => Promise<string>;
}

const deviceId = 'DEMO';

/** Room ids by key: what has been made, so that a second start, also after a kill, makes nothing twice. */
type Made = Record<string, string>;

/** Makes what is missing. */
export async function seedDemo(options: SeedOptions): Promise<void> {
  const file = join(options.data, 'demo.json');
  const made: Made = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Made) : {};
  if (made['complete'] === 'yes') return;
  const sessions = new Map<string, Session>();
  for (const { username, displayName } of demoAccounts) {
    const account = { username, password: demoPassword, deviceId };
    const session =
      (await signIn(options.url, account)) ??
      (await registerAccount(options.url, { ...account, token: await options.issueToken() }));
    const profile = `/_matrix/client/v3/profile/${encodeURIComponent(session.userId)}/displayname`;
    await mustCall(options.url, 'PUT', profile, { displayname: displayName }, session.accessToken);
    sessions.set(username, session);
  }
  for (const room of demoRooms) {
    made[room.key] ??= await makeRoom(options, room, sessions);
    writeDurably(file, `${JSON.stringify(made)}\n`);
    await fillRoom(options, room, made[room.key] ?? '', sessions);
  }
  made['complete'] = 'yes';
  writeDurably(file, `${JSON.stringify(made)}\n`);
}

function sessionOf(sessions: ReadonlyMap<string, Session>, username: string): Session {
  const session = sessions.get(username);
  if (session === undefined) throw new Error(`the demo has no account ${username}`);
  return session;
}

async function makeRoom(
  { url, serverName }: SeedOptions,
  room: DemoRoom,
  sessions: ReadonlyMap<string, Session>,
): Promise<string> {
  const [creator = '', ...others] = room.members;
  const invite = others.map((name) => `@${name}:${serverName}`);
  const request = {
    preset: 'private_chat',
    invite,
    ...(room.name === undefined ? { is_direct: true } : { name: room.name }),
    ...(room.topic === undefined ? {} : { topic: room.topic }),
  };
  const created = await mustCall(
    url,
    'POST',
    '/_matrix/client/v3/createRoom',
    request,
    sessionOf(sessions, creator).accessToken,
  );
  return String(created['room_id']);
}

/** Joining twice is no change, and a transaction id that was used answers the same event. */
async function fillRoom(
  { url }: SeedOptions,
  room: DemoRoom,
  roomId: string,
  sessions: ReadonlyMap<string, Session>,
): Promise<void> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
  for (const name of room.members.slice(1)) {
    await mustCall(url, 'POST', `${path}/join`, {}, sessionOf(sessions, name).accessToken);
  }
  if (room.name === undefined) await markDirect(url, roomId, room, sessions);
  for (const [index, [sender, text]] of room.messages.entries()) {
    const content = { msgtype: 'm.text', body: text };
    await mustCall(
      url,
      'PUT',
      `${path}/send/m.room.message/demo-${room.key}-${index}`,
      content,
      sessionOf(sessions, sender).accessToken,
    );
  }
}

/** Clients know by this account data that a room is a chat between two people. */
async function markDirect(
  url: string,
  roomId: string,
  room: DemoRoom,
  sessions: ReadonlyMap<string, Session>,
): Promise<void> {
  const [one = '', other = ''] = room.members;
  for (const [name, partner] of [
    [one, other],
    [other, one],
  ] as const) {
    const session = sessionOf(sessions, name);
    await mustCall(
      url,
      'PUT',
      `/_matrix/client/v3/user/${encodeURIComponent(session.userId)}/account_data/m.direct`,
      { [sessionOf(sessions, partner).userId]: [roomId] },
      session.accessToken,
    );
  }
}
