// Aliases, the directory of rooms, devices.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { Client, fresh, register } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;

before(async () => {
  server = await startMajlis();
  alice = await register(server.url, 'alice');
  bob = await register(server.url, 'bob');
});
after(() => server.stop());

describe('aliases', () => {
  it('are made, lead to the room, and are removed with the canonical alias', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const alias = `#${fresh('مجلس')}:${server.serverName}`;
    const path = `/directory/room/${encodeURIComponent(alias)}`;
    await bob.refused(404, 'M_NOT_FOUND', 'GET', path);
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', path, { room_id: roomId });
    await alice.ok('PUT', path, { room_id: roomId });
    await alice.refused(409, 'M_UNKNOWN', 'PUT', path, { room_id: roomId });
    assert.deepEqual(await new Client(server.url).ok('GET', path), {
      room_id: roomId,
      servers: [server.serverName],
    });
    assert.deepEqual(await alice.ok('GET', `/rooms/${roomId}/aliases`), { aliases: [alias] });
    await bob.refused(403, 'M_FORBIDDEN', 'GET', `/rooms/${roomId}/aliases`);
    await alice.setState(roomId, 'm.room.canonical_alias', { alias });
    await bob.join(alias);
    await bob.refused(403, 'M_FORBIDDEN', 'DELETE', path);
    await alice.ok('DELETE', path);
    assert.deepEqual(await alice.ok('GET', `/rooms/${roomId}/state/m.room.canonical_alias`), {});
    await alice.refused(404, 'M_NOT_FOUND', 'DELETE', path);
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', '/directory/room/nonsense');
    await alice.refused(
      400,
      'M_INVALID_PARAM',
      'PUT',
      `/directory/room/${encodeURIComponent('#a:other.example')}`,
      {
        room_id: roomId,
      },
    );
    await alice.refused(400, 'M_BAD_ALIAS', 'PUT', `/rooms/${roomId}/state/m.room.canonical_alias`, {
      alias,
    });
  });

  it('are given to one of many rooms made at once', async () => {
    const name = fresh('race');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => alice.call('POST', '/createRoom', { room_alias_name: name })),
    );
    const made = answers.filter((answer) => answer.status === 200);
    assert.equal(made.length, 1);
    assert.ok(answers.every((answer) => answer.status === 200 || answer.body.errcode === 'M_ROOM_IN_USE'));
    const { joined_rooms: mine } = await alice.ok('GET', '/joined_rooms');
    const { room_id: roomId } = await alice.ok(
      'GET',
      `/directory/room/${encodeURIComponent(`#${name}:${server.serverName}`)}`,
    );
    assert.equal(roomId, made[0]?.body.room_id);
    assert.ok(mine.includes(roomId));
  });
});

describe('the directory of rooms', () => {
  it('lists what was published, by size, in pages, by words and types', async () => {
    const small = await alice.createRoom({
      visibility: 'public',
      name: 'Small talk',
      topic: 'A quiet corner',
    });
    const large = await alice.createRoom({ visibility: 'public', name: 'Large hall' });
    await bob.join(large);
    const space = await alice.createRoom({
      visibility: 'public',
      name: 'All rooms',
      creation_content: { type: 'm.space' },
    });
    const hidden = await alice.createRoom({ preset: 'public_chat', name: 'Hidden' });
    const anyone = new Client(server.url);
    const first = await anyone.ok('GET', '/publicRooms', undefined, { query: { limit: 1 } });
    assert.equal(first.chunk[0].room_id, large);
    assert.equal(first.chunk[0].num_joined_members, 2);
    assert.equal(first.total_room_count_estimate, 3);
    const second = await anyone.ok('GET', '/publicRooms', undefined, {
      query: { limit: 5, since: first.next_batch },
    });
    assert.deepEqual(
      second.chunk.map((room: { room_id: string }) => room.room_id).toSorted(),
      [small, space].toSorted(),
    );
    assert.equal(second.next_batch, undefined);
    const found = async (filter: object): Promise<string[]> =>
      (await bob.ok('POST', '/publicRooms', { filter })).chunk.map(
        (room: { room_id: string }) => room.room_id,
      );
    assert.deepEqual(await found({ generic_search_term: 'QUIET' }), [small]);
    assert.deepEqual(await found({ room_types: ['m.space'] }), [space]);
    assert.equal((await found({ room_types: [null] })).length, 2);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', '/publicRooms?server=other.example');
    await bob.refused(400, 'M_INVALID_PARAM', 'GET', '/publicRooms?since=nonsense');

    const path = `/directory/list/room/${hidden}`;
    assert.deepEqual(await anyone.ok('GET', path), { visibility: 'private' });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', path, { visibility: 'public' });
    await alice.ok('PUT', path, { visibility: 'public' });
    assert.deepEqual(await anyone.ok('GET', path), { visibility: 'public' });
    assert.equal((await found({ generic_search_term: 'hidden' })).length, 1);
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path, { visibility: 'maybe' });
    await alice.refused(404, 'M_NOT_FOUND', 'GET', '/directory/list/room/!nowhere');
  });
});

describe('devices', () => {
  it('are listed, named, and ended with the password', async () => {
    const carol = await register(server.url, 'carol');
    const other = await carol.secondDevice();
    const { devices } = await carol.ok('GET', '/devices');
    assert.equal(devices.length, 2);
    await carol.ok('PUT', `/devices/${other.deviceId}`, { display_name: 'Old phone' });
    const device = await carol.ok('GET', `/devices/${other.deviceId}`);
    assert.equal(device.display_name, 'Old phone');
    await carol.refused(404, 'M_NOT_FOUND', 'GET', '/devices/NOSUCH');
    await carol.refused(404, 'M_NOT_FOUND', 'PUT', '/devices/NOSUCH', { display_name: 'x' });
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `/devices/${other.deviceId}`);

    const asked = await carol.call('DELETE', `/devices/${other.deviceId}`, {});
    assert.equal(asked.status, 401);
    assert.deepEqual(asked.body.flows, [{ stages: ['m.login.password'] }]);
    const auth = (password: string, user = carol.userId): object => ({
      type: 'm.login.password',
      session: asked.body.session,
      identifier: { type: 'm.id.user', user },
      password,
    });
    const wrong = await carol.call('DELETE', `/devices/${other.deviceId}`, { auth: auth('wrong') });
    assert.equal(`${wrong.status} ${wrong.body.errcode}`, '401 M_FORBIDDEN');
    const foreign = await carol.call('DELETE', `/devices/${other.deviceId}`, {
      auth: auth('correct horse', bob.userId),
    });
    assert.equal(foreign.status, 401);
    await other.ok('GET', '/account/whoami');
    await carol.ok('DELETE', `/devices/${other.deviceId}`, { auth: auth('correct horse') });
    await other.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');

    const third = await carol.secondDevice();
    const refused = await carol.call('POST', '/delete_devices', {
      devices: [third.deviceId],
      auth: auth('correct horse'),
    });
    assert.equal(refused.status, 200, 'the password itself is enough; an old session does not matter');
    await third.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/sync');
    await carol.refused(400, 'M_MISSING_PARAM', 'POST', '/delete_devices', {});
  });
});
