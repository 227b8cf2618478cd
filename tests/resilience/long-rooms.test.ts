// A page of a room with very many events costs what a page costs, however long the room is.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createTestDatabase } from '@majlis/ops/dev';
import type { TestDatabase } from '@majlis/ops/dev';
import { postgresStorage } from '@majlis/storage/conformance';
import pg from 'pg';

type Storage = Awaited<ReturnType<typeof postgresStorage>>;

const events_per_room = 5_000;
const page = 50;
/** More often than PostgreSQL plans anew for the values at hand. */
const repeats = 8;

let database: TestDatabase;
let client: pg.Client;
let roomNids: number[];

before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const storage = await postgresStorage(database.url);
  roomNids = [];
  for (const roomId of ['!one', '!two', '!three', '!four'])
    roomNids.push(await storage.rooms.createRoom({ roomId, version: '12', published: false, ts: 1 }));
  await storage.rooms.prepare(['m.room.message', '@noor:majlis.example']);
  await storage.close();
  await client.query(
    `insert into events (event_nid, room_nid, tl, event_id, type_nid, sender_nid, ts, json)
     select n, ($1::int[])[1 + n % 4], n, '$' || n, ty.nid, se.nid, n, repeat('x', 600)
     from generate_series(1, $2) as n, strings ty, strings se
     where ty.value = 'm.room.message' and se.value = '@noor:majlis.example'`,
    [roomNids, events_per_room * roomNids.length],
  );
  await client.query('analyze events');
});
after(async () => {
  await client.end();
  await database.drop();
});

/** Rows of the table of events that PostgreSQL has fetched so far; what a connection did counts once it is gone. */
async function fetched(): Promise<number> {
  const others =
    'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  while (((await client.query(others)).rowCount ?? 0) > 0);
  const { rows } = await client.query<{ count: string }>(
    `select seq_tup_read + idx_tup_fetch as count from pg_stat_user_tables where relname = 'events'`,
  );
  return Number(rows[0]?.count);
}

const reads: Readonly<
  Record<string, { rows: number; read: (storage: Storage, nid: number) => Promise<unknown> }>
> = {
  'back from the end': {
    rows: page,
    read: ({ rooms }, roomNid) => rooms.timeline({ roomNid, direction: 'backward', limit: page }),
  },
  'on from the middle': {
    rows: page,
    read: ({ rooms }, roomNid) =>
      rooms.timeline({ roomNid, from: events_per_room, direction: 'forward', limit: page }),
  },
  'the ends of several rooms': {
    rows: page * 4,
    read: ({ rooms }) =>
      rooms.tails(
        roomNids.map((roomNid) => ({ roomNid, from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER })),
        page,
      ),
  },
  'the newest of several rooms': {
    rows: page * 5,
    read: ({ rooms }) => rooms.newest(roomNids, Number.MAX_SAFE_INTEGER, page),
  },
  'the one before a time': {
    rows: 10,
    read: ({ rooms }, roomNid) => rooms.eventByTime(roomNid, events_per_room, 'backward'),
  },
};

for (const [name, { rows, read }] of Object.entries(reads)) {
  it(`reads ${name} and no more`, async () => {
    const earlier = await fetched();
    const storage = await postgresStorage(database.url);
    const [roomNid = 0] = roomNids;
    for (let time = 0; time < repeats; time += 1) await read(storage, roomNid);
    await storage.close();
    const count = (await fetched()) - earlier;
    const expected = rows * repeats;
    assert.ok(count > 0 && count <= expected + page, `${count} rows for ${expected}`);
  });
}
