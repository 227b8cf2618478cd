// Ignoring people (Client-Server API, "Ignoring Users"): what they send is not shown to those who ignore them.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Client, Json } from './client.ts';
import { Gateway } from './push-gateway.ts';

const gateway = new Gateway();
let origin: string;
let server: TestServer;
/** Who ignores, who is ignored, and somebody else. */
let reader: Client;
let ignored: Client;
let other: Client;
let roomId: string;

before(async () => {
  origin = await gateway.listen();
  server = await startMajlis({ args: ['--push-gateways', origin] });
});
after(async () => {
  await server.stop();
  await gateway.close();
});

beforeEach(async () => {
  reader = await register(server.url, 'reader');
  ignored = await register(server.url, 'ignored', 'Loud');
  other = await register(server.url, 'other');
  roomId = await other.createRoom({
    invite: [reader.userId, ignored.userId],
    power_level_content_override: { users: { [ignored.userId]: 50, [other.userId]: 100 } },
    room_version: '11',
  });
  await reader.join(roomId);
  await ignored.join(roomId);
});

const setList = (content: unknown): Promise<Json> =>
  reader.ok('PUT', `/user/${reader.userId}/account_data/m.ignored_user_list`, content);
const ignore = (...people: Client[]): Promise<Json> =>
  setList({ ignored_users: Object.fromEntries(people.map(({ userId }) => [userId, {}])) });
const bodies = (events: Json): string[] =>
  events.flatMap((event: Json) => (event.type === 'm.room.message' ? [event.content.body] : []));
const room = (path: string): string => `/rooms/${encodeURIComponent(roomId)}/${path}`;
const related = (path: string): string => `/_matrix/client/v1${room(path)}`;
const relation = (relType: string, parent: string, body: string): object => ({
  msgtype: 'm.text',
  body,
  'm.relates_to': { rel_type: relType, event_id: parent },
});
const timelineLimit = (limit: number): Record<string, string> => ({
  filter: JSON.stringify({ room: { timeline: { limit } } }),
});

describe('people who are ignored', () => {
  it('are not heard in sync, but their changes to the room are shown', async () => {
    await ignored.send(roomId, 'before');
    await ignore(ignored);
    await other.send(roomId, 'hello');
    const first = await reader.sync();
    assert.deepEqual(bodies(first.rooms.join[roomId].timeline.events), ['hello']);
    await ignored.send(roomId, 'loud');
    await ignored.setState(roomId, 'm.room.topic', { topic: 'Quiet' });
    await other.send(roomId, 'again');
    const { timeline } = (await reader.sync(first.next_batch)).rooms.join[roomId];
    assert.deepEqual(
      timeline.events.map((event: Json) => event.content.topic ?? event.content.body),
      ['Quiet', 'again'],
    );
    const member = timeline.events[0].sender;
    assert.equal(member, ignored.userId);
    const { events } = (await reader.sync(undefined, { full_state: true })).rooms.join[roomId].state;
    assert.ok(events.every((event: Json) => event.state_key !== undefined));
    const heard = await ignored.sync();
    assert.ok(bodies(heard.rooms.join[roomId].timeline.events).includes('loud'), 'others go on hearing them');
  });

  it('leave no holes: a timeline has as many events as were asked for, and leads on to the older ones', async () => {
    await ignore(ignored);
    for (const number of [1, 2, 3]) {
      await other.send(roomId, `kept ${number}`);
      for (let loud = 0; loud < 5; loud += 1) await ignored.send(roomId, 'loud');
    }
    const { timeline } = (await reader.sync(undefined, timelineLimit(2))).rooms.join[roomId];
    assert.deepEqual(bodies(timeline.events), ['kept 2', 'kept 3']);
    assert.equal(timeline.limited, true);
    const older = await reader.ok('GET', room('messages'), undefined, {
      query: { dir: 'b', from: timeline.prev_batch, limit: 1 },
    });
    assert.deepEqual(bodies(older.chunk), ['kept 1']);
    const sliding = await reader.slidingSync({
      lists: { rooms: { ranges: [[0, 9]], timeline_limit: 2, required_state: [] } },
    });
    assert.deepEqual(bodies(sliding.rooms[roomId].timeline), ['kept 2', 'kept 3']);
    assert.equal(sliding.rooms[roomId].limited, true);
    const before = await reader.ok('GET', room('messages'), undefined, {
      query: { dir: 'b', from: sliding.rooms[roomId].prev_batch, limit: 1 },
    });
    assert.deepEqual(bodies(before.chunk), ['kept 1']);
  });

  it('do not make pages empty where much of theirs stands between', async () => {
    await ignore(ignored);
    await other.send(roomId, 'old');
    for (let loud = 0; loud < 30; loud += 1) await ignored.send(roomId, 'loud');
    await other.send(roomId, 'new');
    const page = await reader.ok('GET', room('messages'), undefined, { query: { dir: 'b', limit: 2 } });
    assert.deepEqual(bodies(page.chunk), ['new', 'old']);
    const forward = await reader.ok('GET', room('messages'), undefined, {
      query: { dir: 'f', from: page.end, limit: 2 },
    });
    assert.deepEqual(bodies(forward.chunk), ['old', 'new']);
  });

  it('do not wake who waits', async () => {
    await ignore(ignored);
    const { next_batch: since } = await reader.sync();
    const sliding = { lists: { rooms: { ranges: [[0, 9]], timeline_limit: 5, required_state: [] } } };
    const { pos } = await reader.slidingSync(sliding);
    await ignored.send(roomId, 'loud');
    const quiet = await reader.sync(since);
    assert.equal(quiet.rooms, undefined);
    assert.deepEqual((await reader.slidingSync(sliding, { pos })).rooms, {});
    const waiting = reader.sync(quiet.next_batch, { timeout: 30_000 });
    await ignored.send(roomId, 'louder');
    await other.send(roomId, 'wake up');
    assert.deepEqual(bodies((await waiting).rooms.join[roomId].timeline.events), ['wake up']);
  });

  it('are not found, asked for or told of beside other events', async () => {
    const root = await other.send(roomId, 'root');
    const loud = await ignored.send(roomId, 'loud cake');
    const kept = await other.send(roomId, relation('m.thread', root, 'kept in the thread'));
    await ignored.send(roomId, relation('m.thread', root, 'loud in the thread'));
    await ignored.send(roomId, relation('m.reference', root, 'loud reference'));
    const reference = await other.send(roomId, relation('m.reference', root, 'kept reference'));
    const alone = await other.send(roomId, 'alone');
    await ignored.send(roomId, relation('m.thread', alone, 'loud and alone'));
    const last = await other.send(roomId, 'cake');
    await ignore(ignored);
    await reader.refused(404, 'M_NOT_FOUND', 'GET', room(`event/${loud}`));
    await reader.refused(404, 'M_NOT_FOUND', 'GET', room(`context/${loud}`));
    await ignored.send(roomId, 'the newest');
    const newest = await reader.ok('GET', related('timestamp_to_event'), undefined, {
      query: { ts: 9_999_999_999_999, dir: 'b' },
    });
    assert.equal(newest.event_id, last);
    const around = await reader.ok('GET', room(`context/${last}`), undefined, { query: { limit: 20 } });
    assert.deepEqual(
      around.events_before.filter((event: Json) => event.state_key === undefined).length,
      4,
      'root, thread, reference and alone',
    );
    const children = await reader.ok('GET', related(`relations/${root}`));
    assert.deepEqual(
      children.chunk.map((event: Json) => event.event_id),
      [reference, kept],
    );
    const relations = (await reader.ok('GET', room(`event/${root}`))).unsigned['m.relations'];
    assert.equal(relations['m.thread'].count, 1);
    assert.equal(relations['m.thread'].latest_event.event_id, kept);
    assert.deepEqual(relations['m.reference'].chunk, [{ event_id: reference }]);
    const lonely = await reader.ok('GET', room(`event/${alone}`));
    assert.equal(lonely.unsigned['m.relations'], undefined);
    assert.equal(
      (await other.ok('GET', room(`event/${root}`))).unsigned['m.relations']['m.thread'].count,
      2,
      'whoever does not ignore them sees all',
    );
    const found = await reader.ok('POST', '/search', {
      search_categories: { room_events: { search_term: 'cake', event_context: { before_limit: 20 } } },
    });
    const { results } = found.search_categories.room_events;
    assert.deepEqual(
      results.map((one: Json) => one.result.event_id),
      [last],
    );
    assert.ok(results[0].context.events_before.every((event: Json) => !event.content.body?.includes('loud')));
    await reader.ok('POST', room(`report/${loud}`), { reason: 'Ignored and reported' });
  });

  it('cannot invite: neither sync shows it, and a first sync does once they are heard again', async () => {
    await ignore(ignored);
    const { next_batch: since } = await reader.sync();
    const sliding = { lists: { rooms: { ranges: [[0, 9]], timeline_limit: 1, required_state: [] } } };
    const { pos } = await reader.slidingSync(sliding);
    const unwanted = await ignored.createRoom({ invite: [reader.userId] });
    const wanted = await other.createRoom({ invite: [reader.userId] });
    const told = await reader.sync(since);
    assert.deepEqual(Object.keys(told.rooms.invite), [wanted]);
    assert.deepEqual(Object.keys((await reader.sync()).rooms.invite), [wanted]);
    const answer = await reader.slidingSync(
      {
        ...sliding,
        room_subscriptions: { [unwanted]: { timeline_limit: 1, required_state: [] } },
      },
      { pos },
    );
    assert.deepEqual(Object.keys(answer.rooms), [wanted]);
    assert.equal(answer.lists.rooms.count, 2);
    const fresh = await reader.slidingSync({ ...sliding, conn_id: 'fresh' });
    assert.deepEqual(Object.keys(fresh.rooms).toSorted(), [roomId, wanted].toSorted());
    await ignore();
    assert.deepEqual(
      Object.keys((await reader.sync()).rooms.invite).toSorted(),
      [wanted, unwanted].toSorted(),
    );
  });

  it('are not counted and not told by push', async () => {
    await reader.ok('POST', '/pushers/set', {
      kind: 'http',
      app_id: 'org.example.app',
      pushkey: `key of ${reader.userId}`,
      app_display_name: 'Example',
      device_display_name: 'Phone',
      lang: 'ar',
      data: { url: `${origin}/_matrix/push/v1/notify` },
    });
    const counts = async (): Promise<Json> => (await reader.sync()).rooms.join[roomId].unread_notifications;
    const mention = { msgtype: 'm.text', body: 'you', 'm.mentions': { user_ids: [reader.userId] } };
    const heard = await ignored.send(roomId, mention);
    assert.equal((await gateway.next()).event_id, heard);
    assert.deepEqual(await counts(), { notification_count: 1, highlight_count: 1 });
    await ignore(ignored);
    assert.deepEqual(await counts(), { notification_count: 0, highlight_count: 0 });
    await ignored.send(roomId, mention);
    await ignored.createRoom({ invite: [reader.userId] });
    const kept = await other.send(roomId, 'kept');
    const notice = await gateway.next();
    assert.equal(notice.event_id, kept);
    assert.equal(notice.counts.unread, 1);
    assert.deepEqual(await counts(), { notification_count: 1, highlight_count: 0 });
    const { notifications } = await reader.ok('GET', '/notifications');
    assert.equal(notifications[0].event.event_id, kept);
    assert.ok(notifications.every((one: Json) => one.event.sender === other.userId));
  });

  it('are heard again from the moment they are taken off the list', async () => {
    await ignore(ignored);
    const first = await reader.sync();
    await ignored.send(roomId, 'missed');
    const second = await reader.sync(first.next_batch);
    assert.equal(second.rooms, undefined);
    await ignore();
    await ignored.send(roomId, 'heard');
    const third = await reader.sync(second.next_batch);
    assert.deepEqual(bodies(third.rooms.join[roomId].timeline.events), ['heard']);
    assert.deepEqual(third.account_data.events, [
      { type: 'm.ignored_user_list', content: { ignored_users: {} } },
    ]);
    const anew = (await reader.sync()).rooms.join[roomId].timeline.events;
    assert.deepEqual(bodies(anew), ['missed', 'heard']);
  });

  it('are nobody when the list cannot be read, and never oneself', async () => {
    await reader.send(roomId, 'mine');
    await ignored.send(roomId, 'theirs');
    const heard = async (): Promise<string[]> =>
      bodies((await reader.sync()).rooms.join[roomId].timeline.events);
    for (const content of [{}, { ignored_users: null }, { ignored_users: [ignored.userId] }]) {
      await setList({ ignored_users: { [ignored.userId]: {} } });
      assert.deepEqual(await heard(), ['mine']);
      await setList(content);
      assert.deepEqual(await heard(), ['mine', 'theirs']);
    }
    await ignore(reader);
    assert.deepEqual(await heard(), ['mine', 'theirs']);
  });
});
