// The token service as Element Call and Element X ask for it, with OpenID tokens that the homeserver really gave.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from '../http/client.ts';
import type { Client, Json } from '../http/client.ts';
import { Member, ask, claimsOf, refused } from './meeting.ts';
import type { Asked } from './meeting.ts';

let server: TestServer;
let noor: Client;
let omar: Client;
let roomId: string;

before(async () => {
  server = await startMajlis({ meetings: true });
  noor = await register(server.url, 'noor', 'نور');
  omar = await register(server.url, 'omar');
  roomId = await noor.createRoom({ preset: 'private_chat' });
});
after(() => server.stop());

const openId = (client: Client): Promise<Json> =>
  client.ok('POST', `/user/${encodeURIComponent(client.userId)}/openid/request_token`, {});
const sfuGet = (body: unknown): Promise<Asked> => ask(server.url, 'POST', '/livekit/jwt/sfu/get', { body });
const getToken = (body: unknown): Promise<Asked> =>
  ask(server.url, 'POST', '/livekit/jwt/get_token', { body });
const hash = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64').replace(/=+$/, '');

it('is named to clients, and says that it is there', async () => {
  const wellKnown = await (await fetch(`${server.url}/.well-known/matrix/client`)).json();
  const foci = (wellKnown as Json)['org.matrix.msc4143.rtc_foci'];
  assert.deepEqual(foci, [{ type: 'livekit', livekit_service_url: `${server.url}/livekit/jwt` }]);
  const health = await fetch(`${server.url}/livekit/jwt/healthz`);
  assert.equal(health.status, 200);
  const preflight = await fetch(`${server.url}/livekit/jwt/sfu/get`, { method: 'OPTIONS' });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
});

describe('/sfu/get', () => {
  it('lets a member into the same call as our own way in, under the identity Element Call expects', async () => {
    const answer = await sfuGet({ room: roomId, openid_token: await openId(noor), device_id: noor.deviceId });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.url, `${server.url.replace('http', 'ws')}/livekit/sfu`);
    const claims = claimsOf(answer.body.jwt);
    assert.equal(claims.sub, `${noor.userId}:${noor.deviceId}`);
    assert.deepEqual(claims.attributes, { user_id: noor.userId, device_id: noor.deviceId });
    const own = claimsOf((await new Member(noor, roomId).join()).token);
    assert.deepEqual(claims.video, own.video);
    assert.equal(claims.video.room, hash([roomId, 'm.call#ROOM']));
    assert.ok(claims.exp - claims.nbf <= 120);
  });

  it('refuses who is not in the room', async () => {
    const body = { room: roomId, openid_token: await openId(omar), device_id: omar.deviceId };
    refused(await sfuGet(body), 403, 'M_FORBIDDEN');
  });

  it('refuses tokens that are not OpenID tokens of this server', async () => {
    const real = await openId(noor);
    for (const openid_token of [
      { ...real, access_token: 'wrong' },
      { ...real, access_token: noor.token },
      { ...real, matrix_server_name: 'evil.example' },
    ])
      refused(await sfuGet({ room: roomId, openid_token, device_id: 'D' }), 401, 'M_UNAUTHORIZED');
  });
});

describe('/get_token', () => {
  const asked = async (client: Client, member: object = {}): Promise<Asked> =>
    getToken({
      room_id: roomId,
      slot_id: 'm.call#ROOM',
      openid_token: await openId(client),
      member: {
        id: 'member-1',
        claimed_user_id: client.userId,
        claimed_device_id: client.deviceId,
        ...member,
      },
    });

  it('lets a member in under the hash of who they are', async () => {
    const answer = await asked(noor);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const claims = claimsOf(answer.body.jwt);
    assert.equal(claims.sub, hash([noor.userId, noor.deviceId, 'member-1']));
    assert.equal(claims.video.room, hash([roomId, 'm.call#ROOM']));
    assert.equal(claims.video.roomAdmin, false);
  });

  it('refuses a name that the token does not bear, and who is not in the room', async () => {
    refused(await asked(omar, { claimed_user_id: noor.userId }), 401, 'M_UNAUTHORIZED');
    refused(await asked(omar), 403, 'M_FORBIDDEN');
  });

  it('refuses whoever was kicked from the room, like every other way in', async () => {
    const again = await noor.createRoom({ preset: 'public_chat' });
    await omar.join(again);
    await noor.ok('POST', `/rooms/${encodeURIComponent(again)}/kick`, { user_id: omar.userId });
    const body = { room: again, openid_token: await openId(omar), device_id: omar.deviceId };
    refused(await sfuGet(body), 403, 'M_FORBIDDEN');
  });
});

it('answers incomplete or broken questions with 400 and what is wrong', async () => {
  const openid_token = await openId(noor);
  const member = { id: 'm', claimed_user_id: noor.userId, claimed_device_id: 'D' };
  for (const body of [
    {},
    [],
    '{',
    '"text"',
    { room: roomId },
    { room: roomId, openid_token: 'text', device_id: 'D' },
    { room: roomId, openid_token: {}, device_id: 'D' },
    { room: roomId, openid_token, device_id: 7 },
    { room: roomId, openid_token },
    { room: 7, openid_token, device_id: 'D' },
    { room: 'x'.repeat(300), openid_token, device_id: 'D' },
    { openid_token, device_id: 'D' },
  ])
    assert.equal((await sfuGet(body)).status, 400, JSON.stringify(body));
  for (const body of [
    {},
    { room_id: roomId, openid_token },
    { room_id: roomId, openid_token, member: 'm' },
    { room_id: roomId, openid_token, member: { ...member, id: 7 } },
    { room_id: roomId, openid_token, member: { ...member, claimed_device_id: '' } },
    { openid_token, member },
  ])
    assert.equal((await getToken(body)).status, 400, JSON.stringify(body));
});
