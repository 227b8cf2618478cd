// Who gets a token for a call, and what a token can do: join one room for two minutes, and nothing else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { meetingsBase } from '@majlis/protocol';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from '../http/client.ts';
import type { Client } from '../http/client.ts';
import { Member, ask, claimsOf, knock, refused } from './meeting.ts';

let server: TestServer;
let noor: Client;
let layla: Client;
let host: Member;

before(async () => {
  server = await startMajlis({ meetings: true });
  noor = await register(server.url, 'noor', 'نور');
  layla = await register(server.url, 'layla', 'ليلى');
  const roomId = await noor.createRoom({ preset: 'public_chat', name: 'التخطيط' });
  await layla.join(roomId);
  host = new Member(noor, roomId);
});
after(() => server.stop());

describe('a token of a member', () => {
  it('joins one room for at most two minutes, publishes and subscribes, and has no other right', async () => {
    const { url, token, identity } = await host.join();
    assert.equal(url, `${server.url.replace('http', 'ws')}/livekit/sfu`);
    const claims = claimsOf(token);
    assert.ok(claims.exp - claims.nbf <= 120, 'longer than two minutes');
    assert.ok(claims.exp * 1000 <= Date.now() + 120_000);
    const { room, ...grants } = claims.video;
    assert.deepEqual(grants, {
      roomJoin: true,
      canPublish: true,
      canSubscribe: true,
      canPublishData: true,
      canUpdateOwnMetadata: false,
      roomCreate: false,
      roomAdmin: false,
    });
    assert.match(room, /^[\w+/=-]{40,}$/);
    assert.doesNotMatch(room, /!/);
    assert.equal(claims.sub, identity);
    assert.equal(claims.name, 'نور');
    assert.deepEqual(claims.attributes, {
      user_id: noor.userId,
      device_id: noor.deviceId,
      keys: 'epochs',
    });
    for (const other of ['sip', 'agent', 'inference', 'roomConfig', 'metadata'])
      assert.equal(claims[other], undefined, other);
  });

  it('carries a new random identity each time, which tells nothing of the account', async () => {
    const joined = await Promise.all([host.join(), host.join(), new Member(layla, host.roomId).join()]);
    const identities = joined.map(({ identity }) => identity);
    assert.equal(new Set(identities).size, 3);
    for (const identity of identities) assert.match(identity, /^[\w-]{20}$/);
    assert.equal(new Set(joined.map(({ token }) => claimsOf(token).video.room)).size, 1);
  });

  it('carries the identity that MatrixRTC clients look for when it is asked for', async () => {
    const { token, identity } = await host.ok('POST', '/join', { matrix_rtc: true });
    assert.equal(identity, `${noor.userId}:${noor.deviceId}`);
    assert.equal(claimsOf(token).sub, identity);
    refused(await host.ask('POST', '/join', { matrix_rtc: 'yes' }), 400, 'M_INVALID_PARAM');
  });

  it('is of no use for LiveKit’s own API', async () => {
    const { token } = await host.join();
    const answer = await ask(server.url, 'GET', '/livekit/sfu/rtc/v1/validate', {
      token: `${token.slice(0, -4)}AAAA`,
    });
    assert.equal(answer.status, 401, 'a token that was tampered with');
    // Past the proxy, at LiveKit itself.
    const { port } = JSON.parse(readFileSync(join(server.data, 'livekit/livekit.yaml'), 'utf8')) as {
      port: number;
    };
    const { room } = claimsOf(token).video;
    for (const [call, body] of [
      ['CreateRoom', { name: 'mine' }],
      ['ListRooms', {}],
      ['ListParticipants', { room }],
      ['DeleteRoom', { room }],
    ] as const) {
      const api = await ask(`http://127.0.0.1:${port}`, 'POST', `/twirp/livekit.RoomService/${call}`, {
        token,
        body,
        headers: { 'content-type': 'application/json' },
      });
      assert.ok(api.status === 401 || api.status === 403, `${call} → ${api.status}`);
    }
  });
});

describe('no token', () => {
  it('without an account of this server, or with a wrong token', async () => {
    const path = `${meetingsBase}/rooms/${encodeURIComponent(host.roomId)}/join`;
    refused(await ask(server.url, 'POST', path, { body: {} }), 401, 'M_UNAUTHORIZED');
    for (const token of ['wrong', 'x'.repeat(1024), 'a.b.c'])
      refused(await ask(server.url, 'POST', path, { token, body: {} }), 401, 'M_UNAUTHORIZED');
  });

  it('for somebody who is not in the room, was only invited, has left or was banned', async () => {
    const omar = await register(server.url, 'omar');
    const roomId = await noor.createRoom({ preset: 'private_chat' });
    const outside = new Member(omar, roomId);
    const paths: [string, string, object?][] = [
      ['POST', '/join', {}],
      ['GET', ''],
      ['GET', '/lobby'],
      ['GET', '/links'],
      ['POST', '/links', {}],
    ];
    const refusedEverywhere = async (why: string): Promise<void> => {
      for (const [method, path, body] of paths)
        refused(await outside.ask(method, path, body), 403, 'M_FORBIDDEN', `${method} ${path} ${why}`);
    };
    await refusedEverywhere('never there');
    await noor.ok('POST', `/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: omar.userId });
    await refusedEverywhere('invited');
    await omar.join(roomId);
    assert.equal((await outside.ask('POST', '/join', {})).status, 200);
    await omar.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
    await refusedEverywhere('left');
    await noor.ok('POST', `/rooms/${encodeURIComponent(roomId)}/ban`, { user_id: omar.userId });
    await refusedEverywhere('banned');
  });

  it('for a room that is not there', async () => {
    for (const roomId of ['!nowhere:localhost', 'nonsense', '#alias:localhost', '!'])
      refused(await new Member(noor, roomId).ask('POST', '/join', {}), 403, 'M_FORBIDDEN', roomId);
  });

  it('where the room’s power levels keep the member from taking part in calls', async () => {
    const roomId = await noor.createRoom({
      preset: 'public_chat',
      power_level_content_override: { events: { 'org.matrix.msc3401.call.member': 50 } },
    });
    await layla.join(roomId);
    refused(await new Member(layla, roomId).ask('POST', '/join', {}), 403, 'M_FORBIDDEN');
    assert.equal((await new Member(noor, roomId).ask('POST', '/join', {})).status, 200);
  });

  it('once the session has ended', async () => {
    const sara = await register(server.url, 'sara');
    await sara.join(host.roomId);
    const member = new Member(sara, host.roomId);
    await member.join();
    await sara.ok('POST', '/logout', {});
    refused(await member.ask('POST', '/join', {}), 401, 'M_UNAUTHORIZED');
  });

  it('for a guest before a member lets them in', async () => {
    const { link_id: link } = await host.link();
    const guest = await knock(server.url, link, 'ضيف');
    refused(await guest.ask('POST', '/token', {}), 403, 'M_FORBIDDEN');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: false });
    refused(await guest.ask('POST', '/token', {}), 403, 'M_FORBIDDEN');
  });
});

describe('a token of a guest', () => {
  it('has the rights of a member’s and the name the guest gave, and no account', async () => {
    const { link_id: link } = await host.link();
    const guest = await knock(server.url, link, '  ضيف كريم  ');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
    const { token, identity } = await guest.ok('POST', '/token', {});
    const claims = claimsOf(token);
    assert.equal(claims.name, 'ضيف كريم');
    assert.deepEqual(claims.attributes, { guest_id: guest.id });
    assert.equal(claims.sub, identity);
    assert.notEqual(identity, guest.id);
    const member = claimsOf((await host.join()).token);
    assert.deepEqual(claims.video, member.video);
    assert.ok(claims.exp - claims.nbf <= 120);
  });

  it('is for the holder of the secret, at the guest’s own link', async () => {
    const { link_id: link } = await host.link();
    const { link_id: other } = await host.link();
    const guest = await knock(server.url, link, 'ضيف');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
    const path = `${meetingsBase}/links/${link}/guests/${guest.id}/token`;
    refused(await ask(server.url, 'POST', path, { body: {} }), 401, 'M_UNAUTHORIZED');
    refused(await ask(server.url, 'POST', path, { token: 'wrong', body: {} }), 401, 'M_UNAUTHORIZED');
    refused(await ask(server.url, 'POST', path, { token: noor.token, body: {} }), 401, 'M_UNAUTHORIZED');
    const elsewhere = path.replace(link, other);
    refused(await ask(server.url, 'POST', elsewhere, { token: guest.secret, body: {} }), 404, 'M_NOT_FOUND');
  });
});
