// Whatever comes in: a precise 4xx with a code and a message, never a 5xx, and no harm to others.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { operations } from '../contract/openapi.ts';
import type { Operation } from '../contract/openapi.ts';
import { register } from './client.ts';
import type { Client, RequestOptions } from './client.ts';

let server: TestServer;
let alice: Client;
let roomId: string;
let eventId: string;

before(async () => {
  server = await startMajlis({ args: ['--upload-limit', '64k'] });
  alice = await register(server.url, 'alice');
  roomId = await alice.createRoom({ name: 'Target' });
  eventId = await alice.send(roomId, 'target');
});
after(() => server.stop());

/** Sends bytes as they are; answers what came back when the server ends the connection or the caller has seen enough. */
function raw(bytes: string | Buffer, enough: (answer: string) => boolean = () => false): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket: Socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (!enough(answer)) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(answer) : reject(error),
    );
  });
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const head = (method: string, path: string, headers = ''): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${alice.token}\r\nConnection: close\r\n${headers}\r\n`;

describe('bodies', () => {
  const path = (): string => `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/bad`;
  const cases: ReadonlyArray<[name: string, errcode: string, body: string | Buffer]> = [
    ['malformed JSON', 'M_NOT_JSON', '{"body":'],
    ['text after the value', 'M_NOT_JSON', '{} {}'],
    ['an array', 'M_BAD_JSON', '[]'],
    ['null', 'M_BAD_JSON', 'null'],
    ['a string', 'M_BAD_JSON', '"x"'],
    ['a float', 'M_BAD_JSON', '{"n":1.5}'],
    ['an exponent', 'M_BAD_JSON', '{"n":1e3}'],
    ['an integer beyond 2^53', 'M_BAD_JSON', '{"n":9007199254740993}'],
    ['the same key twice', 'M_BAD_JSON', '{"a":1,"a":2}'],
    ['a lone surrogate', 'M_BAD_JSON', String.raw`{"body":"\ud800"}`],
    ['nesting a thousand deep', 'M_BAD_JSON', `{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['nesting a hundred thousand deep', 'M_NOT_JSON', '{"a":'.repeat(100_000)],
    ['bytes that are no UTF-8', 'M_NOT_JSON', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong encoding', 'M_NOT_JSON', Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ];
  for (const [name, errcode, body] of cases) {
    it(`with ${name} are refused`, async () => {
      const answer = await alice.call('PUT', path(), body);
      assert.equal(answer.status, 400);
      // What JSON.parse itself would refuse is not JSON; the rest is JSON of the wrong kind.
      assert.ok(answer.body.errcode === errcode, `${answer.body.errcode}: ${answer.body.error}`);
    });
  }

  it('keep a NUL in a text, a key named __proto__, and words in any script', async () => {
    const content = '{"msgtype":"m.text","body":"a\\u0000b","__proto__":{"x":1},"constructor":1,"𐍈":"سلام"}';
    const { event_id: id } = await alice.ok('PUT', `/rooms/${roomId}/send/m.room.message/odd`, content);
    const event = await alice.ok('GET', `/rooms/${roomId}/event/${id}`);
    assert.equal(event.content.body, 'a\0b');
    assert.equal(event.content['𐍈'], 'سلام');
    assert.ok(Object.hasOwn(event.content, '__proto__'));
    const found = await alice.ok('POST', '/search', {
      search_categories: { room_events: { search_term: 'a' } },
    });
    assert.ok(found.search_categories.room_events.count >= 1);
  });

  it('are cut off at their limit while they stream', async () => {
    const block = `${'x'.repeat(65_536)}`;
    const chunk = `${block.length.toString(16)}\r\n${block}\r\n`;
    const answer = await raw(
      head('POST', '/_matrix/client/v3/createRoom', 'Transfer-Encoding: chunked\r\n') + chunk.repeat(64),
      (text) => text.includes('\r\n\r\n{'),
    );
    assert.equal(statusOf(answer), 413);
    assert.match(answer, /M_TOO_LARGE/);
    const announced = await raw(
      head('POST', '/_matrix/client/v3/createRoom', 'Content-Length: 99999999\r\n'),
      (text) => text.includes('}'),
    );
    assert.equal(statusOf(announced), 413);
  });
});

describe('paths and headers', () => {
  it('that are broken are refused', async () => {
    for (const [path, status] of [
      ['/_matrix/client/v3/rooms/%00/state', 400],
      ['/_matrix/client/v3/rooms/%ff/state', 400],
      ['/_matrix/client/v3/rooms/%E0%A4%A/state', 400],
      ['/_matrix/client/v3/rooms/%/state', 400],
      ['/_matrix/client/v3/rooms/%ed%a0%80/state', 400],
      [`/_matrix/client/v3/rooms/${'x'.repeat(9_000)}/state`, 414],
      ['/_matrix/client/v3/../../../etc/passwd', 404],
      ['/_matrix/client/v3/rooms/..%2f..%2f/state', 403],
      ['//_matrix/client/versions', 404],
      ['/_matrix/client/v3/sync?since=%00&timeout=0', 400],
      ['/_matrix/client/v3/sync?filter=%00&timeout=0', 400],
      ['/_matrix/client/v3/sync?filter=%ff&timeout=0', 404],
    ] as const) {
      const answer = await raw(head('GET', path));
      assert.equal(statusOf(answer), status, `${path.slice(0, 60)}: ${answer.slice(0, 300)}`);
      assert.match(answer, /"errcode":"M_/, path);
    }
  });

  it('that are too large, odd or smuggled end the connection, and others go on', async () => {
    assert.equal(
      statusOf(await raw(head('GET', '/_matrix/client/versions', `X-Big: ${'x'.repeat(20_000)}\r\n`))),
      431,
    );
    assert.equal(statusOf(await raw('nonsense\r\n\r\n')), 400);
    assert.equal(statusOf(await raw('GET / HTTP/9.9\r\n\r\n')), 400);
    const inner = 'GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const headers of [
      `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`,
      `Content-Length: 0\r\nContent-Length: ${inner.length}\r\n`,
      'Transfer-Encoding: chunked, identity\r\n',
      'Transfer-Encoding : chunked\r\n',
      'Content-Length: +5\r\n',
      'X: a\r\n Transfer-Encoding: chunked\r\n',
    ]) {
      const answer = await raw(
        `POST /_matrix/client/v3/createRoom HTTP/1.1\r\nHost: x\r\n${headers}\r\n0\r\n\r\n${inner}`,
      );
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length ?? 0, 1, `one answer, not two: ${headers}`);
      assert.ok(statusOf(answer) >= 400 && statusOf(answer) < 500, `${headers}: ${answer.slice(0, 100)}`);
    }
    for (const [text, status] of [
      ['GET /_matrix/client/versions HTTP/1.1\r\n\r\n', 400],
      [head('GET', '/_matrix/client/versions', 'Expect: magic\r\n'), 417],
      ['CONNECT elsewhere:80 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ] as const) {
      const answer = await raw(text);
      assert.equal(statusOf(answer), status);
      assert.match(answer, /"errcode":"M_/, text);
    }
    await alice.ok('GET', '/_matrix/client/versions');
  });

  it('of clients that dawdle or go away harm nobody', async () => {
    const { hostname, port } = new URL(server.url);
    const slow = Array.from({ length: 60 }, (_, number) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          number % 2 === 0
            ? 'POST /_matrix/client/v3/log'
            : head('POST', '/_matrix/client/v3/createRoom', 'Content-Length: 100\r\n') + '{',
        ),
      );
      socket.on('error', () => undefined);
      return socket;
    });
    for (let number = 0; number < 20; number += 1) await alice.send(roomId, `among slow ones ${number}`);
    for (const socket of slow) socket.destroy();
    await alice.sync();
  });
});

describe('people', () => {
  it('cannot act for others or on what is not theirs', async () => {
    const mallory = await register(server.url, 'mallory');
    const user = encodeURIComponent(alice.userId);
    const room = encodeURIComponent(roomId);
    for (const [method, path, body] of [
      ['PUT', `/user/${user}/account_data/x`, {}],
      ['GET', `/user/${user}/account_data/x`, undefined],
      ['POST', `/user/${user}/filter`, {}],
      ['PUT', `/profile/${user}/displayname`, { displayname: 'x' }],
      ['PUT', `/presence/${user}/status`, { presence: 'online' }],
      ['POST', `/user/${user}/openid/request_token`, {}],
      ['PUT', `/user/${user}/rooms/${room}/tags/x`, {}],
      ['PUT', `/rooms/${room}/typing/${user}`, { typing: true }],
      ['PUT', `/rooms/${room}/state/m.room.member/${user}`, { membership: 'ban' }],
      ['PUT', `/rooms/${room}/send/m.room.message/1`, { body: 'x' }],
      ['GET', `/rooms/${room}/messages?dir=b`, undefined],
      ['GET', `/rooms/${room}/context/${eventId}`, undefined],
      ['GET', `/rooms/${room}/event/${eventId}`, undefined],
      ['GET', `/rooms/${room}/members`, undefined],
      ['GET', `/rooms/${room}/joined_members`, undefined],
      ['GET', `/_matrix/client/v1/rooms/${room}/threads`, undefined],
      ['GET', `/_matrix/client/v1/rooms/${room}/relations/${eventId}`, undefined],
      ['POST', `/rooms/${room}/receipt/m.read/${eventId}`, {}],
      ['POST', `/rooms/${room}/invite`, { user_id: mallory.userId }],
      ['POST', `/rooms/${room}/upgrade`, { new_version: '12' }],
    ] as const) {
      const answer = await mallory.call(method, path, body);
      assert.ok(answer.status === 403 || answer.status === 404, `${method} ${path}: ${answer.status}`);
    }
    await alice.refused(
      403,
      'M_FORBIDDEN',
      'PUT',
      `/rooms/${room}/state/org.example.x/${encodeURIComponent('@other:x')}`,
      {},
    );
  });
});

describe('every operation', () => {
  /** Values that a client might send by mistake or on purpose. */
  const odd: readonly unknown[] = [
    null,
    true,
    -1,
    1.5,
    1e300,
    '',
    'x',
    'a\0b',
    '\u{10ffff}',
    'x'.repeat(70_000),
    [],
    [null],
    [[]],
    ['x'],
    {},
    { a: {} },
    { constructor: 1, toString: 2 },
    '!x:y',
    '@x:y',
    '#x:y',
    '$x',
    'mxc://a/b',
    '../../etc/passwd',
  ];
  const oddParameters = [
    'x',
    '%20',
    'constructor',
    '__proto__',
    '%2e%2e',
    '..%2f..',
    '%F0%9F%98%80',
    '%21',
    '%40:',
    '%23:',
    '%24',
    '%22%7B',
    'x'.repeat(300),
    '-1',
    '0',
  ];
  const skipped = new Set(['POST /_matrix/client/v3/logout', 'POST /_matrix/client/v3/logout/all']);

  const fill = (operation: Operation, value: string | undefined): string =>
    operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      if (value !== undefined) return value;
      const real: Record<string, string> = {
        roomId,
        roomIdOrAlias: roomId,
        eventId,
        userId: alice.userId,
        deviceId: alice.deviceId,
        serverName: server.serverName,
        kind: 'content',
        receiptType: 'm.read',
      };
      return encodeURIComponent(real[name] ?? 'x');
    });

  const attempt = async (
    operation: Operation,
    path: string,
    body: unknown,
    options: RequestOptions = {},
  ): Promise<void> => {
    const takesBody = operation.method !== 'GET';
    await alice.call(operation.method, path, takesBody ? body : undefined, options);
  };

  it('takes no filter for another than was meant', async () => {
    const room = encodeURIComponent(roomId);
    for (const part of [
      { types: 'm.room.message' },
      { types: ['a'.repeat(256)] },
      { not_types: Array.from({ length: 201 }, () => 'a') },
      { senders: [1] },
      { related_by_senders: [1] },
      { related_by_rel_types: 'm.thread' },
      { limit: 'x' },
      { limit: -1 },
      { contains_url: 1 },
    ]) {
      const query = { filter: JSON.stringify(part) };
      const answer = await alice.call('GET', `/rooms/${room}/messages`, undefined, {
        query: { dir: 'b', ...query },
      });
      assert.equal(answer.status, 400, query.filter);
      for (const whole of [{ room: { timeline: part } }, { account_data: part }]) {
        const filter = JSON.stringify(whole);
        assert.equal(
          (await alice.call('GET', '/sync', undefined, { query: { filter } })).status,
          400,
          filter,
        );
        assert.equal((await alice.call('POST', `/user/${alice.userId}/filter`, whole)).status, 400, filter);
      }
    }
    for (const whole of [
      { room: [] },
      { room: { rooms: 'x' } },
      { event_fields: 'x' },
      { event_format: 'x' },
    ])
      await alice.refused(400, 'M_BAD_JSON', 'POST', `/user/${alice.userId}/filter`, whole);
  });

  it('survives odd values in every place', async () => {
    let requests = 0;
    for (const operation of operations) {
      if (skipped.has(`${operation.method} ${operation.path}`)) continue;
      const work: Array<() => Promise<void>> = [];
      for (const parameter of operation.path.includes('{') ? oddParameters : [])
        work.push(() => attempt(operation, fill(operation, parameter), {}));
      for (const name of operation.queryNames) {
        for (const value of [
          '',
          'x',
          '-1',
          '1.5',
          '99999999999999999999',
          'a\0b',
          '{',
          '{"a":1}',
          'x'.repeat(3_000),
        ])
          work.push(() =>
            attempt(operation, fill(operation, undefined), {}, { query: { timeout: 0, [name]: value } }),
          );
      }
      for (const name of operation.bodyNames) {
        for (const value of odd) {
          const path = fill(operation, undefined);
          work.push(() => attempt(operation, path, { [name]: value }));
        }
      }
      for (const body of [
        '',
        '[]',
        'null',
        '{',
        '{"auth":{"type":7}}',
        '{"auth":{"type":"m.login.password","session":"x"}}',
      ])
        work.push(() => attempt(operation, fill(operation, undefined), body));
      for (let start = 0; start < work.length; start += 8) {
        await Promise.all(work.slice(start, start + 8).map((one) => one()));
      }
      requests += work.length;
    }
    assert.ok(requests > 3_000, String(requests));
    // And the server is none the worse for it.
    const calm = await alice.createRoom();
    const text = await alice.send(calm, 'after the storm');
    assert.ok((await alice.ok('GET', `/rooms/${calm}/event/${text}`)).event_id);
  });
});
