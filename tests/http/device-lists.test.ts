// Who is named in `device_lists.left` (Client-Server API, "Tracking the device list for a user").

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Client, Json } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;

before(async () => {
  server = await startMajlis();
  alice = await register(server.url, 'alice');
  bob = await register(server.url, 'bob');
});
after(() => server.stop());

describe('people with whom no room is shared any more', () => {
  const quiet = JSON.stringify({
    room: { rooms: ['!none:x'], timeline: { types: [] }, state: { not_types: ['m.room.member'] } },
  });
  const onlyKeys = { conn_id: 'keys', extensions: { e2ee: { enabled: true } } };

  /** Lets things happen, and answers who is named afterwards: the same to each kind of asking. */
  async function leftBy(client: Client, happen: () => Promise<void>): Promise<string[]> {
    const { next_batch: since } = await client.sync();
    const { pos } = await client.slidingSync(onlyKeys);
    await happen();
    const named = (lists: Json): string[] => (lists?.left ?? []).toSorted();
    const synced = await client.sync(since);
    const left = named(synced.device_lists);
    const filtered = await client.sync(since, { filter: quiet });
    assert.deepEqual(named(filtered.device_lists), left, 'whatever the filter');
    const changes = await client.ok('GET', '/keys/changes', undefined, {
      query: { from: since, to: synced.next_batch },
    });
    assert.deepEqual(named(changes), left, 'to /keys/changes');
    const { extensions } = await client.slidingSync(onlyKeys, { pos });
    assert.deepEqual(named(extensions.e2ee.device_lists), left, 'to sliding sync');
    return left;
  }
  const leave = (client: Client, roomId: string): Promise<Json> =>
    client.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});

  it('are named when they go, once the last room is left', async () => {
    const [erin, frank] = [await register(server.url, 'erin'), await register(server.url, 'frank')];
    const first = await erin.createRoom({ invite: [frank.userId] });
    const second = await erin.createRoom({ invite: [frank.userId] });
    await frank.join(first);
    await frank.join(second);
    assert.deepEqual(await leftBy(erin, () => leave(frank, first)), []);
    assert.deepEqual(await leftBy(erin, () => leave(frank, second)), [frank.userId]);
  });

  it('are named after an absence of hundreds of messages', async () => {
    const [erin, frank] = [await register(server.url, 'erin'), await register(server.url, 'frank')];
    const roomId = await erin.createRoom({ invite: [frank.userId] });
    await frank.join(roomId);
    const left = await leftBy(erin, async () => {
      await leave(frank, roomId);
      await Promise.all(Array.from({ length: 210 }, (_, number) => erin.send(roomId, `m${number}`)));
    });
    assert.deepEqual(left, [frank.userId]);
  });

  it('are named when one goes oneself: who was in then, and nobody who came later', async () => {
    const [erin, frank, grace, heidi] = await Promise.all(
      ['erin', 'frank', 'grace', 'heidi'].map((name) => register(server.url, name)),
    );
    assert.ok(erin && frank && grace && heidi);
    const roomId = await erin.createRoom({ preset: 'public_chat' });
    await frank.join(roomId);
    await grace.join(roomId);
    const left = await leftBy(grace, async () => {
      await leave(grace, roomId);
      await grace.ok('POST', `/rooms/${encodeURIComponent(roomId)}/forget`, {});
      await leave(frank, roomId);
      await heidi.join(roomId);
      await erin.ok('POST', `/rooms/${encodeURIComponent(roomId)}/ban`, { user_id: grace.userId });
    });
    assert.deepEqual(left, [erin.userId, frank.userId].toSorted());
  });

  it('are named when they go while one is out for a moment', async () => {
    const [erin, frank] = [await register(server.url, 'erin'), await register(server.url, 'frank')];
    const roomId = await bob.createRoom({ preset: 'public_chat' });
    await erin.join(roomId);
    await frank.join(roomId);
    const left = await leftBy(erin, async () => {
      await leave(erin, roomId);
      await leave(frank, roomId);
      await erin.join(roomId);
    });
    assert.deepEqual(left, [frank.userId]);
  });

  it('are not told to those who were never in with them', async () => {
    const [erin, frank] = [await register(server.url, 'erin'), await register(server.url, 'frank')];
    const roomId = await erin.createRoom({ preset: 'public_chat' });
    await frank.join(roomId);
    const path = `/rooms/${encodeURIComponent(roomId)}`;
    const invited = await leftBy(alice, () => erin.ok('POST', `${path}/invite`, { user_id: alice.userId }));
    assert.deepEqual(invited, []);
    assert.deepEqual(await leftBy(alice, () => leave(alice, roomId)), []);
    const joined = await leftBy(alice, async () => {
      await leave(frank, roomId);
      await alice.join(roomId);
    });
    assert.deepEqual(joined, []);
  });
});
