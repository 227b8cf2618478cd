// A database of before there was an index of words and a list of published rooms: the next start makes them.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';
import { Client, register } from '../http/client.ts';
import type { Json } from '../http/client.ts';
import { OwnServer } from './own-server.ts';

const database = await createTestDatabase();
const own = new OwnServer('older', '--database-url', database.url);
after(() => database.drop());

async function stop(server: ServerProcess): Promise<void> {
  server.signal('SIGTERM');
  assert.deepEqual(await server.ended, { code: 0, signal: null });
}

it('is indexed at the start', async () => {
  const first = await own.start();
  const alice = await register(first.url, 'alice');
  const roomId = await alice.createRoom({ visibility: 'public', name: 'Хонаи китоб' });
  await alice.send(roomId, 'أول رسالة');
  for (let count = 0; count < 600; count += 1) await alice.send(roomId, `rest ${count}`);
  const gone = await alice.send(roomId, 'regretted رسالة');
  await alice.ok('PUT', `/rooms/${roomId}/redact/${gone}/x`, {});
  await stop(first);

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('delete from event_words');
  await client.query('delete from published_rooms');
  await client.query('insert into event_words_missing (before) select position + 1 from stream');
  await client.end();

  const second = await own.start();
  const again = new Client(second.url, alice.token);
  const found: Json = await again.ok('POST', '/search', {
    search_categories: { room_events: { search_term: 'رساله' } },
  });
  const bodies = found.search_categories.room_events.results.map((one: Json) => one.result.content.body);
  assert.deepEqual(bodies, ['أول رسالة']);
  const { chunk } = await again.ok('POST', '/publicRooms', { filter: { generic_search_term: 'китоб' } });
  assert.deepEqual(
    chunk.map((room: Json) => [room.room_id, room.num_joined_members]),
    [[roomId, 1]],
  );
  await stop(second);
});
