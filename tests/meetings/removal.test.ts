// Real people in a real call: they appear, they are put out, and they do not come back, whatever token they still hold.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { dispose } from '@livekit/rtc-node';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from '../http/client.ts';
import type { Client } from '../http/client.ts';
import { Member, ask, enter, knock, refused } from './meeting.ts';
import type { Participant } from './meeting.ts';

let server: TestServer;
let noor: Client;
let layla: Client;
let host: Member;
let member: Member;
const inCall: Participant[] = [];

before(async () => {
  server = await startMajlis({ meetings: true });
  noor = await register(server.url, 'noor', 'نور');
  layla = await register(server.url, 'layla', 'ليلى');
});
after(async () => {
  for (const { room } of inCall) if (room.isConnected) await room.disconnect();
  await server.stop();
  await dispose();
});

/** A room in which Noor is in the call already. */
async function meetingOfTwo(): Promise<void> {
  const roomId = await noor.createRoom({ preset: 'public_chat', name: 'التخطيط' });
  await layla.join(roomId);
  host = new Member(noor, roomId);
  member = new Member(layla, roomId);
  await comeIn(host);
}

async function comeIn(who: Member, joined = who.join()): Promise<Participant> {
  const participant = await enter(await joined);
  inCall.push(participant);
  return participant;
}

/** The look-round that catches lost webhooks comes every 20 s; the doorkeeper at the door is faster. */
async function putOutAtTheDoor({ out }: Participant): Promise<void> {
  const started = performance.now();
  assert.equal(await out, 'PARTICIPANT_REMOVED');
  assert.ok(performance.now() - started < 8000, 'only the look-round put them out');
}

const path = (roomId: string, action: string): string => `/rooms/${encodeURIComponent(roomId)}/${action}`;

it('shows who is in the call, and that it is over when everybody has left', async () => {
  await meetingOfTwo();
  const { link_id: link } = await host.link();
  const guest = await knock(server.url, link, 'ضيف');
  await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
  const lady = await comeIn(member);
  const stranger = await enter(await guest.ok('POST', '/token', {}));
  const { participants, active } = await host.until('three in the call', (m) => m.participants.length === 3);
  assert.equal(active, true);
  const shown = participants.find(({ identity }) => identity === lady.identity);
  assert.equal(shown?.user_id, layla.userId);
  assert.equal(shown?.name, 'ليلى');
  assert.equal(shown?.guest_id, undefined);
  const unknown = participants.find(({ identity }) => identity === stranger.identity);
  assert.deepEqual([unknown?.guest_id, unknown?.name, unknown?.user_id], [guest.id, 'ضيف', undefined]);
  await lady.room.disconnect();
  await stranger.room.disconnect();
  await host.until('one in the call', (m) => m.participants.length === 1);
});

it('puts a member out who was removed, refuses later tokens, and puts out whoever returns on an old one', async () => {
  await meetingOfTwo();
  const kept = await member.join();
  const lady = await comeIn(member);
  await host.until('two in the call', (m) => m.participants.length === 2);
  const hostIdentity = (await host.meeting()).participants.find(
    (one) => one.user_id === noor.userId,
  )?.identity;
  refused(await member.ask('POST', `/participants/${hostIdentity}/remove`, {}), 403, 'M_FORBIDDEN');
  refused(await member.ask('POST', `/participants/${hostIdentity}/mute`, {}), 403, 'M_FORBIDDEN');
  refused(await host.ask('POST', '/participants/nobody/remove', {}), 404, 'M_NOT_FOUND');

  await host.ok('POST', `/participants/${lady.identity}/remove`, {});
  assert.equal(await lady.out, 'PARTICIPANT_REMOVED');
  refused(await member.ask('POST', '/join', {}), 403, 'M_FORBIDDEN');
  const secondDevice = new Member(await layla.secondDevice(), member.roomId);
  refused(await secondDevice.ask('POST', '/join', {}), 403, 'M_FORBIDDEN', 'on another device');
  const openid_token = await layla.ok('POST', `/user/${layla.userId}/openid/request_token`, {});
  refused(
    await ask(server.url, 'POST', '/livekit/jwt/sfu/get', {
      body: { room: host.roomId, openid_token, device_id: 'D' },
    }),
    403,
    'M_FORBIDDEN',
    'by the way of Element Call',
  );
  // The token of before is still good for LiveKit, but not for the doorkeeper.
  const returned = await comeIn(member, Promise.resolve(kept));
  await putOutAtTheDoor(returned);
  await host.until('one in the call', (m) => m.participants.length === 1);
});

it('puts a guest out who was removed, and lets them in no more', async () => {
  await meetingOfTwo();
  const guest = await knock(server.url, (await host.link()).link_id, 'ضيف');
  await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
  const kept = await guest.ok('POST', '/token', {});
  const stranger = await enter(await guest.ok('POST', '/token', {}));
  await host.until('two in the call', (m) => m.participants.length === 2);
  const { version } = await guest.ok('GET');
  const told = guest.ok('GET', `?since=${version}&wait=20000`);
  await host.ok('POST', `/participants/${stranger.identity}/remove`, {});
  assert.equal(await stranger.out, 'PARTICIPANT_REMOVED');
  assert.equal((await told).state, 'removed');
  refused(await guest.ask('POST', '/token', {}), 403, 'M_FORBIDDEN');
  refused(await guest.ask('POST', '/keys', { sealed: 'x' }), 403, 'M_FORBIDDEN');
  refused(await host.ask('POST', `/guests/${guest.id}/keys`, { sealed: 'x' }), 404, 'M_NOT_FOUND');
  await putOutAtTheDoor(await enter(kept));
});

it('puts guests out when their link is ended, and nobody else', async () => {
  await meetingOfTwo();
  const { link_id: link } = await host.link();
  const other = await knock(server.url, (await host.link()).link_id, 'زائر');
  await host.ok('POST', `/lobby/${other.id}`, { admit: true });
  const visitor = await enter(await other.ok('POST', '/token', {}));
  inCall.push(visitor);
  const guest = await knock(server.url, link, 'ضيف');
  await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
  const stranger = await enter(await guest.ok('POST', '/token', {}));
  await host.until('three in the call', (m) => m.participants.length === 3);
  const kept = await guest.ok('POST', '/token', {});
  await host.ok('DELETE', `/links/${link}`);
  assert.equal(await stranger.out, 'PARTICIPANT_REMOVED');
  await putOutAtTheDoor(await enter(kept));
  assert.ok((await host.meeting()).participants.some(({ identity }) => identity === visitor.identity));
  assert.ok(visitor.room.isConnected);
});

it('ends the call for a member who is kicked from the room, and keeps them out until they are members again', async () => {
  await meetingOfTwo();
  const kept = await member.join();
  const lady = await comeIn(member);
  await host.until('two in the call', (m) => m.participants.length === 2);
  await noor.ok('POST', path(host.roomId, 'kick'), { user_id: layla.userId, reason: 'لا' });
  assert.equal(await lady.out, 'PARTICIPANT_REMOVED');
  refused(await member.ask('POST', '/join', {}), 403, 'M_FORBIDDEN');
  await putOutAtTheDoor(await comeIn(member, Promise.resolve(kept)));
  await layla.join(host.roomId);
  const again = await comeIn(member);
  const { participants } = await host.until('two in the call', (m) => m.participants.length === 2);
  assert.ok(participants.some(({ identity }) => identity === again.identity));
});

it('ends the call for a member who leaves the room by themselves, on every device', async () => {
  await meetingOfTwo();
  const first = await comeIn(member);
  const second = await comeIn(new Member(await layla.secondDevice(), host.roomId));
  await host.until('three in the call', (m) => m.participants.length === 3);
  await layla.ok('POST', path(host.roomId, 'leave'), {});
  assert.deepEqual(await Promise.all([first.out, second.out]), [
    'PARTICIPANT_REMOVED',
    'PARTICIPANT_REMOVED',
  ]);
});
