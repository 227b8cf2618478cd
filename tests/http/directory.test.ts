// Aliases, the directory of rooms, devices.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { Client, fresh, register } from './client.ts';
import type { Json } from './client.ts';

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

describe('a page of the directory', () => {
  it('follows a room and not a number, forwards and back', async () => {
    const topic = fresh('pages');
    const rooms: string[] = [];
    for (let count = 0; count < 5; count += 1)
      rooms.push(await alice.createRoom({ visibility: 'public', name: `Room ${count}`, topic }));
    rooms.sort();
    const [largest = ''] = rooms.splice(2, 1);
    await bob.join(largest);
    const order = [largest, ...rooms];
    const page = async (since?: string, limit = 2): Promise<Json> =>
      alice.ok('POST', '/publicRooms', {
        filter: { generic_search_term: topic },
        limit,
        ...(since !== undefined && { since }),
      });
    const ids = ({ chunk }: Json): string[] => chunk.map((room: Json) => room.room_id);
    const first = await page();
    assert.deepEqual(ids(first), order.slice(0, 2));
    assert.equal(first.total_room_count_estimate, 5);
    assert.equal(first.prev_batch, undefined);
    // Who was on the first page moves up and grows; nobody is shown twice or left out because of it.
    await bob.join(order[1] ?? '');
    const grown = await alice.createRoom({ visibility: 'public', name: 'New', topic });
    await bob.join(grown);
    const second = await page(first.next_batch);
    assert.deepEqual(ids(second), order.slice(2, 4));
    const third = await page(second.next_batch);
    assert.deepEqual(ids(third), order.slice(4));
    assert.equal(third.next_batch, undefined);
    const back = await page(third.prev_batch);
    assert.deepEqual(ids(back), order.slice(2, 4));
    assert.deepEqual(ids(await page(back.next_batch)), order.slice(4));
    const start = await page(back.prev_batch, 10);
    assert.deepEqual(ids(start), [largest, order[1] ?? '', grown].toSorted());
    assert.equal(start.prev_batch, undefined);
    assert.deepEqual(ids(await page(undefined, 0)), []);
  });

  it('describes nothing by what is no picture and no algorithm', async () => {
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      visibility: 'public',
      name: fresh('ugly'),
    });
    await alice.setState(roomId, 'm.room.avatar', { url: 'javascript:alert(1)' });
    await alice.setState(roomId, 'm.room.encryption', { algorithm: 'rot13' });
    const member = { membership: 'join', avatar_url: 'https://elsewhere.example/pixel' };
    await alice.setState(roomId, 'm.room.member', member, alice.userId);
    await alice.send(roomId, 'hideous');
    const v1 = '/_matrix/client/v1';
    // The client holds every answer against the specification.
    const event_context = { include_profile: true, before_limit: 0 };
    const room_events = { search_term: 'hideous', event_context };
    const answers = await Promise.all([
      alice.ok('GET', '/publicRooms'),
      alice.ok('GET', `${v1}/rooms/${roomId}/hierarchy`),
      alice.ok('GET', `${v1}/room_summary/${roomId}`),
      alice.ok('GET', `/rooms/${roomId}/joined_members`),
      alice.ok('POST', '/search', { search_categories: { room_events } }),
      alice.slidingSync({ lists: { all: { ranges: [[0, 0]], timeline_limit: 1 } } }),
    ]);
    assert.doesNotMatch(JSON.stringify(answers), /javascript|rot13|pixel/);
  });

  it('tells of a room what its state says now', async () => {
    const name = fresh('Élève');
    const carol = await register(server.url, 'carol');
    const find = async (term: string): Promise<Json[]> =>
      (await bob.ok('POST', '/publicRooms', { filter: { generic_search_term: term } })).chunk;
    const roomId = await alice.createRoom({ preset: 'public_chat', visibility: 'public', name });
    await carol.join(roomId);
    await carol.ok('PUT', `/profile/${carol.userId}/displayname`, { displayname: 'Carol' });
    const [listed] = await find(name.toUpperCase());
    assert.deepEqual(listed, {
      room_id: roomId,
      num_joined_members: 2,
      world_readable: false,
      guest_can_join: false,
      join_rule: 'public',
      name,
    });
    for (const [text, term] of [
      ['غُرْفَةُ الأخبار', 'غرفه الاخبار'],
      ['Ёлка и снег', 'елка И'],
      ['Маҷлиси дӯстон', 'МАҶЛИСИ ДӮСТОН'],
      ['100% “_quoted_”', '100% “_'],
    ] as const) {
      const topic = `${text} ${name}`;
      await alice.setState(roomId, 'm.room.topic', { topic });
      assert.deepEqual(
        (await find(term)).map((room) => room.topic),
        [topic],
      );
    }
    assert.equal((await find('100_')).length, 0, 'signs stand for themselves');
    const named = await alice.setState(roomId, 'm.room.name', { name: fresh('Other') });
    assert.equal((await find(name))[0]?.num_joined_members, 2);
    await alice.ok('PUT', `/rooms/${roomId}/redact/${named}/${fresh()}`, {});
    assert.equal((await find(name))[0]?.name, undefined);
    await carol.ok('POST', `/rooms/${roomId}/leave`, {});
    assert.equal((await find(name))[0]?.num_joined_members, 1);
    await alice.ok('POST', `/rooms/${roomId}/leave`, {});
    assert.deepEqual(await find(name), [], 'an empty room is not worth a visit');
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
