// What clients hold on to outlives a restart: transaction ids, sync tokens, to-device messages, delayed events.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { createTestDatabase, startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';
import { Client, register } from '../http/client.ts';
import type { Json } from '../http/client.ts';

const data = mkdtempSync(join(tmpdir(), 'majlis-restart-'));
const database = await createTestDatabase();
let running: ServerProcess | undefined;

async function start(): Promise<ServerProcess> {
  const options = [
    '--port',
    '0',
    '--server-name',
    'localhost:1',
    '--data',
    data,
    '--profile',
    'open',
    '--no-web-app',
  ];
  running = await startServerProcess([...options, '--database-url', database.url]);
  return running;
}

async function stop(server: ServerProcess): Promise<void> {
  server.signal('SIGTERM');
  assert.deepEqual(await server.ended, { code: 0, signal: null });
  running = undefined;
}

after(async () => {
  if (running !== undefined) {
    running.signalGroup('SIGKILL');
    await running.ended;
  }
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});

it('goes on after a restart where clients left off', async () => {
  const first = await start();
  const alice = await register(first.url, 'alice');
  const bob = await register(first.url, 'bob');
  const roomId = await alice.createRoom({ invite: [bob.userId] });
  await bob.join(roomId);
  const { next_batch: since } = await bob.sync();
  const eventId = await alice.send(roomId, 'before', 'm.room.message', 'txn-1');
  await alice.ok('PUT', '/sendToDevice/org.example.x/txn-2', {
    messages: { [bob.userId]: { '*': { n: 1 } } },
  });
  const { pos } = await bob.slidingSync({ conn_id: 'c' });
  const unstable = '/_matrix/client/unstable/org.matrix.msc4140';
  const { delay_id: delayed } = await alice.ok(
    'PUT',
    `/rooms/${roomId}/send/m.room.message/txn-3`,
    { msgtype: 'm.text', body: 'later' },
    {
      query: { 'org.matrix.msc4140.delay': 1_500 },
    },
  );
  // Stopping ends those who wait: with an answer, or with the connection.
  const waiting = bob
    .sync(since, { timeout: 60_000, filter: '{"room":{"rooms":[]}}' })
    .catch(() => undefined);
  await stop(first);
  await waiting;

  const second = await start();
  const again = (client: Client): Client => {
    const other = new Client(second.url, client.token);
    return Object.assign(other, { userId: client.userId, deviceId: client.deviceId });
  };
  const [alice2, bob2] = [again(alice), again(bob)];
  assert.equal(await alice2.send(roomId, 'before', 'm.room.message', 'txn-1'), eventId);
  await alice2.ok('PUT', '/sendToDevice/org.example.x/txn-2', {
    messages: { [bob.userId]: { '*': { n: 1 } } },
  });
  let answer = await bob2.sync(since);
  const bodies = (one: Json): string[] =>
    (one.rooms?.join?.[roomId]?.timeline.events ?? []).flatMap((event: Json) => event.content.body ?? []);
  assert.equal(bodies(answer)[0], 'before');
  assert.deepEqual(answer.to_device.events, [
    { sender: alice.userId, type: 'org.example.x', content: { n: 1 } },
  ]);
  await bob2.refused(
    400,
    'M_UNKNOWN_POS',
    'POST',
    '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync',
    { conn_id: 'c' },
    { query: { pos } },
  );
  const seen = bodies(answer);
  while (!seen.includes('later')) {
    answer = await bob2.sync(answer.next_batch, { timeout: 30_000 });
    seen.push(...bodies(answer));
  }
  assert.deepEqual(seen, ['before', 'later'], 'the delayed event came once');
  // Its outcome is written just after the event itself.
  let outcome = await alice2.ok('GET', `${unstable}/delayed_events/${delayed}`);
  while (outcome.event_id === undefined)
    outcome = await alice2.ok('GET', `${unstable}/delayed_events/${delayed}`);
  await stop(second);
});
