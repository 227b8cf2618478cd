// What those learn of a room who are not in it: never were, no longer are, or are only asked in.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Client, Json } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;
let roomId: string;
let path: string;

before(async () => {
  server = await startMajlis();
});
after(() => server.stop());

beforeEach(async () => {
  [alice, bob] = await Promise.all([register(server.url, 'alice'), register(server.url, 'bob')]);
});

async function room(options: object): Promise<void> {
  roomId = await alice.createRoom(options);
  path = `/rooms/${encodeURIComponent(roomId)}`;
}

const everything = {
  lists: { all: { ranges: [[0, 20]], timeline_limit: 20, required_state: [['*', '*']] } },
  extensions: { receipts: { enabled: true }, typing: { enabled: true }, account_data: { enabled: true } },
};

const readings = [
  '/state',
  '/state/m.room.topic',
  '/members',
  '/joined_members',
  '/aliases',
  '/messages?dir=b',
];

async function readsNothing(): Promise<void> {
  for (const reading of readings) await bob.refused(403, 'M_FORBIDDEN', 'GET', path + reading);
  const { rooms } = await bob.slidingSync(everything);
  assert.ok(!JSON.stringify(rooms[roomId] ?? {}).includes('secret'));
}

describe('somebody who was asked in and never came', () => {
  it('reads nothing once they declined or were turned away', async () => {
    await room({ name: 'open', topic: 'secret', invite: [bob.userId] });
    await bob.ok('POST', `${path}/leave`, {});
    await readsNothing();
    await alice.ok('POST', `${path}/ban`, { user_id: bob.userId });
    await alice.setState(roomId, 'm.room.name', { name: 'secret' });
    await readsNothing();
  });

  it('sees nobody read before they come', async () => {
    await room({ invite: [bob.userId] });
    const { pos } = await bob.slidingSync(everything);
    const eventId = await alice.send(roomId, 'not for bob yet');
    await alice.ok('POST', `${path}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    const { extensions } = await bob.slidingSync(everything, { pos });
    assert.deepEqual(extensions.receipts, {});
  });

  it('is not asked in against their will by a state event either', async () => {
    await room({});
    const settings = `/user/${bob.userId}/account_data/m.invite_permission_config`;
    await bob.ok('PUT', settings, { default_action: 'block' });
    const member = `${path}/state/m.room.member`;
    const invite = { membership: 'invite' };
    await alice.refused(403, 'M_INVITE_BLOCKED', 'PUT', `${member}/${bob.userId}`, invite);
    await alice.refused(404, 'M_NOT_FOUND', 'PUT', `${member}/@nobody:${server.serverName}`, invite);
    await bob.ok('PUT', settings, {});
    await alice.ok('PUT', `${member}/${bob.userId}`, invite);
  });
});

describe('somebody who was in', () => {
  const send = (content: object): Promise<string> => alice.send(roomId, { msgtype: 'm.text', ...content });

  async function seesOf(eventId: string): Promise<Json> {
    return bob.ok('GET', `${path}/event/${encodeURIComponent(eventId)}`);
  }

  it('reads what was there when they left, and nothing of what came after, put out again or not', async () => {
    await room({ preset: 'public_chat', name: 'before', room_alias_name: `a${process.pid}` });
    await bob.join(roomId);
    const edited = await send({ body: 'as it was' });
    const thread = await send({ body: 'root' });
    const inThread = { rel_type: 'm.thread', event_id: thread };
    await send({ body: 'first', 'm.relates_to': inThread });
    await bob.ok('POST', `${path}/leave`, {});
    const edit = {
      'm.new_content': { body: 'secret' },
      'm.relates_to': { rel_type: 'm.replace', event_id: edited },
    };
    await send({ body: '* secret', ...edit });
    await send({ body: 'secret', 'm.relates_to': inThread });
    await alice.setState(roomId, 'm.room.topic', { topic: 'secret' });
    await alice.setState(roomId, 'm.room.name', { name: 'secret' });
    for (const membership of ['leave', 'ban']) {
      if (membership === 'ban') await alice.ok('POST', `${path}/ban`, { user_id: bob.userId });
      assert.deepEqual(await bob.ok('GET', `${path}/state/m.room.name`), { name: 'before' });
      await bob.refused(404, 'M_NOT_FOUND', 'GET', `${path}/state/m.room.topic`);
      await bob.refused(403, 'M_FORBIDDEN', 'GET', `${path}/joined_members`);
      await bob.refused(403, 'M_FORBIDDEN', 'GET', `${path}/aliases`);
      assert.equal((await seesOf(edited)).unsigned['m.relations'], undefined);
      const { 'm.thread': seen } = (await seesOf(thread)).unsigned['m.relations'];
      assert.deepEqual([seen.count, seen.latest_event.content.body], [1, 'first']);
      const { chunk } = await bob.ok('GET', `${path}/messages?dir=b&limit=50`);
      assert.ok(!JSON.stringify(chunk).includes('secret'));
    }
  });

  it('is told by sliding sync of a removal, and from then on neither names nor members nor who reads', async () => {
    await room({ preset: 'public_chat', name: 'before' });
    await bob.join(roomId);
    await alice.ok('POST', `${path}/ban`, { user_id: bob.userId });
    const { pos, rooms } = await bob.slidingSync(everything);
    assert.equal(rooms[roomId].name, 'before');
    await alice.setState(roomId, 'm.room.name', { name: 'secret' });
    const eventId = await alice.send(roomId, 'secret');
    await alice.ok('POST', `${path}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    const later = await bob.slidingSync(everything, { pos });
    const anew = await bob.slidingSync(everything);
    assert.deepEqual([later.extensions.receipts, anew.extensions.receipts], [{}, {}]);
    assert.equal(anew.rooms[roomId].name, 'before');
    assert.equal(anew.rooms[roomId].joined_count, undefined);
    assert.ok(!JSON.stringify([later, anew]).includes('secret'));
  });

  it('reads nothing any more of a room that they forgot', async () => {
    await room({ preset: 'public_chat' });
    await bob.join(roomId);
    const eventId = await alice.send(roomId, 'seen');
    await bob.ok('POST', `${path}/leave`, {});
    await seesOf(eventId);
    await bob.ok('POST', `${path}/forget`, {});
    await bob.refused(403, 'M_FORBIDDEN', 'GET', `${path}/event/${encodeURIComponent(eventId)}`);
    await readsNothing();
  });
});
