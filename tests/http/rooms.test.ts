// Making rooms, coming and going, state, upgrades, spaces, reports.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { fresh, register } from './client.ts';
import type { Client, Json } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;
let carol: Client;

before(async () => {
  server = await startMajlis();
  alice = await register(server.url, 'alice', 'Alice');
  bob = await register(server.url, 'bob', 'Bob');
  carol = await register(server.url, 'carol');
});
after(() => server.stop());

const stateOf = async (client: Client, roomId: string, type: string, key = ''): Promise<Json> =>
  (await client.call('GET', `/rooms/${roomId}/state/${type}/${encodeURIComponent(key)}`)).body;
const membership = async (roomId: string, of: Client): Promise<string> =>
  (await stateOf(alice, roomId, 'm.room.member', of.userId)).membership;

describe('a new room', () => {
  it('is made by presets, with what was asked for', async () => {
    const roomId = await alice.createRoom({
      name: 'مجلس',
      topic: 'About everything',
      invite: [bob.userId],
      is_direct: true,
      initial_state: [{ type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
      power_level_content_override: { events_default: 10 },
      creation_content: { 'm.federate': false },
    });
    assert.match(roomId, /^![\w-]{43}$/, 'from version 12 the id is a hash');
    const create = await stateOf(alice, roomId, 'm.room.create');
    assert.deepEqual(create, { room_version: '12', 'm.federate': false });
    assert.equal((await stateOf(alice, roomId, 'm.room.join_rules')).join_rule, 'invite');
    assert.equal((await stateOf(alice, roomId, 'm.room.guest_access')).guest_access, 'can_join');
    assert.equal((await stateOf(alice, roomId, 'm.room.history_visibility')).history_visibility, 'shared');
    assert.equal((await stateOf(alice, roomId, 'm.room.name')).name, 'مجلس');
    assert.equal((await stateOf(alice, roomId, 'm.room.power_levels')).events_default, 10);
    assert.deepEqual(await stateOf(alice, roomId, 'm.room.member', bob.userId), {
      membership: 'invite',
      displayname: 'Bob',
      is_direct: true,
    });
    const whole = await alice.ok('GET', `/rooms/${roomId}/state`);
    assert.ok(whole.length >= 10);
    const event = await alice.ok('GET', `/rooms/${roomId}/state/m.room.name?format=event`);
    assert.equal(event.room_id, roomId);

    const open = await alice.createRoom({ preset: 'public_chat', room_version: '10' });
    assert.equal((await stateOf(alice, open, 'm.room.join_rules')).join_rule, 'public');
    assert.equal((await stateOf(alice, open, 'm.room.guest_access')).guest_access, 'forbidden');
    assert.equal((await stateOf(alice, open, 'm.room.create')).creator, alice.userId);
    const trusted = await alice.createRoom({
      preset: 'trusted_private_chat',
      invite: [bob.userId],
      room_version: '11',
    });
    assert.equal((await stateOf(alice, trusted, 'm.room.power_levels')).users[bob.userId], 100);
  });

  it('is refused whole when a part of it is wrong', async () => {
    const { joined_rooms: before } = await alice.ok('GET', '/joined_rooms');
    for (const [errcode, wrong] of [
      ['M_UNSUPPORTED_ROOM_VERSION', { room_version: '99' }],
      ['M_INVALID_PARAM', { preset: 'secret' }],
      ['M_INVALID_PARAM', { visibility: 'maybe' }],
      ['M_INVALID_PARAM', { invite: ['bob'] }],
      ['M_BAD_JSON', { name: 7 }],
      ['M_BAD_JSON', { initial_state: [{ type: 'm.room.create', content: {} }] }],
      ['M_INVALID_PARAM', { room_alias_name: 'a\0b' }],
      [
        'M_BAD_ALIAS',
        {
          room_alias_name: fresh('mine'),
          initial_state: [
            { type: 'm.room.canonical_alias', content: { alias: `#theirs:${server.serverName}` } },
          ],
        },
      ],
      [
        'M_INVALID_ROOM_STATE',
        { power_level_content_override: { users: { [bob.userId]: 100 }, events_default: 'many' } },
      ],
    ] as const) {
      await alice.refused(400, errcode, 'POST', '/createRoom', wrong);
    }
    await alice.refused(404, 'M_NOT_FOUND', 'POST', '/createRoom', {
      invite: [`@${fresh('no')}:${server.serverName}`],
    });
    await alice.refused(403, 'M_THREEPID_DENIED', 'POST', '/createRoom', { invite_3pid: [{}] });
    assert.deepEqual((await alice.ok('GET', '/joined_rooms')).joined_rooms, before);
  });
});

describe('members', () => {
  it('are invited, join, leave, come back, are removed and banned', async () => {
    const roomId = await alice.createRoom({ name: 'Members' });
    await bob.refused(403, 'M_FORBIDDEN', 'POST', `/join/${roomId}`, {});
    await alice.ok('POST', `/rooms/${roomId}/invite`, { user_id: bob.userId, reason: 'come' });
    await alice.refused(403, 'M_FORBIDDEN', 'POST', `/rooms/${roomId}/invite`, { user_id: alice.userId });
    await bob.join(roomId);
    await bob.join(roomId);
    assert.deepEqual((await alice.ok('GET', `/rooms/${roomId}/joined_members`)).joined[bob.userId], {
      display_name: 'Bob',
    });
    await bob.refused(403, 'M_FORBIDDEN', 'POST', `/rooms/${roomId}/kick`, { user_id: alice.userId });
    await bob.ok('POST', `/rooms/${roomId}/leave`, {});
    await bob.refused(403, 'M_FORBIDDEN', 'POST', `/join/${roomId}`, {});
    await alice.ok('POST', `/rooms/${roomId}/invite`, { user_id: bob.userId });
    await bob.join(roomId);
    await alice.ok('POST', `/rooms/${roomId}/kick`, { user_id: bob.userId, reason: 'enough' });
    assert.deepEqual(await stateOf(alice, roomId, 'm.room.member', bob.userId), {
      membership: 'leave',
      reason: 'enough',
    });
    await alice.refused(403, 'M_FORBIDDEN', 'POST', `/rooms/${roomId}/kick`, { user_id: bob.userId });
    await alice.ok('POST', `/rooms/${roomId}/ban`, { user_id: bob.userId });
    await alice.refused(403, 'M_FORBIDDEN', 'POST', `/rooms/${roomId}/invite`, { user_id: bob.userId });
    await alice.ok('POST', `/rooms/${roomId}/unban`, { user_id: bob.userId });
    await alice.refused(403, 'M_FORBIDDEN', 'POST', `/rooms/${roomId}/unban`, { user_id: bob.userId });
    assert.equal(await membership(roomId, bob), 'leave');
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', `/rooms/${roomId}/invite`, {});
    await alice.refused(404, 'M_NOT_FOUND', 'POST', '/join/!nowhere', {});
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', '/join/nonsense', {});
  });

  it('knock, are let in, or take no invitations', async () => {
    const roomId = await alice.createRoom({
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
    });
    await bob.ok('POST', `/knock/${roomId}`, { reason: 'please' });
    const { next_batch: since, rooms } = await bob.sync();
    assert.ok(
      rooms.knock[roomId].knock_state.events.some((event: Json) => event.type === 'm.room.join_rules'),
    );
    await alice.ok('POST', `/rooms/${roomId}/invite`, { user_id: bob.userId });
    assert.ok((await bob.sync(since)).rooms.invite[roomId]);
    await bob.join(roomId);
    await bob.refused(403, 'M_FORBIDDEN', 'POST', `/knock/${await alice.createRoom()}`, {});

    await carol.ok('PUT', `/user/${carol.userId}/account_data/m.invite_permission_config`, {
      default_action: 'block',
    });
    await alice.refused(403, 'M_INVITE_BLOCKED', 'POST', `/rooms/${roomId}/invite`, {
      user_id: carol.userId,
    });
    await carol.ok('PUT', `/user/${carol.userId}/account_data/m.invite_permission_config`, {});
    await alice.ok('POST', `/rooms/${roomId}/invite`, { user_id: carol.userId });
  });

  it('come in by membership of another room', async () => {
    const club = await alice.createRoom({ invite: [bob.userId] });
    const roomId = await alice.createRoom({
      initial_state: [
        {
          type: 'm.room.join_rules',
          content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: club }] },
        },
      ],
    });
    await bob.refused(403, 'M_FORBIDDEN', 'POST', `/join/${roomId}`, {});
    await bob.join(club);
    await bob.join(roomId);
    assert.equal(
      (await stateOf(alice, roomId, 'm.room.member', bob.userId)).join_authorised_via_users_server,
      alice.userId,
    );
  });

  it('are listed by membership and as of before, and forget what they left', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const { next_batch: before } = await alice.sync();
    await bob.join(roomId);
    await carol.join(roomId);
    await carol.ok('POST', `/rooms/${roomId}/leave`, {});
    const members = async (query: Record<string, string> = {}): Promise<string[]> =>
      (await alice.ok('GET', `/rooms/${roomId}/members`, undefined, { query })).chunk
        .map((event: Json) => event.state_key)
        .toSorted();
    assert.deepEqual(await members(), [alice.userId, bob.userId, carol.userId].toSorted());
    assert.deepEqual(await members({ membership: 'join' }), [alice.userId, bob.userId].toSorted());
    assert.deepEqual(await members({ not_membership: 'join' }), [carol.userId]);
    assert.deepEqual(await members({ at: before }), [alice.userId]);
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', `/rooms/${roomId}/members?membership=maybe`);

    await bob.refused(400, 'M_UNKNOWN', 'POST', `/rooms/${roomId}/forget`, {});
    const left = await carol.sync(undefined, { filter: JSON.stringify({ room: { include_leave: true } }) });
    assert.ok(left.rooms.leave[roomId]);
    await carol.ok('POST', `/rooms/${roomId}/forget`, {});
    const gone = await carol.sync(undefined, { filter: JSON.stringify({ room: { include_leave: true } }) });
    assert.equal(gone.rooms?.leave?.[roomId], undefined);
    const mutual = await alice.ok('GET', '/_matrix/client/v1/mutual_rooms', undefined, {
      query: { user_id: bob.userId },
    });
    assert.ok(mutual.joined.includes(roomId));
  });
});

describe('state', () => {
  it('is set by those who may, and read by members', async () => {
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(roomId);
    await alice.setState(roomId, 'org.example.thing', { a: 1 }, 'key/with/slashes ✓');
    assert.deepEqual(await stateOf(bob, roomId, 'org.example.thing', 'key/with/slashes ✓'), { a: 1 });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `/rooms/${roomId}/state/m.room.name`, { name: 'mine' });
    await bob.refused(
      403,
      'M_FORBIDDEN',
      'PUT',
      `/rooms/${roomId}/state/org.example.thing/${alice.userId}`,
      {},
    );
    await carol.refused(403, 'M_FORBIDDEN', 'GET', `/rooms/${roomId}/state`);
    await carol.refused(403, 'M_FORBIDDEN', 'GET', `/rooms/${roomId}/state/m.room.name`);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `/rooms/${roomId}/state/m.room.avatar`);
    await alice.refused(400, 'M_BAD_JSON', 'PUT', `/rooms/${roomId}/state/m.room.create`, {});
    await alice.refused(400, 'M_BAD_JSON', 'PUT', `/rooms/${roomId}/state/org.example.float`, { x: 1.5 });
    const first = await alice.setState(roomId, 'm.room.topic', { topic: 'same' });
    assert.equal(
      await alice.setState(roomId, 'm.room.topic', { topic: 'same' }),
      first,
      'the same again is no news',
    );
    const large = { topic: 'x'.repeat(70_000) };
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', `/rooms/${roomId}/state/m.room.topic`, large);
  });
});

describe('an upgrade', () => {
  it('moves the room with its state, bans, names and place in the directory', async () => {
    const name = fresh('old');
    const old = await alice.createRoom({
      preset: 'public_chat',
      visibility: 'public',
      room_version: '10',
      room_alias_name: name,
      name: 'Old hall',
      topic: 'Dust',
      power_level_content_override: { users: { [alice.userId]: 100, [bob.userId]: 50 } },
    });
    await bob.join(old);
    await alice.ok('POST', `/rooms/${old}/ban`, { user_id: carol.userId, reason: 'spam' });
    const path = `/rooms/${encodeURIComponent(old)}/upgrade`;
    await bob.refused(403, 'M_FORBIDDEN', 'POST', path, { new_version: '12' });
    await alice.refused(400, 'M_UNSUPPORTED_ROOM_VERSION', 'POST', path, { new_version: '99' });
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', path, {});
    const { replacement_room: next } = await alice.ok('POST', path, { new_version: '12' });
    assert.deepEqual(await stateOf(alice, next, 'm.room.create'), {
      room_version: '12',
      predecessor: { room_id: old },
    });
    assert.equal((await stateOf(alice, next, 'm.room.name')).name, 'Old hall');
    assert.equal((await stateOf(alice, next, 'm.room.topic')).topic, 'Dust');
    assert.equal((await stateOf(alice, next, 'm.room.join_rules')).join_rule, 'public');
    assert.deepEqual(await stateOf(alice, next, 'm.room.member', carol.userId), {
      membership: 'ban',
      reason: 'spam',
    });
    assert.deepEqual((await stateOf(alice, next, 'm.room.power_levels')).users, { [bob.userId]: 50 });
    assert.equal((await stateOf(alice, old, 'm.room.tombstone')).replacement_room, next);
    assert.equal((await stateOf(alice, old, 'm.room.power_levels')).events_default, 50);
    const alias = `#${name}:${server.serverName}`;
    assert.equal((await alice.ok('GET', `/directory/room/${encodeURIComponent(alias)}`)).room_id, next);
    assert.equal((await stateOf(alice, next, 'm.room.canonical_alias')).alias, alias);
    assert.deepEqual(await alice.ok('GET', `/directory/list/room/${encodeURIComponent(next)}`), {
      visibility: 'public',
    });
    await bob.join(next);
    await carol.refused(403, 'M_FORBIDDEN', 'POST', `/join/${next}`, {});
    const again = await alice.ok('POST', `/rooms/${encodeURIComponent(next)}/upgrade`, {
      new_version: '12',
      additional_creators: [bob.userId],
    });
    assert.deepEqual((await stateOf(alice, again.replacement_room, 'm.room.create')).additional_creators, [
      bob.userId,
    ]);
    assert.deepEqual((await stateOf(alice, again.replacement_room, 'm.room.power_levels')).users, {});
  });
});

describe('an upgrade to an older version', () => {
  it('gives those who stood above all levels the highest', async () => {
    const old = await alice.createRoom({
      preset: 'trusted_private_chat',
      invite: [bob.userId],
      power_level_content_override: { users: { [carol.userId]: 150 } },
    });
    const { replacement_room: next } = await alice.ok('POST', `/rooms/${old}/upgrade`, { new_version: '11' });
    const { users, events } = await stateOf(alice, next, 'm.room.power_levels');
    assert.deepEqual(users, { [alice.userId]: 100, [bob.userId]: 100, [carol.userId]: 100 });
    assert.equal(events['m.room.tombstone'], 100);
    await alice.setState(next, 'm.room.name', { name: 'Still mine' });
  });

  it('is done when the names cannot follow', async () => {
    const old = await alice.createRoom({
      preset: 'public_chat',
      room_version: '11',
      room_alias_name: fresh('stays'),
      power_level_content_override: { events: { 'm.room.tombstone': 0, 'm.room.canonical_alias': 100 } },
    });
    await bob.join(old);
    await bob.ok('POST', `/rooms/${encodeURIComponent(old)}/upgrade`, { new_version: '11' });
  });
});

describe('spaces and summaries', () => {
  it('show a tree depth first, in order, in pages, and only what one may see', async () => {
    const room = (name: string, more: object = {}): Promise<string> =>
      alice.createRoom({ name, preset: 'public_chat', ...more });
    const space = await room('Space', { creation_content: { type: 'm.space' } });
    const inner = await room('Inner', { creation_content: { type: 'm.space' } });
    const [first, second, deep, hidden] = [
      await room('First'),
      await room('Second'),
      await room('Deep'),
      await alice.createRoom({ name: 'Hidden' }),
    ];
    const child = (parent: string, id: string, content: object = {}): Promise<string> =>
      alice.setState(parent, 'm.space.child', { via: [server.serverName], ...content }, id);
    await child(space, inner, { order: 'b' });
    await child(space, first, { order: 'a', suggested: true });
    await child(space, second);
    await child(space, hidden);
    await child(inner, deep);
    await child(inner, space);
    await alice.setState(space, 'm.space.child', {}, '!removed');
    const tree = async (
      client: Client,
      query: Record<string, string | number | boolean> = {},
    ): Promise<Json> => client.ok('GET', `/_matrix/client/v1/rooms/${space}/hierarchy`, undefined, { query });
    const names = (answer: Json): string[] => answer.rooms.map((one: Json) => one.name);
    assert.deepEqual(names(await tree(bob)), ['Space', 'First', 'Inner', 'Deep', 'Second']);
    assert.deepEqual(names(await tree(alice)), ['Space', 'First', 'Inner', 'Deep', 'Second', 'Hidden']);
    assert.deepEqual(names(await tree(bob, { suggested_only: true })), ['Space', 'First']);
    assert.deepEqual(names(await tree(bob, { max_depth: 1 })), ['Space', 'First', 'Inner', 'Second']);
    const page = await tree(bob, { limit: 2 });
    assert.deepEqual(names(page), ['Space', 'First']);
    assert.deepEqual(names(await tree(bob, { limit: 10, from: page.next_batch })), [
      'Inner',
      'Deep',
      'Second',
    ]);
    assert.equal(page.rooms[0].children_state.length, 4);
    await bob.refused(403, 'M_FORBIDDEN', 'GET', `/_matrix/client/v1/rooms/${hidden}/hierarchy`);
    await bob.refused(400, 'M_INVALID_PARAM', 'GET', `/_matrix/client/v1/rooms/${space}/hierarchy?from=x`);

    const summary = '/_matrix/client/v1/room_summary';
    const seen = await bob.ok('GET', `${summary}/${first}`);
    assert.deepEqual(
      [seen.name, seen.room_version, seen.join_rule, seen.membership],
      ['First', '12', 'public', undefined],
    );
    assert.equal((await alice.ok('GET', `${summary}/${first}`)).membership, 'join');
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `${summary}/${hidden}`);
    await bob.ok('GET', `/_matrix/client/unstable/im.nheko.summary/summary/${first}`);
    await bob.ok('GET', `/_matrix/client/unstable/im.nheko.summary/rooms/${first}/summary`);
  });
});

describe('reports', () => {
  it('are kept of what one can see', async () => {
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(roomId);
    const eventId = await bob.send(roomId, 'spam');
    await alice.ok('POST', `/rooms/${roomId}/report/${eventId}`, { reason: 'spam', score: -100 });
    await alice.ok('POST', `/rooms/${roomId}/report`, { reason: 'a bad room' });
    await alice.ok('POST', `/users/${bob.userId}/report`, { reason: 'a bad person' });
    await carol.refused(404, 'M_NOT_FOUND', 'POST', `/rooms/${roomId}/report/${eventId}`, {});
    await alice.refused(404, 'M_NOT_FOUND', 'POST', `/rooms/${roomId}/report/$nothing`, {});
    await alice.refused(404, 'M_NOT_FOUND', 'POST', '/rooms/!nowhere/report', { reason: 'x' });
    await alice.refused(404, 'M_NOT_FOUND', 'POST', '/users/@nobody:here/report', { reason: 'x' });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', `/rooms/${roomId}/report/${eventId}`, { score: 5 });
  });
});
