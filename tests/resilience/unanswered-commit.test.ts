// The database commits, and the connection breaks before it can say so. The server must find out by itself, take its lock again, and
// tell those who wait; here another program plays the commit, so that it happens every time.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import pg from 'pg';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from '../http/client.ts';
import type { Client } from '../http/client.ts';

let server: TestServer;
let noor: Client;
let administration: pg.Client;

before(async () => {
  server = await startMajlis();
  noor = await register(server.url, 'noor');
  administration = new pg.Client({ connectionString: server.databaseUrl });
  await administration.connect();
});
after(async () => {
  await administration.end();
  await server.stop();
});

/** Writes account data as the server would, and does not tell it. */
async function commitUnheard(content: object): Promise<void> {
  await administration.query(
    `with p as (update stream set position = position + 1 returning position)
     insert into account_data (user_nid, room_nid, type, content, position)
     select nid, 0, 'example.heard', $2, position from p, strings where value = $1
     on conflict (user_nid, room_nid, type) do update set content = excluded.content, position = excluded.position`,
    [noor.userId, JSON.stringify(content)],
  );
}

/** Ends every connection of the server. */
async function cutConnections(): Promise<void> {
  await administration.query(
    `select pg_terminate_backend(pid, 2000) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
}

async function lockHolders(): Promise<number> {
  const { rows } = await administration.query<{ count: number }>(
    `select count(*)::int as count from pg_locks
     where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0]?.count ?? 0;
}

it('reaches those who wait, without anybody writing', async () => {
  assert.equal(await lockHolders(), 1);
  const { next_batch: since } = await noor.sync();
  const waiting = noor.sync(since, { timeout: 20_000 });
  await commitUnheard({ heard: 1 });
  const started = performance.now();
  await cutConnections();
  const { account_data: data } = await waiting;
  assert.ok(performance.now() - started < 10_000);
  assert.deepEqual(data.events, [{ type: 'example.heard', content: { heard: 1 } }]);
  assert.equal(await lockHolders(), 1, 'the lock is held again');
});

it('reaches those who ask next, and sending goes on in rooms known before', async () => {
  const roomId = await noor.createRoom();
  await noor.send(roomId, 'before');
  const { next_batch: since } = await noor.sync();
  await commitUnheard({ heard: 2 });
  await cutConnections();
  // The first writes may meet the broken connections; the same transaction is sent until it is answered.
  const path = `${server.url}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/after`;
  let eventId: string | undefined;
  while (eventId === undefined) {
    const response = await fetch(path, {
      method: 'PUT',
      headers: { authorization: `Bearer ${noor.token}` },
      body: JSON.stringify({ msgtype: 'm.text', body: 'after' }),
    });
    const body = (await response.json()) as { event_id?: string; errcode?: string };
    if (response.status !== 200) assert.equal(`${response.status} ${body.errcode}`, '503 M_UNKNOWN');
    eventId = body.event_id;
  }
  const { account_data: data, rooms } = await noor.sync(since);
  assert.deepEqual(data.events, [{ type: 'example.heard', content: { heard: 2 } }]);
  assert.deepEqual(
    rooms.join[roomId].timeline.events.map(({ event_id: id }: { event_id: string }) => id),
    [eventId],
  );
  assert.equal(await lockHolders(), 1);
});

it('does not write while another process has taken the database over, and goes on when it has gone', async () => {
  const roomId = await noor.createRoom();
  const path = `${server.url}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message`;
  const send = async (name: string): Promise<number> => {
    const response = await fetch(`${path}/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${noor.token}` },
      body: JSON.stringify({ msgtype: 'm.text', body: name }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  // The other waits for the lock and has it in the moment in which ours is lost.
  const other = new pg.Client({ connectionString: server.databaseUrl });
  await other.connect();
  const taken = other.query('select pg_advisory_lock(7261011)');
  const { rows } = await administration.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  await administration.query('select pg_terminate_backend($1, 2000)', [rows[0]?.pid]);
  await taken;
  while ((await send('noticed')) === 200);
  for (let count = 0; count < 5; count += 1) assert.equal(await send(`n${count}`), 503);
  await other.end();
  while ((await send('again')) !== 200);
  assert.equal(await send('more'), 200);
});
