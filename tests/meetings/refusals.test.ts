// What the meetings API refuses: forged webhooks, foreign pages, strangers in a hurry, and every kind of broken input.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { AccessToken } from 'livekit-server-sdk';
import { meetingsBase } from '@majlis/protocol';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from '../http/client.ts';
import type { Client } from '../http/client.ts';
import { Member, ask, claimsOf, knock, livekitKeys, refused } from './meeting.ts';
import type { Asked, Guest } from './meeting.ts';

let server: TestServer;
let noor: Client;
let host: Member;
let link: string;
let guest: Guest;

before(async () => {
  server = await startMajlis({ meetings: true });
  noor = await register(server.url, 'noor', 'نور');
  host = new Member(noor, await noor.createRoom({ preset: 'private_chat' }));
  link = (await host.link()).link_id;
  guest = await knock(server.url, link, 'ضيف');
});
after(() => server.stop());

describe('a webhook', () => {
  const send = async (body: string, key: string, secret: string, signedBody = body): Promise<Asked> => {
    const token = new AccessToken(key, secret, { ttl: 60 });
    token.sha256 = createHash('sha256').update(signedBody).digest('base64');
    const authorization = await token.toJwt();
    return ask(server.url, 'POST', '/_majlis/meetings/webhook', { body, headers: { authorization } });
  };
  const finished = async (): Promise<string> => {
    const { room } = claimsOf((await host.join()).token).video;
    return JSON.stringify({ event: 'room_finished', room: { name: room, sid: 'RM_x' }, id: 'x' });
  };

  it('counts only when it is signed with our key over what it says', async () => {
    const { key, secret } = livekitKeys(server);
    const inside = await knock(server.url, link, 'داخل');
    await host.ok('POST', `/lobby/${inside.id}`, { admit: true });
    const body = await finished();
    const path = '/_majlis/meetings/webhook';
    refused(await ask(server.url, 'POST', path, { body }), 401, 'M_UNAUTHORIZED', 'unsigned');
    refused(await ask(server.url, 'POST', path, { body, token: noor.token }), 401, 'M_UNAUTHORIZED');
    refused(await send(body, key, 'another secret of thirty-two letters'), 401, 'M_UNAUTHORIZED');
    refused(await send(body, 'another', secret), 401, 'M_UNAUTHORIZED', 'of another key');
    refused(await send(body, key, secret, `${body} `), 401, 'M_UNAUTHORIZED', 'signed over something else');
    const { token } = await host.join();
    refused(
      await ask(server.url, 'POST', path, { body, headers: { authorization: token } }),
      401,
      'M_UNAUTHORIZED',
      'with a token to join',
    );
    assert.equal((await inside.ok('GET')).state, 'admitted', 'the meeting goes on');
    assert.equal((await send(body, key, secret)).status, 200);
    assert.equal((await inside.ok('GET')).state, 'refused', 'the meeting is over');
  });

  it('of rooms and people that nobody knows changes nothing', async () => {
    const { key, secret } = livekitKeys(server);
    for (const event of [
      { event: 'room_finished', room: { name: 'unknown' } },
      { event: 'participant_joined', room: { name: 'unknown' }, participant: { identity: 'x' } },
      { event: 'track_published' },
      {},
    ])
      assert.equal((await send(JSON.stringify(event), key, secret)).status, 200);
    for (const body of ['{', '', '[]', 'null', '"text"', '\u0000'])
      refused(await send(body, key, secret), 401, 'M_UNAUTHORIZED', body);
  });
});

describe('a page of another origin', () => {
  const upgrade = (origin: string | undefined, token: string): Promise<string> => {
    const { hostname, port, host: own } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `GET /livekit/sfu/rtc/v1?access_token=${token} HTTP/1.1\r\nHost: ${own}\r\n` +
            `${origin === undefined ? '' : `Origin: ${origin}\r\n`}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
        ),
      );
      socket.once('data', (chunk: Buffer) => {
        socket.destroy();
        resolve(chunk.toString('latin1').split('\r\n')[0] ?? '');
      });
      socket.once('error', reject);
    });
  };

  it('reaches no media, not even with a token of a member', async () => {
    const { token } = await host.join();
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `${server.url}.evil.example`])
      assert.match(await upgrade(origin, token), /^HTTP\/1\.1 403 /, origin);
    const validate = '/livekit/sfu/rtc/v1/validate';
    const foreign = { headers: { origin: 'https://evil.example' }, token };
    refused(await ask(server.url, 'GET', validate, foreign), 403, 'M_FORBIDDEN');
    for (const origin of [server.url, undefined])
      assert.match(await upgrade(origin, 'wrong'), /^HTTP\/1\.1 401 /, 'it has reached LiveKit');
  });
});

describe('broken input', () => {
  const each = async (
    what: string,
    status: number | readonly number[],
    send: () => Promise<Asked>,
  ): Promise<void> => {
    const answer = await send();
    const allowed = typeof status === 'number' ? [status] : status;
    assert.ok(allowed.includes(answer.status), `${what} → ${answer.status} ${JSON.stringify(answer.body)}`);
    assert.match(answer.body.errcode, /^M_/, what);
    assert.ok(answer.body.error.length > 0, what);
  };
  const bodies: readonly (readonly [string, string | Uint8Array, number])[] = [
    ['no JSON', '{', 400],
    ['an array', '[]', 400],
    ['a number', '7', 400],
    ['null', 'null', 400],
    ['bad UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`, 400],
    ['deep objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, 400],
    ['too large', JSON.stringify({ name: 'x'.repeat(70_000) }), 413],
    ['NUL bytes', '\u0000\u0000', 400],
  ];

  it('in bodies is refused by every way in', async () => {
    const ways: readonly (readonly [string, string | undefined])[] = [
      [`${meetingsBase}/rooms/${encodeURIComponent(host.roomId)}/links`, noor.token],
      [`${meetingsBase}/rooms/${encodeURIComponent(host.roomId)}/lobby/${guest.id}`, noor.token],
      [`${meetingsBase}/rooms/${encodeURIComponent(host.roomId)}/guests/${guest.id}/keys`, noor.token],
      [`${meetingsBase}/links/${link}/knock`, undefined],
      [`${meetingsBase}/links/${link}/guests/${guest.id}/keys`, guest.secret],
      ['/livekit/jwt/sfu/get', undefined],
      ['/livekit/jwt/get_token', undefined],
    ];
    for (const [path, token] of ways)
      for (const [what, body, status] of bodies)
        await each(`${what} to ${path}`, status, () => ask(server.url, 'POST', path, { token, body }));
  });

  it('in fields is refused with what is wrong', async () => {
    const knockPath = `${meetingsBase}/links/${link}/knock`;
    for (const body of [
      {},
      { name: '' },
      { name: '   ' },
      { name: 7 },
      { name: null },
      { name: ['x'] },
      { name: 'x'.repeat(101) },
      { name: 'x', key_offer: 7 },
      { name: 'x', key_offer: 'x'.repeat(8193) },
      { name: 'a\u0000b' },
      { name: 'x', key_offer: 'a\u0000b' },
    ])
      await each(JSON.stringify(body), 400, () => ask(server.url, 'POST', knockPath, { body }));
    for (const body of ['{"name":"\\ud800"}', '{"name":"x","key_offer":"\\udfff"}'])
      await each(body, 400, () => ask(server.url, 'POST', knockPath, { body }));
    for (const body of [{ title: 7 }, { title: 'x'.repeat(101) }, { title: 'a\u0000b' }])
      await each(JSON.stringify(body), 400, () => host.ask('POST', '/links', body));
    for (const body of [{}, { admit: 1 }, { admit: 'yes' }, { admit: null }])
      await each(JSON.stringify(body), 400, () => host.ask('POST', `/lobby/${guest.id}`, body));
    for (const body of [{}, { sealed: '' }, { sealed: 7 }, { sealed: {} }])
      await each(JSON.stringify(body), 400, () => host.ask('POST', `/guests/${guest.id}/keys`, body));
    for (const query of [
      'since=-1',
      'since=x',
      'since=1.5',
      'wait=forever',
      'since=9999999999999999',
      'wait=',
    ])
      await each(query, 400, () => host.ask('GET', `/lobby?${query}`));
  });

  it('in paths is refused', async () => {
    const { token } = noor;
    for (const [path, status] of [
      [`${meetingsBase}/links/%00`, 400],
      [`${meetingsBase}/links/a%00b/guests/c`, 400],
      [`${meetingsBase}/links/%ff`, 400],
      [`${meetingsBase}/links/%zz`, 400],
      [`${meetingsBase}/links/${'x'.repeat(600)}`, 404],
      [`${meetingsBase}/links/..%2f..%2fetc`, 404],
      [`${meetingsBase}/links/%F0%9F%98%80`, 404],
      [`${meetingsBase}/rooms/%00/lobby`, 400],
      [`${meetingsBase}/rooms/%F0%9F%98%80/lobby`, 403],
      [`${meetingsBase}/rooms/'%3B%20drop%20table%20events/lobby`, 403],
      [`${meetingsBase}/nothing`, 404],
      [`${meetingsBase}`, 404],
      ['/_majlis/meetings', 404],
      ['/livekit/jwt', 404],
      ['/livekit/jwt/nothing', 404],
    ] as const)
      await each(path, status, () => ask(server.url, 'GET', path, { token }));
    for (const [method, path] of [
      ['PUT', `${meetingsBase}/links/${link}`],
      ['PATCH', `${meetingsBase}/links/${link}/knock`],
      ['GET', `${meetingsBase}/links/${link}/knock`],
      ['GET', '/livekit/jwt/sfu/get'],
      ['DELETE', '/_majlis/meetings/webhook'],
    ] as const)
      await each(`${method} ${path}`, [404, 405], () => ask(server.url, method, path, { token }));
    for (const identity of ['%00', 'nobody', '%2e%2e', 'x'.repeat(500)])
      await each(identity, [400, 404], () => host.ask('POST', `/participants/${identity}/remove`, {}));
  });

  it('leaves the guest who waits where they were', async () => {
    assert.equal((await guest.ok('GET')).state, 'waiting');
  });
});

describe('strangers in a hurry', () => {
  let limited: TestServer;
  before(async () => {
    limited = await startMajlis({ meetings: true, args: ['--rate-limits'] });
  });
  after(() => limited.stop());

  it('are told to wait, by address, before anything is looked up', async () => {
    const owner = await register(limited.url, 'noor');
    const room = new Member(owner, await owner.createRoom());
    const { link_id: open } = await room.link();
    const answers: Asked[] = [];
    for (let count = 0; count < 14; count += 1)
      answers.push(
        await ask(limited.url, 'POST', `${meetingsBase}/links/${open}/knock`, { body: { name: `${count}` } }),
      );
    assert.deepEqual(
      answers.slice(0, 10).map(({ status }) => status),
      Array.from({ length: 10 }, () => 200),
    );
    const last = answers.at(-1);
    assert.ok(last !== undefined);
    refused(last, 429, 'M_LIMIT_EXCEEDED');
    assert.ok(last.body.retry_after_ms > 0 && last.body.retry_after_ms <= 60_000);
    assert.equal(Number(last.headers.get('retry-after')), Math.ceil(last.body.retry_after_ms / 1000));
    // Guessing links is no faster.
    const guesses: number[] = [];
    for (let count = 0; count < 14; count += 1)
      guesses.push((await ask(limited.url, 'GET', `${meetingsBase}/links/guess${count}`)).status);
    assert.equal(guesses.filter((status) => status === 404).length, 10);
    assert.equal(guesses.at(-1), 429);
    assert.equal((await room.lobby()).guests.length, 10);
  });
});
