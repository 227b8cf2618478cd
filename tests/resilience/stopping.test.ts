// The server is told to stop while everybody waits for news: they are answered, nothing is complained of, and what was sent before is
// known after.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Client } from '../http/client.ts';
import type { Json } from '../http/client.ts';
import { OwnServer } from './own-server.ts';

const own = new OwnServer('stopping');
const waitingEach = 20;

it('answers those who wait, says nothing else, and knows a transaction again', async () => {
  const first = await own.start();
  const noor = new Client(first.url);
  noor.take(
    await noor.ok('POST', '/register', {
      username: 'noor',
      password: 'correct horse',
      auth: { type: 'm.login.dummy' },
    }),
  );
  const roomId = await noor.createRoom();
  const eventId = await noor.send(roomId, 'مرحبا', 'm.room.message', 'once');
  const { next_batch: since } = await noor.sync();
  let settled = 0;
  const waiting: Promise<Json>[] = [];
  for (let count = 0; count < waitingEach; count += 1) {
    waiting.push(noor.sync(since, { timeout: 30_000 }));
    const { pos } = await noor.slidingSync({ conn_id: `c${count}` });
    waiting.push(noor.slidingSync({ conn_id: `c${count}` }, { pos, timeout: 30_000 }));
  }
  for (const one of waiting) void one.then(() => (settled += 1)).catch(() => undefined);
  // One more exchange on the same server: those before it have been read by now.
  await noor.ok('GET', '/account/whoami');
  assert.equal(settled, 0, 'all wait');
  const started = performance.now();
  first.signal('SIGTERM');
  const answers = await Promise.all(waiting);
  assert.deepEqual(await first.ended, { code: 0, signal: null });
  assert.ok(performance.now() - started < 5000);
  for (const answer of answers) assert.ok(answer.next_batch !== undefined || answer.pos !== undefined);
  const after = first.output().slice(first.output().indexOf('Majlis is ready'));
  assert.deepEqual(
    after
      .trim()
      .split('\n')
      .filter((line) => !/^Majlis is ready|^Stopping …$/.test(line)),
    [],
    'nothing to complain of',
  );

  const second = await own.start();
  const again = new Client(second.url, noor.token);
  assert.equal(await again.send(roomId, 'مرحبا', 'm.room.message', 'once'), eventId);
  const { chunk } = await again.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages`, undefined, {
    query: { dir: 'b' },
  });
  const messages = chunk.filter(({ type }: { type: string }) => type === 'm.room.message');
  assert.deepEqual(
    messages.map(({ event_id: id }: { event_id: string }) => id),
    [eventId],
  );
  // What the answers at the end gave is good for going on.
  const next = await again.sync(answers[0].next_batch);
  assert.ok(next.next_batch !== undefined);
  second.signal('SIGTERM');
  assert.deepEqual(await second.ended, { code: 0, signal: null });
});
