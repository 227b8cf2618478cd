// Sending, reading back, relations, receipts, typing, search, and who may see what.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { fresh, register, until } from './client.ts';
import type { Answer, Client, Json } from './client.ts';

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
const messages = (
  client: Client,
  roomId: string,
  query: Record<string, string | number> = {},
): Promise<Json> =>
  client.ok('GET', `/rooms/${roomId}/messages`, undefined, { query: { dir: 'b', limit: 50, ...query } });

async function shared(options: object = {}): Promise<string> {
  const roomId = await alice.createRoom({ invite: [bob.userId], ...options });
  await bob.join(roomId);
  return roomId;
}

describe('sending', () => {
  it('takes no transaction for another whose names hold blanks', async () => {
    const roomId = await shared();
    const one = await alice.ok('PUT', `/rooms/${roomId}/send/org.example.a%20b/c`, {});
    const other = await alice.ok('PUT', `/rooms/${roomId}/send/org.example.a/b%20c`, {});
    assert.notEqual(one.event_id, other.event_id);
  });

  it('answers a repeated transaction with the same event, by device and path', async () => {
    const roomId = await shared();
    const txn = fresh('txn');
    const first = await alice.send(roomId, 'once', 'm.room.message', txn);
    assert.equal(await alice.send(roomId, 'once', 'm.room.message', txn), first);
    const parallel = fresh('txn');
    const ids = await Promise.all(
      [1, 2, 3, 4].map(() => alice.send(roomId, 'together', 'm.room.message', parallel)),
    );
    assert.equal(new Set(ids).size, 1);
    const phone = await alice.secondDevice();
    assert.notEqual(await phone.send(roomId, 'once', 'm.room.message', txn), first);
    assert.notEqual(await alice.send(roomId, {}, 'org.example.other', txn), first);
    assert.deepEqual(bodies((await messages(bob, roomId)).chunk), ['once', 'together', 'once']);
    const own = await alice.ok('GET', `/rooms/${roomId}/event/${first}`);
    assert.equal(own.unsigned.transaction_id, txn);
    const theirs = await bob.ok('GET', `/rooms/${roomId}/event/${first}`);
    assert.equal(theirs.unsigned.transaction_id, undefined);
  });

  it('refuses outsiders, redactions by the wrong door, and what is too large', async () => {
    const roomId = await shared();
    const carol = await register(server.url, 'carol');
    const path = `/rooms/${roomId}/send`;
    await carol.refused(403, 'M_FORBIDDEN', 'PUT', `${path}/m.room.message/1`, { body: 'x' });
    await alice.refused(403, 'M_FORBIDDEN', 'PUT', `${path}/m.room.redaction/1`, { redacts: '$x' });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', `${path}/m.room.message/2`, { body: 'x'.repeat(66_000) });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', `${path}/${'t'.repeat(300)}/3`, { body: 'x' });
    await alice.refused(400, 'M_BAD_JSON', 'PUT', `${path}/m.room.message/4`, '{"n":1.5}');
    await alice.refused(404, 'M_NOT_FOUND', 'PUT', '/rooms/!nowhere/send/m.room.message/1', { body: 'x' });
  });

  it('empties what is redacted, by its sender or a moderator', async () => {
    const roomId = await shared();
    const mine = await bob.send(roomId, 'regret');
    const other = await alice.send(roomId, 'stays');
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `/rooms/${roomId}/redact/${other}/${fresh()}`, {});
    const txn = fresh();
    const { event_id: redaction } = await bob.ok('PUT', `/rooms/${roomId}/redact/${mine}/${txn}`, {
      reason: 'oops',
    });
    assert.equal(
      (await bob.ok('PUT', `/rooms/${roomId}/redact/${mine}/${txn}`, { reason: 'oops' })).event_id,
      redaction,
    );
    const event = await alice.ok('GET', `/rooms/${roomId}/event/${mine}`);
    assert.deepEqual(event.content, {});
    assert.equal(event.unsigned.redacted_because.event_id, redaction);
    assert.equal(event.unsigned.redacted_because.content.redacts, mine);
    await alice.ok('PUT', `/rooms/${roomId}/redact/${other}/${fresh()}`, {});
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `/rooms/${roomId}/redact/nonsense/1`, {});
  });
});

describe('reading back', () => {
  it('gives what others related to, by whom and how, as far as one may know of it', async () => {
    const carol = await register(server.url, 'carol');
    const roomId = await shared({ invite: [bob.userId, carol.userId] });
    await carol.join(roomId);
    const relate = (by: Client, to: string, relType: string, content: object = {}): Promise<string> =>
      by.send(
        roomId,
        {
          msgtype: 'm.text',
          body: 'related',
          ...content,
          'm.relates_to': { rel_type: relType, event_id: to },
        },
        'm.room.message',
      );
    const [one, two, three] = [
      await alice.send(roomId, 'sugared one'),
      await alice.send(roomId, 'sugared two'),
      await alice.send(roomId, 'sugared three'),
    ];
    await alice.send(roomId, 'sugared four');
    const reply = await relate(bob, one, 'm.thread');
    await relate(alice, two, 'm.reference');
    await relate(bob, three, 'm.reference');
    await relate(alice, three, 'm.thread');
    const thread = { related_by_rel_types: ['m.thread'] };
    const byBob = { related_by_senders: [bob.userId] };
    const page = async (client: Client, definition: object): Promise<string[]> =>
      bodies((await messages(client, roomId, { filter: JSON.stringify(definition) })).chunk);
    assert.deepEqual(await page(alice, thread), ['sugared three', 'sugared one']);
    assert.deepEqual(await page(alice, byBob), ['sugared three', 'sugared one']);
    assert.deepEqual(await page(alice, { ...thread, ...byBob }), ['sugared one'], 'one relation fits both');
    assert.deepEqual(await page(alice, { ...thread, related_by_senders: [] }), []);
    assert.deepEqual(await page(alice, { ...thread, senders: [bob.userId] }), []);

    const context = async (id: string): Promise<string[]> => {
      const filter = JSON.stringify({ related_by_rel_types: ['m.reference'] });
      const query = { limit: 40, filter };
      const around = await alice.ok('GET', `/rooms/${roomId}/context/${id}`, undefined, { query });
      return [...bodies(around.events_before), ...bodies(around.events_after)];
    };
    assert.deepEqual(await context(one), ['sugared two', 'sugared three']);

    const found = await alice.ok('POST', '/search', {
      search_categories: {
        room_events: { search_term: 'sugared', filter: { ...thread, rooms: [roomId] } },
      },
    });
    assert.deepEqual(
      found.search_categories.room_events.results.map(({ result }: Json) => result.content.body),
      ['sugared three', 'sugared one'],
    );

    const kept = { room: { rooms: [roomId], timeline: { ...thread, limit: 1 } } };
    for (let count = 0; count < 12; count += 1) await alice.send(roomId, { count }, 'org.example.filler');
    const synced = await alice.sync(undefined, { filter: JSON.stringify(kept) });
    assert.deepEqual(bodies(synced.rooms.join[roomId].timeline.events), ['sugared three'], 'reaching back');

    await carol.ok('PUT', `/user/${carol.userId}/account_data/m.ignored_user_list`, {
      ignored_users: { [bob.userId]: {} },
    });
    assert.deepEqual(await page(carol, thread), ['sugared three'], 'without those whom one ignores');
    await carol.ok('POST', `/rooms/${roomId}/leave`, {});
    await relate(alice, two, 'm.thread');
    assert.deepEqual(await page(alice, thread), ['sugared three', 'sugared two', 'sugared one']);
    assert.deepEqual(await page(carol, thread), ['sugared three'], 'and of what came later nothing');
    await bob.ok('PUT', `/rooms/${roomId}/redact/${reply}/${fresh()}`, {});
    assert.deepEqual(await page(alice, thread), ['sugared three', 'sugared two'], 'until it is redacted');
  });

  it('pages through everything once, both ways, with filters', async () => {
    const roomId = await shared();
    const sent: string[] = [];
    for (let number = 0; number < 25; number += 1) {
      sent.push(`m${number}`);
      await (number % 2 === 0 ? alice : bob).send(roomId, `m${number}`);
    }
    const walk = async (dir: string): Promise<string[]> => {
      const found: string[] = [];
      let from: string | undefined = '';
      while (from !== undefined) {
        const page: Json = await messages(bob, roomId, { dir, limit: 7, ...(from !== '' && { from }) });
        found.push(...bodies(page.chunk));
        from = page.end;
      }
      return found;
    };
    assert.deepEqual(await walk('b'), sent.toReversed());
    assert.deepEqual(await walk('f'), sent);
    const filter = JSON.stringify({
      senders: [bob.userId],
      types: ['m.room.message'],
      lazy_load_members: true,
    });
    const page = await messages(alice, roomId, { filter, limit: 3 });
    assert.deepEqual(bodies(page.chunk), ['m23', 'm21', 'm19']);
    assert.deepEqual(
      page.state.map((event: Json) => event.state_key),
      [bob.userId],
    );
    await alice.refused(400, 'M_MISSING_PARAM', 'GET', `/rooms/${roomId}/messages`);
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', `/rooms/${roomId}/messages?dir=b&from=x`);
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', `/rooms/${roomId}/messages?dir=b&limit=0`);
    await alice.refused(400, 'M_BAD_JSON', 'GET', `/rooms/${roomId}/messages?dir=b&filter=%7B`);

    const middle = (await messages(alice, roomId, { limit: 50 })).chunk.find(
      (event: Json) => event.content.body === 'm12',
    );
    const context = await alice.ok('GET', `/rooms/${roomId}/context/${middle.event_id}?limit=4`);
    assert.deepEqual(bodies(context.events_before), ['m11', 'm10']);
    assert.deepEqual(bodies(context.events_after), ['m13', 'm14']);
    assert.deepEqual(bodies((await messages(alice, roomId, { from: context.start, limit: 2 })).chunk), [
      'm9',
      'm8',
    ]);
    assert.deepEqual(
      bodies((await messages(alice, roomId, { dir: 'f', from: context.end, limit: 2 })).chunk),
      ['m15', 'm16'],
    );
    const near = await alice.ok('GET', `/_matrix/client/v1/rooms/${roomId}/timestamp_to_event`, undefined, {
      query: { ts: middle.origin_server_ts, dir: 'f' },
    });
    assert.ok(near.origin_server_ts >= middle.origin_server_ts);
    await alice.refused(
      404,
      'M_NOT_FOUND',
      'GET',
      `/_matrix/client/v1/rooms/${roomId}/timestamp_to_event?ts=0&dir=b`,
    );
  });

  it('gathers edits, threads, reactions and references', async () => {
    const roomId = await shared();
    const root = await alice.send(roomId, 'root');
    const relate = (relType: string, type: string, more: object = {}): Promise<string> =>
      bob.send(
        roomId,
        { 'm.relates_to': { rel_type: relType, event_id: root, ...more }, body: relType, msgtype: 'm.text' },
        type,
      );
    const reaction = await relate('m.annotation', 'm.reaction', { key: '👍' });
    const reply = await relate('m.thread', 'm.room.message');
    const reference = await relate('m.reference', 'm.room.message');
    const edit = await alice.send(roomId, {
      msgtype: 'm.text',
      body: '* better',
      'm.new_content': { msgtype: 'm.text', body: 'better' },
      'm.relates_to': { rel_type: 'm.replace', event_id: root },
    });
    await relate('m.replace', 'm.room.message');
    const relations = (await alice.ok('GET', `/rooms/${roomId}/event/${root}`)).unsigned['m.relations'];
    assert.equal(relations['m.replace'].event_id, edit, "another's edit does not count");
    assert.deepEqual(relations['m.reference'], { chunk: [{ event_id: reference }] });
    assert.equal(relations['m.thread'].count, 1);
    assert.equal(relations['m.thread'].latest_event.event_id, reply);
    assert.equal(relations['m.thread'].current_user_participated, true);
    const of = async (path: string): Promise<string[]> =>
      (await alice.ok('GET', `/_matrix/client/v1/rooms/${roomId}/relations/${root}${path}`)).chunk.map(
        (event: Json) => event.event_id,
      );
    assert.equal((await of('')).length, 5);
    assert.deepEqual(await of('/m.annotation'), [reaction]);
    assert.deepEqual(await of('/m.thread/m.room.message'), [reply]);
    assert.deepEqual(await of('/m.thread/m.sticker'), []);
    const relatesTo = (event_id: string, rel_type: string): object => ({
      'm.relates_to': { rel_type, event_id, key: '👍' },
    });
    const ofReply = await alice.send(roomId, relatesTo(reply, 'm.annotation'), 'm.reaction');
    const ofReaction = await bob.send(roomId, relatesTo(ofReply, 'm.reference'), 'org.example.note');
    await bob.send(roomId, relatesTo(ofReaction, 'm.reference'), 'org.example.too.far');
    assert.equal((await of('')).length, 5);
    assert.deepEqual((await of('?recurse=true')).slice(0, 2), [ofReaction, ofReply]);
    assert.equal((await of('?recurse=true')).length, 7);
    assert.deepEqual(await of('/m.annotation?recurse=true'), [ofReply, reaction]);
    const page = await alice.ok('GET', `/_matrix/client/v1/rooms/${roomId}/relations/${root}?limit=2`);
    const rest = await alice.ok('GET', `/_matrix/client/v1/rooms/${roomId}/relations/${root}`, undefined, {
      query: { from: page.next_batch },
    });
    assert.equal(rest.chunk.length, 3);
    const { chunk: threads } = await bob.ok('GET', `/_matrix/client/v1/rooms/${roomId}/threads`);
    assert.deepEqual(
      threads.map((event: Json) => event.event_id),
      [root],
    );
    await bob.ok('PUT', `/rooms/${roomId}/redact/${reply}/${fresh()}`, {});
    assert.equal((await bob.ok('GET', `/_matrix/client/v1/rooms/${roomId}/threads`)).chunk.length, 0);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `/_matrix/client/v1/rooms/${roomId}/relations/$nothing`);
  });

  it('finds words in what one may see', async () => {
    const roomId = await shared({ name: 'Kitchen' });
    const other = await alice.createRoom();
    await alice.send(roomId, 'مرحبا بالعالم');
    const salt = await bob.send(roomId, 'Pass the "salt", 100% pure');
    await alice.send(other, 'salt of the earth');
    await alice.send(roomId, { msgtype: 'm.text', body: 'nul \0 salt pure' });
    const search = async (client: Client, criteria: object): Promise<Json> =>
      (await client.ok('POST', '/search', { search_categories: { room_events: criteria } })).search_categories
        .room_events;
    const hits = (found: Json): string[] =>
      found.results.map((one: Json) => one.result.content.body ?? one.result.content.name);
    assert.deepEqual(hits(await search(bob, { search_term: 'العالم' })), ['مرحبا بالعالم']);
    assert.deepEqual(hits(await search(bob, { search_term: '"SALT" 100%' })), ['Pass the "salt", 100% pure']);
    assert.equal((await search(alice, { search_term: 'salt' })).results.length, 3);
    assert.deepEqual(hits(await search(bob, { search_term: 'kitchen', keys: ['content.name'] })), [
      'Kitchen',
    ]);
    assert.equal((await search(bob, { search_term: 'kitchen', keys: ['content.body'] })).count, 0);
    const page = await search(alice, { search_term: 'salt', filter: { limit: 1, rooms: [roomId] } });
    assert.equal(page.results.length, 1);
    const next = await alice.ok(
      'POST',
      '/search',
      { search_categories: { room_events: { search_term: 'salt', filter: { limit: 1, rooms: [roomId] } } } },
      { query: { next_batch: page.next_batch } },
    );
    assert.equal(next.search_categories.room_events.results[0].result.event_id, salt);
    const whole = await search(bob, {
      search_term: '100%',
      include_state: true,
      groupings: { group_by: [{ key: 'room_id' }] },
      event_context: { before_limit: 1, after_limit: 1, include_profile: true },
    });
    assert.deepEqual(bodies(whole.results[0].context.events_before), ['مرحبا بالعالم']);
    assert.equal(whole.results[0].context.profile_info[bob.userId].displayname, 'Bob');
    assert.deepEqual(whole.groups.room_id[roomId].results, [salt]);
    assert.ok(whole.state[roomId].length > 5);
    await bob.refused(400, 'M_MISSING_PARAM', 'POST', '/search', { search_categories: { room_events: {} } });
    await bob.refused(400, 'M_MISSING_PARAM', 'POST', '/search', {});
  });
});

describe('history', () => {
  for (const [visibility, seen] of [
    ['world_readable', { before: ['early', 'invited', 'late'], outsider: true }],
    ['shared', { before: ['early', 'invited', 'late'], outsider: false }],
    ['invited', { before: ['invited', 'late'], outsider: false }],
    ['joined', { before: ['late'], outsider: false }],
  ] as const) {
    it(`that is ${visibility} shows a new member what it should`, async () => {
      const carol = await register(server.url, 'carol');
      const roomId = await alice.createRoom({
        initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: visibility } }],
      });
      const early = await alice.send(roomId, 'early');
      const outsider = await carol.call('GET', `/rooms/${roomId}/messages?dir=b`);
      assert.equal(outsider.status, seen.outsider ? 200 : 403);
      await alice.ok('POST', `/rooms/${roomId}/invite`, { user_id: carol.userId });
      await alice.send(roomId, 'invited');
      await carol.join(roomId);
      await alice.send(roomId, 'late');
      const all = bodies((await messages(carol, roomId)).chunk).toReversed();
      assert.deepEqual(all, seen.before);
      const timeline = bodies((await carol.sync()).rooms.join[roomId].timeline.events);
      assert.deepEqual(timeline, seen.before);
      const single = await carol.call('GET', `/rooms/${roomId}/event/${early}`);
      assert.equal(single.status, visibility === 'invited' || visibility === 'joined' ? 404 : 200);
      await carol.ok('POST', `/rooms/${roomId}/leave`, {});
      const after = await alice.send(roomId, 'gone');
      const known = bodies((await messages(carol, roomId)).chunk).toReversed();
      assert.deepEqual(known, visibility === 'world_readable' ? [...seen.before, 'gone'] : seen.before);
      const hidden = await carol.call('GET', `/rooms/${roomId}/event/${after}`);
      assert.equal(hidden.status, visibility === 'world_readable' ? 200 : 404);
    });
  }
});

describe('receipts and typing', () => {
  it('count unread messages down, privately or not, and never back up', async () => {
    const roomId = await shared();
    const first = await alice.send(roomId, 'one');
    await alice.send(roomId, `hello ${bob.userId}`);
    const last = await alice.send(roomId, {
      msgtype: 'm.text',
      body: 'Bob!',
      'm.mentions': { user_ids: [bob.userId] },
    });
    const counts = async (): Promise<Json> => (await bob.sync()).rooms.join[roomId].unread_notifications;
    assert.deepEqual(await counts(), { notification_count: 3, highlight_count: 1 });
    await bob.ok('POST', `/rooms/${roomId}/receipt/m.read.private/${first}`, {});
    assert.deepEqual(await counts(), { notification_count: 2, highlight_count: 1 });
    const { next_batch: since } = await alice.sync();
    await bob.ok('POST', `/rooms/${roomId}/receipt/m.read/${last}`, {});
    assert.deepEqual(await counts(), { notification_count: 0, highlight_count: 0 });
    await bob.ok('POST', `/rooms/${roomId}/receipt/m.read/${first}`, {});
    assert.deepEqual(await counts(), { notification_count: 0, highlight_count: 0 });
    const { ephemeral } = (await alice.sync(since)).rooms.join[roomId];
    assert.ok(ephemeral.events[0].content[last]['m.read'][bob.userId].ts > 0);
    const all = JSON.stringify((await alice.sync()).rooms.join[roomId].ephemeral);
    assert.ok(!all.includes('m.read.private'), 'private receipts stay private');
    await bob.ok('POST', `/rooms/${roomId}/read_markers`, { 'm.fully_read': last, 'm.read': last });
    const marker = (await bob.sync()).rooms.join[roomId].account_data.events;
    assert.deepEqual(marker.find((event: Json) => event.type === 'm.fully_read').content, { event_id: last });
    await bob.refused(400, 'M_INVALID_PARAM', 'POST', `/rooms/${roomId}/receipt/m.seen/${last}`, {});
    await bob.refused(400, 'M_INVALID_PARAM', 'POST', `/rooms/${roomId}/receipt/m.read/nonsense`, {});
    const carol = await register(server.url, 'carol');
    await carol.refused(403, 'M_FORBIDDEN', 'POST', `/rooms/${roomId}/receipt/m.read/${last}`, {});
  });

  it('show who types while they type', async () => {
    const roomId = await shared();
    const { next_batch: since } = await alice.sync();
    const waiting = alice.sync(since, { timeout: 30_000 });
    await bob.ok('PUT', `/rooms/${roomId}/typing/${bob.userId}`, { typing: true, timeout: 200 });
    const started = await waiting;
    const typing = (answer: Json): string[] | undefined =>
      answer.rooms?.join?.[roomId]?.ephemeral.events.find((event: Json) => event.type === 'm.typing')?.content
        .user_ids;
    assert.deepEqual(typing(started), [bob.userId]);
    let { next_batch: next } = started;
    const stopped = await until(async () => {
      const answer = await alice.sync(next, { timeout: 30_000 });
      next = answer.next_batch;
      return typing(answer);
    }, 'the end of typing');
    assert.deepEqual(stopped, []);
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `/rooms/${roomId}/typing/${alice.userId}`, { typing: true });
    await bob.refused(400, 'M_MISSING_PARAM', 'PUT', `/rooms/${roomId}/typing/${bob.userId}`, {});
    await bob.ok('PUT', `/rooms/${roomId}/typing/${bob.userId}`, { typing: true, timeout: 60_000 });
    const { next_batch: later } = await alice.sync(next);
    await bob.ok('POST', `/rooms/${roomId}/leave`, {});
    assert.deepEqual(typing(await alice.sync(later)), [], 'who is gone types no more');
  });
});

describe('reactions', () => {
  it('say a thing once for each person, and again once it was taken back', async () => {
    const roomId = await shared();
    const target = await alice.send(roomId, 'well?');
    const react = (key: string, txnId: string, type = 'm.reaction'): Promise<Answer> =>
      bob.call('PUT', `/rooms/${roomId}/send/${type}/${txnId}`, {
        'm.relates_to': { rel_type: 'm.annotation', event_id: target, key },
      });
    const first = fresh();
    const { body: reaction } = await react('👍', first);
    assert.deepEqual((await react('👍', first)).body, reaction, 'the same request again');
    const again = await react('👍', fresh());
    assert.equal(`${again.status} ${again.body.errcode}`, '400 M_DUPLICATE_ANNOTATION');
    assert.equal((await react('👎', fresh())).status, 200);
    assert.equal((await react('👍', fresh(), 'org.example.other')).status, 200);
    await bob.ok('PUT', `/rooms/${roomId}/redact/${reaction.event_id}/${fresh()}`, {});
    assert.equal((await react('👍', fresh())).status, 200);
  });
});
