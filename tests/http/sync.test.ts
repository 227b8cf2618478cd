// GET /sync: what is new, and nothing twice.

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

const bodies = (events: Json): string[] =>
  events.flatMap((event: Json) => (event.type === 'm.room.message' ? [event.content.body] : []));
const types = (events: Json): string[] => events.map((event: Json) => event.type).toSorted();
const filter = (definition: object): Record<string, string> => ({ filter: JSON.stringify(definition) });

describe('sync', () => {
  it('begins anew for a token of the future, as a restored backup leaves them', async () => {
    const erin = await register(server.url, 'erin');
    const roomId = await erin.createRoom({ name: 'Kept' });
    const { next_batch: since, rooms } = await erin.sync('s999999999_0_0');
    assert.ok(rooms.join[roomId].state.events.length + rooms.join[roomId].timeline.events.length > 3);
    assert.deepEqual((await erin.sync(since)).rooms, undefined);
  });

  it('begins with everything, goes on with the news, and is empty when there are none', async () => {
    const roomId = await alice.createRoom({ name: 'News', invite: [bob.userId] });
    await bob.join(roomId);
    await bob.send(roomId, 'one');
    const first = await alice.sync();
    const room = first.rooms.join[roomId];
    assert.ok(types(first.account_data.events).includes('m.push_rules'), 'push rules from the start');
    assert.ok(bodies(room.timeline.events).includes('one'));
    assert.deepEqual(room.summary, {
      'm.heroes': [bob.userId],
      'm.joined_member_count': 2,
      'm.invited_member_count': 0,
    });
    assert.ok(Object.hasOwn(first.device_one_time_keys_count, 'signed_curve25519'));
    const nothing = await alice.sync(first.next_batch);
    assert.equal(nothing.rooms, undefined);
    assert.equal(nothing.account_data, undefined);
    const eventId = await bob.send(roomId, 'two');
    const second = await alice.sync(first.next_batch);
    assert.deepEqual(bodies(second.rooms.join[roomId].timeline.events), ['two']);
    assert.equal(second.rooms.join[roomId].timeline.limited, false);
    assert.equal(second.rooms.join[roomId].timeline.events[0].event_id, eventId);
    // The same token again gives the same answer: nothing is lost when an answer is.
    assert.deepEqual(bodies((await alice.sync(first.next_batch)).rooms.join[roomId].timeline.events), [
      'two',
    ]);
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', '/sync?since=nonsense');
    await alice.refused(404, 'M_NOT_FOUND', 'GET', '/sync?filter=nosuch');
    await alice.refused(400, 'M_BAD_JSON', 'GET', '/sync?filter=%7B');
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', '/sync?timeout=soon');
  });

  it('wakes whoever waits, and ends in time when nothing comes', async () => {
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(roomId);
    const { next_batch: since } = await alice.sync();
    const waiting = alice.sync(since, { timeout: 30_000 });
    await bob.send(roomId, 'wake up');
    assert.deepEqual(bodies((await waiting).rooms.join[roomId].timeline.events), ['wake up']);
    const { next_batch: now } = await alice.sync();
    const quiet = await alice.sync(now, { timeout: 50 });
    assert.equal(quiet.rooms, undefined);
    const gone = new AbortController();
    const aborted = alice.call('GET', '/sync', undefined, {
      query: { since: now, timeout: 30_000 },
      signal: gone.signal,
    });
    gone.abort();
    await assert.rejects(aborted);
    await bob.send(roomId, 'still here');
    assert.deepEqual(bodies((await alice.sync(now)).rooms.join[roomId].timeline.events), ['still here']);
  });

  it('leaves a gap with a way back and the state that changed in it', async () => {
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(roomId);
    const { next_batch: since } = await bob.sync();
    await alice.setState(roomId, 'm.room.topic', { topic: 'in the gap' });
    for (let number = 0; number < 8; number += 1) await alice.send(roomId, `m${number}`);
    const small = filter({ room: { timeline: { limit: 3 } } });
    const room = (await bob.sync(since, small)).rooms.join[roomId];
    assert.equal(room.timeline.limited, true);
    assert.deepEqual(bodies(room.timeline.events), ['m5', 'm6', 'm7']);
    assert.deepEqual(types(room.state.events), ['m.room.topic']);
    const older = await bob.ok('GET', `/rooms/${roomId}/messages`, undefined, {
      query: { dir: 'b', from: room.timeline.prev_batch, limit: 6 },
    });
    assert.deepEqual(bodies(older.chunk), ['m4', 'm3', 'm2', 'm1', 'm0']);
    assert.equal(older.chunk.at(-1).type, 'm.room.topic', 'nothing between page and sync');
    const none = (await bob.sync(since, filter({ room: { timeline: { limit: 0 } } }))).rooms.join[roomId];
    assert.deepEqual(none.timeline.events, []);
  });

  it('gives state before or after the timeline', async () => {
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    await alice.setState(roomId, 'm.room.topic', { topic: 'old' });
    await bob.join(roomId);
    await alice.send(roomId, 'between');
    await alice.setState(roomId, 'm.room.topic', { topic: 'new' });
    const small = filter({ room: { timeline: { limit: 1 } } });
    const topicOf = (events: Json): string =>
      events.find((event: Json) => event.type === 'm.room.topic')?.content.topic;
    const before = (await bob.sync(undefined, small)).rooms.join[roomId];
    assert.equal(topicOf(before.state.events), 'old');
    assert.equal(topicOf(before.timeline.events), 'new');
    const after = (await bob.sync(undefined, { ...small, use_state_after: true })).rooms.join[roomId];
    assert.equal(topicOf(after.state_after.events), 'new');
    assert.equal(after.state, undefined);
    const unstable = (await bob.sync(undefined, { ...small, 'org.matrix.msc4222.use_state_after': true }))
      .rooms.join[roomId];
    assert.equal(topicOf(unstable['org.matrix.msc4222.state_after'].events), 'new');
    const { next_batch: since } = await bob.sync();
    await alice.setState(roomId, 'm.room.topic', { topic: 'newer' });
    const news = (await bob.sync(since, { use_state_after: true })).rooms.join[roomId];
    assert.equal(topicOf(news.state_after.events), 'newer');
    const whole = (await bob.sync(since, { full_state: true })).rooms.join[roomId];
    assert.ok(types(whole.state.events).includes('m.room.create'));
  });

  it('loads members as they are needed, once', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const others = await Promise.all(['carol', 'dave', 'erin'].map((name) => register(server.url, name)));
    for (const other of others) await other.join(roomId);
    const [carol, dave] = others as [Client, Client, Client];
    await carol.send(roomId, 'from carol');
    const lazy = filter({ room: { state: { lazy_load_members: true }, timeline: { limit: 1 } } });
    const members = (room: Json): string[] =>
      room.state.events
        .flatMap((event: Json) => (event.type === 'm.room.member' ? [event.state_key] : []))
        .toSorted();
    const phone = await alice.secondDevice();
    const first = await phone.sync(undefined, lazy);
    assert.deepEqual(members(first.rooms.join[roomId]), [alice.userId, carol.userId].toSorted());
    await dave.send(roomId, 'from dave');
    const second = await phone.sync(first.next_batch, lazy);
    assert.deepEqual(members(second.rooms.join[roomId]), [dave.userId]);
    await dave.send(roomId, 'again');
    const third = await phone.sync(second.next_batch, lazy);
    assert.deepEqual(members(third.rooms.join[roomId]), []);
  });

  it('loads members again for somebody who went and came back', async () => {
    const carol = await register(server.url, 'carol', 'Carol');
    const dave = await register(server.url, 'dave');
    const roomId = await carol.createRoom({ preset: 'public_chat' });
    const path = `/rooms/${encodeURIComponent(roomId)}`;
    const lazy = filter({ room: { state: { lazy_load_members: true }, timeline: { limit: 3 } } });
    const names = (events: Json): Json =>
      Object.fromEntries(
        events
          .filter((event: Json) => event.type === 'm.room.member')
          .map((event: Json) => [event.state_key, [event.content.membership, event.content.displayname]]),
      );
    for (const mode of [{}, { use_state_after: true }]) {
      await carol.ok('PUT', `/profile/${carol.userId}/displayname`, { displayname: 'Carol' });
      await dave.join(roomId);
      await carol.send(roomId, 'hello');
      const first = await dave.sync(undefined, { ...lazy, ...mode });
      await dave.ok('POST', `${path}/leave`, {});
      const gone = await dave.sync(first.next_batch, { ...lazy, ...mode });
      await carol.ok('PUT', `/profile/${carol.userId}/displayname`, { displayname: 'Karla' });
      await dave.join(roomId);
      await carol.send(roomId, 'hello again');
      const back = (await dave.sync(gone.next_batch, { ...lazy, ...mode })).rooms.join[roomId];
      const known = names([
        ...(back.state ?? back.state_after).events,
        ...('state' in back ? back.timeline.events : []),
      ]);
      assert.deepEqual(known[carol.userId], ['join', 'Karla']);
      assert.equal(known[dave.userId]?.[0], 'join');
      await dave.ok('POST', `${path}/leave`, {});
    }
  });

  it('tells of invitations, knocks and departures', async () => {
    const carol = await register(server.url, 'carol');
    const { next_batch: since } = await carol.sync();
    const roomId = await alice.createRoom({ name: 'Invited', invite: [carol.userId], is_direct: true });
    const invited = await carol.sync(since);
    const stripped = invited.rooms.invite[roomId].invite_state.events;
    assert.ok(types(stripped).includes('m.room.create') && types(stripped).includes('m.room.name'));
    assert.ok(
      stripped.every((event: Json) => event.event_id === undefined || event.type === 'm.room.create'),
    );
    await carol.join(roomId);
    const joined = await carol.sync(invited.next_batch);
    assert.equal(joined.rooms.invite, undefined);
    assert.ok(
      types(
        joined.rooms.join[roomId].state.events.concat(joined.rooms.join[roomId].timeline.events),
      ).includes('m.room.create'),
    );
    assert.ok(joined.device_lists.changed.includes(alice.userId), 'whose keys matter now');
    await alice.ok('POST', `/rooms/${roomId}/kick`, { user_id: carol.userId, reason: 'bye' });
    await alice.send(roomId, 'not for carol');
    const left = await carol.sync(joined.next_batch);
    const { events } = left.rooms.leave[roomId].timeline;
    assert.deepEqual(events.at(-1).content, { membership: 'leave', reason: 'bye' });
    assert.deepEqual(bodies(events), []);
    assert.deepEqual(left.device_lists.left, [alice.userId]);
    assert.equal((await carol.sync(left.next_batch)).rooms, undefined);
    assert.equal((await carol.sync()).rooms?.leave?.[roomId], undefined);
  });

  it('reaches back for what a filter lets through', async () => {
    const roomId = await alice.createRoom();
    await alice.send(roomId, 'wanted');
    await alice.setState(roomId, 'org.example.state', { of: 'the room' });
    for (let count = 0; count < 12; count += 1) await alice.send(roomId, { count }, 'org.example.filler');
    const { next_batch: since } = await alice.sync();
    const ofRoom = (limit: number): string =>
      JSON.stringify({ room: { rooms: [roomId], timeline: { limit, types: ['m.room.message'] } } });
    const first = (await alice.sync(undefined, { filter: ofRoom(1) })).rooms.join[roomId];
    assert.deepEqual(bodies(first.timeline.events), ['wanted']);
    const back = { from: first.timeline.prev_batch, dir: 'b', limit: 1 };
    const { chunk } = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages`, undefined, {
      query: back,
    });
    assert.notEqual(chunk[0].type, 'm.room.message');
    await alice.send(roomId, 'new');
    await alice.setState(roomId, 'org.example.state', { of: 'the gap' });
    for (let count = 0; count < 12; count += 1) await alice.send(roomId, { count }, 'org.example.filler');
    const later = (await alice.sync(since, { filter: ofRoom(2) })).rooms.join[roomId];
    assert.deepEqual([bodies(later.timeline.events), later.timeline.limited], [['new'], false]);
  });

  it('gives rooms that were left with their state of then', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    await alice.setState(roomId, 'org.example.state', { when: 'before' });
    const { next_batch: since } = await bob.sync();
    await alice.send(roomId, 'before');
    await alice.setState(roomId, 'm.room.name', { name: 'in the gap' });
    for (let count = 0; count < 12; count += 1) await alice.send(roomId, { count }, 'org.example.filler');
    await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
    await alice.setState(roomId, 'org.example.state', { when: 'after' });
    await alice.send(roomId, 'after');
    const archive = {
      include_leave: true,
      timeline: { limit: 1, types: ['m.room.message'] },
      state: { types: ['org.example.state'] },
    };
    const archived = (await bob.sync(undefined, filter({ room: archive }))).rooms.leave[roomId];
    assert.deepEqual(bodies(archived.timeline.events), ['before']);
    assert.deepEqual(
      archived.state.events.map((event: Json) => event.content),
      [{ when: 'before' }],
    );
    const left = (await bob.sync(since)).rooms.leave[roomId];
    assert.equal(left.timeline.limited, true);
    assert.equal(left.timeline.events.at(-1).state_key, bob.userId);
    assert.deepEqual(
      left.state.events.map((event: Json) => event.content.name),
      ['in the gap'],
    );
  });

  it('follows filters and account data', async () => {
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    const other = await alice.createRoom();
    await bob.join(roomId);
    await bob.send(roomId, { msgtype: 'm.image', body: 'picture', url: 'mxc://a/b' });
    await alice.send(roomId, 'text');
    const { filter_id: id } = await alice.ok('POST', `/user/${alice.userId}/filter`, {
      room: {
        rooms: [roomId],
        timeline: { senders: [bob.userId], contains_url: true },
        state: { types: ['m.room.name'] },
        account_data: { not_types: ['*'] },
      },
      presence: { types: [] },
    });
    assert.ok((await alice.ok('GET', `/user/${alice.userId}/filter/${id}`)).room);
    await bob.refused(403, 'M_FORBIDDEN', 'GET', `/user/${alice.userId}/filter/${id}`);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `/user/${alice.userId}/filter/nosuch`);
    await alice.ok('PUT', `/user/${alice.userId}/rooms/${roomId}/tags/m.favourite`, { order: 0.25 });
    const filtered = await alice.sync(undefined, { filter: id });
    assert.equal(filtered.rooms.join[other], undefined);
    const room = filtered.rooms.join[roomId];
    assert.deepEqual(bodies(room.timeline.events), ['picture']);
    assert.deepEqual(types(room.state.events), []);
    assert.deepEqual(room.account_data.events, []);

    const { next_batch: since } = await alice.sync();
    await alice.ok('PUT', `/user/${alice.userId}/account_data/org.example.note`, { text: 'ملاحظة' });
    await alice.ok('PUT', `/user/${alice.userId}/rooms/${roomId}/account_data/org.example.room`, { n: 1.5 });
    const news = await alice.sync(since);
    assert.deepEqual(news.account_data.events, [{ type: 'org.example.note', content: { text: 'ملاحظة' } }]);
    assert.deepEqual(news.rooms.join[roomId].account_data.events, [
      { type: 'org.example.room', content: { n: 1.5 } },
    ]);
    assert.deepEqual(await alice.ok('GET', `/user/${alice.userId}/rooms/${roomId}/tags`), {
      tags: { 'm.favourite': { order: 0.25 } },
    });
    await alice.ok('DELETE', `/user/${alice.userId}/rooms/${roomId}/tags/m.favourite`);
    assert.deepEqual(await alice.ok('GET', `/user/${alice.userId}/rooms/${roomId}/tags`), { tags: {} });
    const many = Array.from({ length: 8 }, (_, number) => `u.${number}`);
    await Promise.all(
      many.map((tag) => alice.ok('PUT', `/user/${alice.userId}/rooms/${roomId}/tags/${tag}`, {})),
    );
    const { tags } = await alice.ok('GET', `/user/${alice.userId}/rooms/${roomId}/tags`);
    assert.deepEqual(Object.keys(tags).toSorted(), many);
    const path = `/user/${alice.userId}/account_data`;
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `${path}/org.example.note`, {});
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `${path}/org.example.nothing`);
    await alice.refused(405, 'M_BAD_JSON', 'PUT', `${path}/m.push_rules`, {});
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', `${path}/org.example.big`, { x: 'x'.repeat(70_000) });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `/user/${bob.userId}/rooms/${other}/account_data/x`, {});
  });
});
