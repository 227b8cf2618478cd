// Simplified sliding sync as Element X speaks it.

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
  alice = await register(server.url, 'alice', 'Alice');
  bob = await register(server.url, 'bob', 'Bob');
});
after(() => server.stop());

const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';
const bodies = (events: Json): string[] =>
  events.flatMap((event: Json) => (event.type === 'm.room.message' ? [event.content.body] : []));

/** What Element X asks of its list of rooms. */
const elementRequiredState = [
  ['m.room.name', ''],
  ['m.room.encryption', ''],
  ['m.room.member', '$LAZY'],
  ['m.room.member', '$ME'],
  ['m.room.topic', ''],
  ['m.room.avatar', ''],
  ['m.room.canonical_alias', ''],
  ['m.room.power_levels', ''],
  ['org.matrix.msc3401.call.member', '*'],
  ['m.room.join_rules', ''],
  ['m.room.tombstone', ''],
  ['m.room.create', ''],
  ['m.room.history_visibility', ''],
  ['io.element.functional_members', ''],
  ['m.space.parent', '*'],
  ['m.space.child', '*'],
];

const elementRoomList = (range: [number, number] = [0, 19]): object => ({
  conn_id: 'room-list',
  lists: {
    all_rooms: {
      ranges: [range],
      timeline_limit: 1,
      required_state: elementRequiredState,
      filters: { not_room_types: ['m.space'] },
    },
  },
  extensions: {
    account_data: { enabled: true },
    receipts: { enabled: true, rooms: ['*'] },
    typing: { enabled: true },
    'io.element.msc4308.thread_subscriptions': { enabled: true },
  },
});

const list = (ranges: Array<[number, number]>, more: object = {}): object => ({
  lists: { rooms: { ranges, timeline_limit: 1, required_state: [['m.room.name', '']], ...more } },
});

describe('sliding sync', () => {
  it('shows windows on the newest rooms, and lets them grow', async () => {
    const carol = await register(server.url, 'carol');
    const rooms: string[] = [];
    for (let number = 0; number < 6; number += 1)
      rooms.push(await carol.createRoom({ name: `Room ${number}` }));
    await carol.send(rooms[1] ?? '', 'up');
    const first = await carol.slidingSync(list([[0, 1]]));
    assert.equal(first.lists.rooms.count, 6);
    assert.deepEqual(Object.keys(first.rooms).toSorted(), [rooms[1], rooms[5]].toSorted());
    const top = first.rooms[rooms[1] ?? ''];
    assert.equal(top.initial, true);
    assert.equal(top.name, 'Room 1');
    assert.deepEqual(bodies(top.timeline), ['up']);
    assert.equal(top.limited, true);
    assert.ok(top.bump_stamp > first.rooms[rooms[5] ?? ''].bump_stamp);
    const second = await carol.slidingSync(list([[0, 3]]), { pos: first.pos });
    assert.deepEqual(Object.keys(second.rooms).toSorted(), [rooms[3], rooms[4]].toSorted());
    await carol.send(rooms[0] ?? '', 'me too');
    const third = await carol.slidingSync(list([[0, 3]]), { pos: second.pos });
    assert.deepEqual(Object.keys(third.rooms), [rooms[0]]);
    const all = await carol.slidingSync(list([], { slow_get_all_rooms: true }));
    assert.equal(Object.keys(all.rooms).length, 6);
  });

  it('sends again what may be lost, and knows a foreign or old pos', async () => {
    const roomId = await alice.createRoom({ name: 'Again' });
    const first = await alice.slidingSync(elementRoomList());
    await alice.send(roomId, 'hello');
    const second = await alice.slidingSync(elementRoomList(), { pos: first.pos });
    const again = await alice.slidingSync(elementRoomList([0, 99]), { pos: first.pos });
    assert.deepEqual(bodies(again.rooms[roomId].timeline), bodies(second.rooms[roomId].timeline));
    const third = await alice.slidingSync(elementRoomList(), { pos: again.pos });
    assert.deepEqual(third.rooms, {});
    await alice.refused(400, 'M_UNKNOWN_POS', 'POST', path, elementRoomList(), {
      query: { pos: 'nonsense' },
    });
    await bob.refused(400, 'M_UNKNOWN_POS', 'POST', path, elementRoomList(), { query: { pos: third.pos } });
    await alice.refused(
      400,
      'M_UNKNOWN_POS',
      'POST',
      path,
      { conn_id: 'other' },
      { query: { pos: third.pos } },
    );
    await alice.slidingSync(elementRoomList());
    await alice.refused(400, 'M_UNKNOWN_POS', 'POST', path, elementRoomList(), { query: { pos: third.pos } });
  });

  it('expands a timeline and required state when more is asked for', async () => {
    const roomId = await alice.createRoom({ name: 'Expand', topic: 'More' });
    for (let number = 0; number < 5; number += 1) await alice.send(roomId, `m${number}`);
    const first = await alice.slidingSync({ conn_id: 'expand', ...list([[0, 0]]) });
    assert.deepEqual(bodies(first.rooms[roomId].timeline), ['m4']);
    const request = {
      conn_id: 'expand',
      ...list([[0, 0]]),
      room_subscriptions: { [roomId]: { timeline_limit: 20, required_state: [['m.room.topic', '']] } },
    };
    const second = await alice.slidingSync(request, { pos: first.pos });
    const room = second.rooms[roomId];
    assert.equal(room.unstable_expanded_timeline, true);
    assert.deepEqual(bodies(room.timeline), ['m0', 'm1', 'm2', 'm3', 'm4']);
    assert.equal(room.initial, undefined);
    assert.ok(room.required_state.some((event: Json) => event.type === 'm.room.topic'));
    await alice.send(roomId, 'm5');
    const third = await alice.slidingSync(request, { pos: second.pos });
    assert.deepEqual(bodies(third.rooms[roomId].timeline), ['m5']);
    assert.equal(third.rooms[roomId].num_live, 1);
    const page = await alice.ok('GET', `/rooms/${roomId}/messages`, undefined, {
      query: { dir: 'b', from: first.rooms[roomId].prev_batch, limit: 2 },
    });
    assert.deepEqual(bodies(page.chunk), ['m3', 'm2']);
  });

  it('filters and sorts what it lists', async () => {
    const dora = await register(server.url, 'dora');
    const plain = await dora.createRoom({ name: 'Plain' });
    const secret = await dora.createRoom({
      name: 'Secret',
      initial_state: [{ type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    const space = await dora.createRoom({ name: 'Space', creation_content: { type: 'm.space' } });
    await dora.setState(space, 'm.space.child', { via: [server.serverName] }, plain);
    const direct = await dora.createRoom({ name: 'Direct', is_direct: true });
    await dora.ok('PUT', `/user/${dora.userId}/account_data/m.direct`, { [bob.userId]: [direct] });
    await dora.ok('PUT', `/user/${dora.userId}/rooms/${secret}/tags/m.favourite`, {});
    const invited = await alice.createRoom({ name: 'Invited', invite: [dora.userId] });
    const found = async (filters: object): Promise<string[]> => {
      const answer = await dora.slidingSync(list([[0, 50]], { filters }));
      assert.equal(answer.lists.rooms.count, Object.keys(answer.rooms).length);
      return Object.keys(answer.rooms).toSorted();
    };
    const sorted = (...ids: string[]): string[] => ids.toSorted();
    assert.deepEqual(await found({}), sorted(plain, secret, space, direct, invited));
    assert.deepEqual(await found({ is_dm: true }), [direct]);
    assert.deepEqual(
      await found({ is_dm: false, is_invite: false, not_room_types: ['m.space'] }),
      sorted(plain, secret),
    );
    assert.deepEqual(await found({ is_encrypted: true }), [secret]);
    assert.deepEqual(await found({ is_invite: true }), [invited]);
    assert.deepEqual(await found({ room_types: ['m.space'] }), [space]);
    assert.deepEqual(await found({ spaces: [space] }), [plain]);
    assert.deepEqual(await found({ tags: ['m.favourite'] }), [secret]);
    assert.deepEqual(
      await found({ not_tags: ['m.favourite'], room_types: [null], is_invite: false }),
      sorted(plain, direct),
    );
    assert.deepEqual(await found({ room_name_like: 'plai' }), [plain]);
    const answer = await dora.slidingSync(list([[0, 50]], { filters: { is_invite: true } }));
    assert.ok(answer.rooms[invited].invite_state.length > 3);
    assert.equal(answer.rooms[invited].timeline, undefined);
  });

  it('waits, wakes, and is told of rooms that come and go', async () => {
    const erin = await register(server.url, 'erin');
    const first = await erin.slidingSync(elementRoomList());
    const waiting = erin.slidingSync(elementRoomList(), { pos: first.pos, timeout: 30_000 });
    const roomId = await alice.createRoom({ name: 'Come', invite: [erin.userId] });
    const second = await waiting;
    assert.ok(second.rooms[roomId].invite_state);
    await erin.join(roomId);
    const third = await erin.slidingSync(elementRoomList(), { pos: second.pos });
    assert.equal(third.rooms[roomId].initial, true);
    assert.equal(third.rooms[roomId].invite_state, undefined);
    await alice.ok('POST', `/rooms/${roomId}/ban`, { user_id: erin.userId });
    await alice.send(roomId, 'not for erin');
    const fourth = await erin.slidingSync(elementRoomList(), { pos: third.pos });
    const [own] = fourth.rooms[roomId].required_state;
    assert.equal(own.content.membership, 'ban');
    assert.deepEqual(bodies(fourth.rooms[roomId].timeline), []);
    const quiet = await erin.slidingSync(elementRoomList(), { pos: fourth.pos, timeout: 30 });
    assert.deepEqual(quiet.rooms, {});
  });

  it('loads members again for somebody who went and came back', async () => {
    const [carol, dave] = [await register(server.url, 'carol', 'Carol'), await register(server.url, 'dave')];
    const roomId = await carol.createRoom({ preset: 'public_chat' });
    await dave.join(roomId);
    await carol.send(roomId, 'hello');
    const first = await dave.slidingSync(elementRoomList());
    await dave.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
    const { pos } = await dave.slidingSync(elementRoomList(), { pos: first.pos });
    await carol.ok('PUT', `/profile/${carol.userId}/displayname`, { displayname: 'Karla' });
    await dave.join(roomId);
    await carol.send(roomId, 'hello again');
    const room = (await dave.slidingSync(elementRoomList(), { pos })).rooms[roomId];
    assert.equal(room.initial, true);
    const member = room.required_state.find((event: Json) => event.state_key === carol.userId);
    assert.equal(member?.content.displayname, 'Karla');
  });

  it('carries account data, receipts and typing', async () => {
    const roomId = await alice.createRoom({ name: 'Extended', invite: [bob.userId] });
    await bob.join(roomId);
    const eventId = await alice.send(roomId, 'read me');
    await alice.ok('PUT', `/user/${alice.userId}/rooms/${roomId}/tags/m.favourite`, {});
    await bob.ok('POST', `/rooms/${roomId}/receipt/m.read/${eventId}`, {});
    const request = { ...elementRoomList(), conn_id: 'extended' };
    const first = await alice.slidingSync(request);
    const { extensions } = first;
    assert.ok(extensions.account_data.global.some((event: Json) => event.type === 'm.push_rules'));
    assert.equal(extensions.account_data.rooms[roomId][0].type, 'm.tag');
    assert.ok(extensions.receipts.rooms[roomId].content[eventId]['m.read'][bob.userId]);
    const waiting = alice.slidingSync(request, { pos: first.pos, timeout: 30_000 });
    await bob.ok('PUT', `/rooms/${roomId}/typing/${bob.userId}`, { typing: true });
    const second = await waiting;
    assert.deepEqual(second.extensions.typing.rooms[roomId].content.user_ids, [bob.userId]);
    await alice.ok('PUT', `/user/${alice.userId}/account_data/org.example.x`, { y: 1 });
    const third = await alice.slidingSync(request, { pos: second.pos });
    assert.deepEqual(third.extensions.account_data.global, [{ type: 'org.example.x', content: { y: 1 } }]);
    const unread = await bob.slidingSync(elementRoomList());
    assert.equal(unread.rooms[roomId].notification_count, 0);
    await alice.send(roomId, { msgtype: 'm.text', body: 'you', 'm.mentions': { user_ids: [bob.userId] } });
    const next = await bob.slidingSync(elementRoomList(), { pos: unread.pos });
    assert.deepEqual([next.rooms[roomId].notification_count, next.rooms[roomId].highlight_count], [1, 1]);
  });

  it('hands out to-device messages until they are acknowledged, on the encryption connection', async () => {
    const encryption = (since?: string): object => ({
      conn_id: 'encryption',
      extensions: {
        to_device: { enabled: true, ...(since !== undefined && { since }) },
        e2ee: { enabled: true },
      },
    });
    const first = await bob.slidingSync(encryption());
    await alice.ok('PUT', '/sendToDevice/org.example.knock/1', {
      messages: { [bob.userId]: { [bob.deviceId]: { n: 1 } } },
    });
    const second = await bob.slidingSync(encryption(first.extensions.to_device.next_batch), {
      pos: first.pos,
      timeout: 30_000,
    });
    assert.deepEqual(
      second.extensions.to_device.events.map((event: Json) => event.content),
      [{ n: 1 }],
    );
    assert.ok(second.extensions.e2ee.device_one_time_keys_count);
    const lost = await bob.slidingSync(encryption(first.extensions.to_device.next_batch), { pos: first.pos });
    assert.equal(lost.extensions.to_device.events.length, 1, 'not acknowledged yet');
    const third = await bob.slidingSync(encryption(second.extensions.to_device.next_batch), {
      pos: lost.pos,
    });
    assert.deepEqual(third.extensions.to_device.events, []);
    const fresh = await bob.slidingSync(encryption());
    assert.deepEqual(fresh.extensions.to_device.events, [], 'gone for good');
  });

  it('speaks the accepted dialect too', async () => {
    const frank = await register(server.url, 'frank');
    const roomId = await frank.createRoom({ name: 'Stable', topic: 'Words' });
    for (let number = 0; number < 3; number += 1) await frank.send(roomId, `m${number}`);
    const invited = await alice.createRoom({ name: 'Come', invite: [frank.userId] });
    const v4 = (body: object): Promise<Json> => frank.ok('POST', '/_matrix/client/v4/sync', body);
    const request = {
      conn_id: 'stable',
      lists: {
        mine: {
          range: [0, 9],
          timeline_limit: 1,
          required_state: {
            include: [{}],
            exclude: [{ type: 'm.room.topic' }, { type: 'm.room.member', state_key: frank.userId }],
          },
          filters: { is_invited: false },
        },
        asked: { timeline_limit: 1, filters: { is_invited: true } },
      },
      extensions: { account_data: { enabled: true } },
    };
    const first = await v4(request);
    const room = first.rooms[roomId];
    assert.deepEqual([room.membership, room.lists, room.initial], ['join', ['mine'], true]);
    assert.equal(room.notification_count, undefined);
    const types: string[] = room.required_state.map((event: Json) => event.type);
    assert.ok(types.includes('m.room.create') && types.includes('m.room.name'));
    assert.ok(!types.includes('m.room.topic') && !types.includes('m.room.member'));
    assert.deepEqual([first.rooms[invited].membership, first.rooms[invited].lists], ['invite', ['asked']]);
    assert.ok(first.rooms[invited].stripped_state.length > 3);
    const wider = { ...request, room_subscriptions: { [roomId]: { timeline_limit: 5 } } };
    const second = await v4({ ...wider, pos: first.pos });
    assert.equal(second.rooms[roomId].expanded_timeline, true);
    assert.deepEqual(bodies(second.rooms[roomId].timeline), ['m0', 'm1', 'm2']);
    const waiting = v4({ ...wider, pos: second.pos, timeout: 30_000 });
    await frank.send(roomId, 'm3');
    assert.deepEqual(bodies((await waiting).rooms[roomId].timeline), ['m3']);
    await frank.refused(400, 'M_UNKNOWN_POS', 'POST', '/_matrix/client/v4/sync', { pos: 'x' });
    const exclude = Array.from({ length: 450 }, (_, n) => ({ type: `t${n}` }));
    await frank.refused(400, 'M_INVALID_PARAM', 'POST', '/_matrix/client/v4/sync', {
      lists: Object.fromEntries(
        Array.from({ length: 5 }, (_, n) => [`l${n}`, { required_state: { exclude } }]),
      ),
    });
    await frank.refused(400, 'M_INVALID_PARAM', 'POST', '/_matrix/client/v4/sync', {
      room_subscriptions: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`!r${n}`, {}])),
    });
  });

  it('refuses malformed requests', async () => {
    const lists = (count: number, make: (n: number) => object): object =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, make(n)]));
    const kinds = (n: number): string[] => Array.from({ length: 450 }, (_, index) => `t${n}.${index}`);
    for (const [errcode, wrong] of [
      ['M_BAD_JSON', { lists: [] }],
      ['M_BAD_JSON', { lists: { a: 7 } }],
      ['M_BAD_JSON', { lists: { a: { ranges: [[0]] } } }],
      ['M_INVALID_PARAM', { lists: { a: { ranges: [[5, 2]] } } }],
      ['M_BAD_JSON', { lists: { a: { required_state: ['x'] } } }],
      ['M_INVALID_PARAM', { lists: { [`${'a'.repeat(65)}`]: {} } }],
      [
        'M_INVALID_PARAM',
        { lists: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`l${n}`, {}])) },
      ],
      [
        'M_INVALID_PARAM',
        { lists: lists(5, (n) => ({ required_state: kinds(n).map((type) => [type, '']) })) },
      ],
      ['M_INVALID_PARAM', { lists: { a: { ranges: Array.from({ length: 21 }, () => [0, 1]) } } }],
      ['M_BAD_JSON', { extensions: { to_device: true } }],
    ] as const) {
      await alice.refused(400, errcode, 'POST', path, wrong);
    }
  });
});
