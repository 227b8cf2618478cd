// Clients that send slowly, too much, or never end: they are cut off, and nobody else notices.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { Client, register } from '../http/client.ts';
import type { Answer, RequestOptions } from '../http/client.ts';

const slowClients = 300;
/** Whoever is held up waits for all of the hostile ones, much longer than any machine takes for one answer. */
const held_up_ms = 5000;
/** Well more than may wait for a look at their password, which are 500: while they come in, some are already looked at. */
const guesses = 600;
/** Checked passwords after which the storm is over, once some were sent away: those who still wait go away. */
const enoughGuesses = 60;
let server: TestServer;
let noor: Client;
let roomId: string;
const sockets: Socket[] = [];

before(async () => {
  server = await startMajlis();
  noor = await register(server.url, 'noor');
  roomId = await noor.createRoom();
});
after(async () => {
  for (const socket of sockets) socket.destroy();
  await server.stop();
});

interface Raw {
  readonly socket: Socket;
  /** All that came, once the server has ended the connection. */
  readonly answer: Promise<string>;
}

function open(): Promise<Raw> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve({ socket, answer }));
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    const answer = new Promise<string>((settle) => {
      socket.on('close', () => settle(text));
    });
    socket.once('error', reject);
  });
}

/** A message is still sent and synced while the others do what they do. */
async function othersAreWell(what: string): Promise<void> {
  const { next_batch: since } = await noor.sync();
  const waiting = noor.sync(since, { timeout: 10_000 });
  const started = performance.now();
  const eventId = await noor.send(roomId, what);
  const { rooms } = await waiting;
  const took = performance.now() - started;
  assert.ok(
    rooms.join[roomId].timeline.events.some(({ event_id: id }: { event_id: string }) => id === eventId),
  );
  assert.ok(took < held_up_ms, `${what}: a message took ${took.toFixed(0)} ms`);
}

// Slow headers are mostly waited for: the storm passes meanwhile.
describe('at the same time', { concurrency: true }, () => {
  const slowOnesAreIn = Promise.withResolvers<void>();

  it('headers that come by drops are cut off after a quarter of a minute, and hundreds of them harm nobody', async () => {
    const slow = await Promise.all(Array.from({ length: slowClients }, open));
    for (const { socket } of slow)
      socket.write('GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('a');
    }, 1000);
    try {
      await othersAreWell('with slow headers').finally(slowOnesAreIn.resolve);
      const started = performance.now();
      const answers = await Promise.all(slow.map(({ answer }) => answer));
      assert.ok(performance.now() - started < 25_000);
      for (const answer of answers) assert.match(answer, /^$|^HTTP\/1\.1 408 /);
      assert.ok(answers.some((answer) => answer.includes('M_UNKNOWN')));
    } finally {
      clearInterval(drip);
    }
  });

  it('a storm of wrong passwords holds up nobody, those too many are told to come later, and those gone cost nothing', async () => {
    const over = new AbortController();
    const signIn = (password: string, options: RequestOptions = {}): Promise<Answer> =>
      new Client(server.url).call(
        'POST',
        '/login',
        { type: 'm.login.password', identifier: { type: 'm.id.user', user: noor.userId }, password },
        options,
      );
    const outcomes = new Map<string, number>();
    const guess = async (): Promise<void> => {
      const answer = await signIn('wrong', { signal: over.signal });
      if (answer.status === 429) assert.ok(answer.headers.get('retry-after') !== null);
      const outcome = `${answer.status} ${answer.body.errcode}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const checked = outcomes.get('403 M_FORBIDDEN') ?? 0;
      if (checked >= enoughGuesses && outcomes.size > 1) over.abort();
    };
    await slowOnesAreIn.promise;
    const storm = Promise.allSettled(Array.from({ length: guesses }, guess));
    let slowest = 0;
    do {
      const started = performance.now();
      // A whole answer, which is compressed by the same threads.
      await noor.sync();
      slowest = Math.max(slowest, performance.now() - started);
    } while (!over.signal.aborted && slowest < held_up_ms);
    assert.ok(slowest < held_up_ms, `an answer took ${slowest.toFixed(0)} ms`);
    for (const result of await storm)
      assert.ok(
        result.status === 'fulfilled' || result.reason === over.signal.reason,
        JSON.stringify(result),
      );
    assert.deepEqual([...outcomes.keys()].toSorted(), ['403 M_FORBIDDEN', '429 M_LIMIT_EXCEEDED']);
    // Hundreds who wait no longer stand before this one.
    const started = performance.now();
    assert.equal((await signIn('correct horse')).status, 200);
    const took = performance.now() - started;
    assert.ok(took < held_up_ms, `to sign in after the storm took ${took.toFixed(0)} ms`);
  });
});

it('bodies that never come hold up nobody', async () => {
  const slow = await Promise.all(Array.from({ length: slowClients }, open));
  for (const { socket } of slow)
    socket.write(
      `PUT /_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/slow HTTP/1.1\r\nHost: x\r\n` +
        `Authorization: Bearer ${noor.token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
  await othersAreWell('with slow bodies');
  for (const { socket } of slow) socket.destroy();
  await othersAreWell('after they have gone');
});

it('answers that nobody reads hold up nobody', async () => {
  for (let count = 0; count < 20; count += 1) await noor.send(roomId, 'x'.repeat(30_000));
  const deaf = await Promise.all(Array.from({ length: 50 }, open));
  for (const { socket } of deaf) {
    socket.pause();
    const ask = `GET /_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${noor.token}\r\n\r\n`;
    socket.write(ask.repeat(5));
  }
  await othersAreWell('with deaf clients');
});

it('headers too large are refused with 431, one large and many small alike', async () => {
  const huge = await open();
  huge.socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`);
  assert.match(await huge.answer, /^HTTP\/1\.1 431 [\s\S]*M_TOO_LARGE/);
  const many = await open();
  many.socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 3000 }, (_, n) => `X-${n}: aaaa\r\n`).join('')}\r\n`,
  );
  assert.match(await many.answer, /^HTTP\/1\.1 431 /);
  await othersAreWell('after large headers');
});

it('bodies too large are cut off at the limit, told beforehand or not', async () => {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/large`;
  const head = `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${noor.token}\r\nContent-Type: application/json\r\n`;
  const told = await open();
  told.socket.write(`${head}Content-Length: 100000000\r\n\r\n{`);
  assert.match(await told.answer, /^HTTP\/1\.1 413 [\s\S]*M_TOO_LARGE/);
  const untold = await open();
  untold.socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  let chunks = 0;
  const push = (): void => {
    while (untold.socket.writable && chunks < 2000) {
      chunks += 1;
      if (!untold.socket.write(chunk)) {
        untold.socket.once('drain', push);
        return;
      }
    }
  };
  untold.socket.on('error', () => undefined);
  push();
  assert.match(await untold.answer, /^HTTP\/1\.1 413 [\s\S]*M_TOO_LARGE|^$/);
  assert.ok(chunks < 2000, 'it was read to the end');
  await othersAreWell('after large bodies');
});

it('push rules that take for ever are given up, for whoever has them', async () => {
  const hostile = await register(server.url, 'hostile');
  await noor.ok('POST', `/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: hostile.userId });
  await hostile.join(roomId);
  await hostile.sync();
  for (let count = 0; count < 40; count += 1) {
    const pattern = `${'?a*'.repeat(80)}${count}`;
    await hostile.ok('PUT', `/pushrules/global/content/slow${count}`, { actions: ['notify'], pattern });
  }
  await noor.send(roomId, 'a '.repeat(30_000));
  const started = performance.now();
  await Promise.all([hostile.sync(), noor.sync()]);
  const took = performance.now() - started;
  assert.ok(took < 2000, `it took ${took.toFixed(0)} ms`);
});
