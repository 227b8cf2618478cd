// Push rules, and telling sleeping devices through the gateways that the operator named.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Client, Json } from './client.ts';
import { Gateway } from './push-gateway.ts';

const gateway = new Gateway();
let origin: string;
let server: TestServer;
let alice: Client;
let bob: Client;

before(async () => {
  origin = await gateway.listen();
  server = await startMajlis({ args: ['--push-gateways', `${origin},https://push.example`] });
  alice = await register(server.url, 'alice', 'Alice');
  bob = await register(server.url, 'bob', 'Bob');
});
after(async () => {
  await server.stop();
  await gateway.close();
});

describe('push rules', () => {
  const rule = (kind: string, id: string, end = ''): string =>
    `/pushrules/global/${kind}/${encodeURIComponent(id)}${end}`;

  it('come with defaults that can be changed but not removed', async () => {
    const carol = await register(server.url, 'carol');
    const { global: rules } = await carol.ok('GET', '/pushrules/');
    assert.deepEqual(await carol.ok('GET', '/pushrules/global/'), rules);
    assert.equal(rules.override[0].rule_id, '.m.rule.master');
    await carol.ok('PUT', rule('override', '.m.rule.master', '/enabled'), { enabled: true });
    assert.deepEqual(await carol.ok('GET', rule('override', '.m.rule.master', '/enabled')), {
      enabled: true,
    });
    await carol.ok('PUT', rule('underride', '.m.rule.message', '/actions'), { actions: [] });
    assert.deepEqual(await carol.ok('GET', rule('underride', '.m.rule.message', '/actions')), {
      actions: [],
    });
    await carol.refused(400, 'M_INVALID_PARAM', 'DELETE', rule('override', '.m.rule.master'));
    await carol.refused(400, 'M_INVALID_PARAM', 'PUT', rule('override', '.mine'), { actions: [] });
  });

  it('are added, ordered, changed and removed, and sync tells other devices', async () => {
    const carol = await register(server.url, 'carol');
    const { next_batch: since } = await carol.sync();
    await carol.ok('PUT', rule('content', 'cake'), {
      pattern: 'cake*',
      actions: ['notify', { set_tweak: 'sound', value: 'default' }],
    });
    await carol.ok(
      'PUT',
      rule('content', 'pie'),
      { pattern: 'pie', actions: ['notify', 'dont_notify'] },
      { query: { after: 'cake' } },
    );
    await carol.ok(
      'PUT',
      rule('content', 'tart'),
      { pattern: 'tart', actions: [] },
      { query: { before: 'cake' } },
    );
    const ids = (rules: Json): string[] =>
      rules.content.filter((one: Json) => !one.default).map((one: Json) => one.rule_id);
    const { global: rules } = await carol.ok('GET', '/pushrules/');
    assert.deepEqual(ids(rules), ['tart', 'cake', 'pie']);
    assert.deepEqual(rules.content[2].actions, ['notify'], 'what means nothing any more is dropped');
    const told = (await carol.sync(since)).account_data.events.find(
      (event: Json) => event.type === 'm.push_rules',
    );
    assert.deepEqual(told.content.global, rules);
    await carol.ok('DELETE', rule('content', 'cake'));
    await carol.refused(404, 'M_NOT_FOUND', 'GET', rule('content', 'cake'));
    await carol.refused(404, 'M_NOT_FOUND', 'DELETE', rule('content', 'cake'));
    await carol.refused(
      404,
      'M_NOT_FOUND',
      'PUT',
      rule('content', 'x'),
      { pattern: 'x', actions: [] },
      { query: { before: 'nosuch' } },
    );
    await carol.refused(400, 'M_MISSING_PARAM', 'PUT', rule('content', 'x'), { actions: [] });
    await carol.refused(400, 'M_MISSING_PARAM', 'PUT', rule('room', '!a:b'), {});
    await carol.refused(400, 'M_BAD_JSON', 'PUT', rule('override', 'x'), { conditions: [{}], actions: [] });
    await carol.refused(400, 'M_BAD_JSON', 'PUT', rule('override', 'x'), { conditions: [], actions: [{}] });
    await carol.refused(400, 'M_INVALID_PARAM', 'PUT', rule('override', 'a/b'), { actions: [] });
    await carol.refused(400, 'M_INVALID_PARAM', 'GET', rule('colour', 'x'));
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => carol.ok('PUT', rule('sender', `@p${n}:x`), { actions: [] })),
    );
    assert.equal(
      (await carol.ok('GET', '/pushrules/global/')).sender.length,
      8,
      'none is lost when they come at once',
    );
  });

  it('decide what counts', async () => {
    const carol = await register(server.url, 'carol');
    const roomId = await alice.createRoom({ invite: [carol.userId] });
    await carol.join(roomId);
    const counts = async (): Promise<Json> => (await carol.sync()).rooms.join[roomId].unread_notifications;
    await alice.send(roomId, 'plain');
    assert.deepEqual(await counts(), { notification_count: 1, highlight_count: 0 });
    await carol.ok('PUT', rule('content', 'cake'), {
      pattern: 'cake',
      actions: ['notify', { set_tweak: 'highlight' }],
    });
    await alice.send(roomId, 'there is cake');
    assert.deepEqual(await counts(), { notification_count: 2, highlight_count: 1 });
    await carol.ok('PUT', rule('room', roomId), { actions: [] });
    await alice.send(roomId, 'muted');
    assert.equal((await counts()).notification_count, 1, 'but the words still count');
    const listed = await carol.ok('GET', '/notifications', undefined, { query: { limit: 10 } });
    const texts = listed.notifications.map((one: Json) => one.event.content.body);
    assert.ok(texts.includes('there is cake') && !texts.includes('muted'));
    const highlights = await carol.ok('GET', '/notifications?only=highlight&limit=1');
    assert.equal(highlights.notifications[0].event.content.body, 'there is cake');
    assert.equal(highlights.notifications[0].read, false);
    await carol.refused(400, 'M_INVALID_PARAM', 'GET', '/notifications?only=nonsense');
  });

  it('count the newest of very many messages', async () => {
    const carol = await register(server.url, 'carol');
    const roomId = await alice.createRoom({ invite: [carol.userId] });
    await carol.join(roomId);
    for (let batch = 0; batch < 6; batch += 1) {
      await Promise.all(Array.from({ length: 200 }, () => alice.send(roomId, 'plain')));
    }
    await alice.send(roomId, { msgtype: 'm.text', body: 'you', 'm.mentions': { user_ids: [carol.userId] } });
    const { rooms } = await carol.sync();
    assert.deepEqual(rooms.join[roomId].unread_notifications, {
      notification_count: 1_000,
      highlight_count: 1,
    });
  });
});

describe('pushers', () => {
  const pusher = (more: Json = {}, data: Json = {}): Json => ({
    kind: 'http',
    app_id: 'org.example.app',
    pushkey: 'key-1',
    app_display_name: 'Example',
    device_display_name: 'Phone',
    lang: 'ar',
    data: { url: `${origin}/_matrix/push/v1/notify`, custom: 'kept', ...data },
    ...more,
  });

  it('are refused for gateways that nobody named', async () => {
    for (const url of [
      'https://evil.example/_matrix/push/v1/notify',
      `${origin}/elsewhere`,
      `${origin.replace('http://', 'http://user@')}/_matrix/push/v1/notify`,
      'file:///etc/passwd',
      'nonsense',
      'https://push.example.evil.example/_matrix/push/v1/notify',
    ]) {
      await bob.refused(400, 'M_INVALID_PARAM', 'POST', '/pushers/set', pusher({}, { url }));
    }
    await bob.refused(400, 'M_INVALID_PARAM', 'POST', '/pushers/set', pusher({ kind: 'email' }));
    await bob.refused(400, 'M_MISSING_PARAM', 'POST', '/pushers/set', { ...pusher(), lang: undefined });
    await bob.refused(400, 'M_MISSING_PARAM', 'POST', '/pushers/set', { app_id: 'x', pushkey: 'y' });
    assert.deepEqual(await bob.ok('GET', '/pushers'), { pushers: [] });
    await bob.ok('POST', '/pushers/set', pusher({}, { url: 'https://push.example/_matrix/push/v1/notify' }));
    await bob.ok('POST', '/pushers/set', pusher({ kind: null }));
  });

  it('tell a device of messages, in order, again after a failure, and of what was read', async () => {
    const roomId = await alice.createRoom({ name: 'Push', invite: [bob.userId] });
    await bob.join(roomId);
    await bob.ok('POST', '/pushers/set', pusher());
    const [kept] = (await bob.ok('GET', '/pushers')).pushers;
    assert.equal(kept.data.custom, 'kept');
    gateway.answers.push(503);
    const first = await alice.send(roomId, 'one');
    const second = await alice.send(roomId, 'two');
    assert.equal((await gateway.next()).event_id, first);
    const notice = await gateway.next();
    assert.equal(notice.event_id, first, 'again, because the gateway was away');
    assert.deepEqual(
      [
        notice.room_id,
        notice.room_name,
        notice.sender,
        notice.sender_display_name,
        notice.type,
        notice.content.body,
      ],
      [roomId, 'Push', alice.userId, 'Alice', 'm.room.message', 'one'],
    );
    assert.equal(notice.devices[0].pushkey, 'key-1');
    assert.deepEqual(notice.devices[0].data, { custom: 'kept' });
    assert.equal((await gateway.next()).event_id, second);
    await bob.send(roomId, 'own messages do not push');
    await bob.ok('POST', `/rooms/${roomId}/receipt/m.read/${second}`, {});
    const badge = await gateway.next();
    assert.deepEqual([badge.event_id, badge.counts.unread], [undefined, 0]);
  });

  it('tell only ids where that is asked, and end with a rejection, a new owner or the device', async () => {
    await bob.ok('POST', '/pushers/set', pusher({ kind: null }));
    const roomId = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(roomId);
    await bob.ok('POST', '/pushers/set', pusher({}, { format: 'event_id_only' }));
    gateway.answers.push(['key-1']);
    const eventId = await alice.send(roomId, 'secret');
    const notice = await gateway.next();
    assert.deepEqual([notice.event_id, notice.content, notice.sender], [eventId, undefined, undefined]);
    let { pushers } = await bob.ok('GET', '/pushers');
    while (pushers.length > 0) ({ pushers } = await bob.ok('GET', '/pushers'));

    await bob.ok('POST', '/pushers/set', pusher());
    await alice.ok('POST', '/pushers/set', pusher());
    assert.deepEqual((await bob.ok('GET', '/pushers')).pushers, [], 'one key, one owner');
    await bob.ok('POST', '/pushers/set', pusher({ append: true }));
    assert.equal((await alice.ok('GET', '/pushers')).pushers.length, 1);

    const phone = await bob.secondDevice();
    await phone.ok('POST', '/pushers/set', pusher({ pushkey: 'key-2' }));
    assert.equal((await bob.ok('GET', '/pushers')).pushers.length, 2);
    await phone.ok('POST', '/logout');
    assert.equal((await bob.ok('GET', '/pushers')).pushers.length, 1);
  });
});
