// Closing an account with `erase`: who comes later sees that something was said, but neither what nor by what name.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Client, Json } from './client.ts';

const password = 'correct horse';
let server: TestServer;

before(async () => {
  server = await startMajlis();
});
after(() => server.stop());

async function close(client: Client, more: Json = {}): Promise<void> {
  const { body } = await client.call('POST', '/account/deactivate', more);
  await client.ok('POST', '/account/deactivate', {
    ...more,
    auth: { type: 'm.login.password', session: body.session, password },
  });
}

async function upload(client: Client, bytes: string): Promise<string> {
  const { content_uri: uri } = await client.ok('POST', '/_matrix/media/v3/upload', bytes, {
    headers: { 'content-type': 'text/plain' },
  });
  return uri.slice('mxc://'.length);
}

/** Everything that a client can read of a room, as text. */
async function everything(client: Client, roomId: string, eventIds: readonly string[]): Promise<string> {
  const room = `/rooms/${encodeURIComponent(roomId)}`;
  const lazy = JSON.stringify({ room: { timeline: { limit: 5 }, state: { lazy_load_members: true } } });
  const list = { ranges: [[0, 9]], timeline_limit: 20, required_state: [['*', '*']] };
  const answers = await Promise.all([
    client.ok('GET', `${room}/messages?dir=b&limit=100`),
    client.ok('GET', `${room}/messages?dir=f&limit=100&filter={"lazy_load_members":true}`),
    client.ok('GET', `${room}/state`),
    client.ok('GET', `${room}/members`),
    client.ok('GET', `${room}/joined_members`),
    client.ok('GET', `/_matrix/client/v1${room}/threads`),
    client.ok('GET', `/notifications`),
    client.sync(),
    client.sync(undefined, { filter: lazy }),
    client.slidingSync({ lists: { all: list }, extensions: { receipts: { enabled: true } } }),
    ...eventIds.flatMap((id) => [
      client.ok('GET', `${room}/event/${encodeURIComponent(id)}`),
      client.ok('GET', `${room}/context/${encodeURIComponent(id)}`),
      client.ok('GET', `/_matrix/client/v1${room}/relations/${encodeURIComponent(id)}`),
    ]),
  ]);
  return JSON.stringify(answers);
}

async function found(client: Client, words: string): Promise<number> {
  const body = { search_categories: { room_events: { search_term: words } } };
  return (await client.ok('POST', '/search', body)).search_categories.room_events.results.length;
}

describe('an erased account', () => {
  it('is emptied for those who come later and stays for those who were there', async () => {
    const names = ['bob', 'carol', 'dave', 'erin'];
    const [bob, carol, dave, erin] = (await Promise.all(
      names.map((name) => register(server.url, name, name)),
    )) as [Client, Client, Client, Client];
    const alice = await register(server.url, 'alice', 'Alice Loveliness');
    const picture = await upload(alice, 'a picture of me');
    await alice.ok('PUT', `/profile/${alice.userId}/avatar_url`, { avatar_url: `mxc://${picture}` });
    const roomId = await bob.createRoom({
      preset: 'public_chat',
      power_level_content_override: { users: { [alice.userId]: 50 } },
    });
    await alice.join(roomId);
    const said = await alice.send(roomId, 'first secretword');
    const edit = await alice.send(roomId, {
      msgtype: 'm.text',
      body: '* second secretword',
      'm.new_content': { msgtype: 'm.text', body: 'second secretword' },
      'm.relates_to': { rel_type: 'm.replace', event_id: said },
    });
    const root = await bob.send(roomId, 'root');
    const inThread = await alice.send(roomId, {
      msgtype: 'm.text',
      body: 'third secretword',
      'm.relates_to': { rel_type: 'm.thread', event_id: root },
    });
    await alice.setState(roomId, 'm.room.topic', { topic: 'What the room is about' });
    await alice.ok('POST', `/rooms/${roomId}/receipt/m.read/${root}`, {});
    await erin.join(roomId);
    await erin.ok('POST', `/rooms/${roomId}/leave`, {});
    const after = await alice.send(roomId, 'fourth secretword, when erin was gone');
    await carol.join(roomId);
    await close(alice, { erase: true });
    await dave.join(roomId);
    await erin.join(roomId);

    const ids = [said, edit, inThread, root];
    const traces = /secretword|Loveliness|a picture/;
    const late = await everything(dave, roomId, ids);
    assert.doesNotMatch(late, traces);
    assert.ok(!late.includes(picture), 'nor the address of the picture');
    assert.match(late, /What the room is about/, 'what describes the room stays');
    const shown = await dave.ok('GET', `/rooms/${roomId}/event/${encodeURIComponent(said)}`);
    assert.deepEqual([shown.sender, shown.content], [alice.userId, {}], 'that something was said stays');
    assert.doesNotMatch(JSON.stringify((await dave.sync()).rooms.join[roomId].ephemeral), /alice/);
    assert.equal(await found(dave, 'secretword'), 0);

    for (const early of [bob, carol]) {
      assert.match(await everything(early, roomId, ids), traces);
      assert.equal(await found(early, 'secretword'), 4);
    }
    const content = async (eventId: string): Promise<Json> =>
      (await erin.ok('GET', `/rooms/${roomId}/event/${encodeURIComponent(eventId)}`)).content;
    assert.match(JSON.stringify(await content(said)), traces, 'erin had seen this');
    assert.deepEqual(await content(after), {}, 'but was away for this');
  });

  it('leaves no media, keys, settings or devices', async () => {
    const bob = await register(server.url, 'bob');
    const alice = await register(server.url, 'alice', 'Alice');
    const paths = await Promise.all(['one', 'two', 'three'].map((text) => upload(alice, text)));
    const kept = await upload(bob, 'bob’s own');
    await alice.ok('PUT', `/user/${alice.userId}/account_data/org.example.note`, { text: 'mine' });
    await alice.ok('POST', `/user/${alice.userId}/filter`, { room: { timeline: { limit: 7 } } });
    await alice.ok('POST', '/room_keys/version', {
      algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
      auth_data: { public_key: 'abc', signatures: {} },
    });
    const roomId = await alice.createRoom();
    await alice.ok('PUT', `/user/${alice.userId}/rooms/${roomId}/tags/u.mine`, { order: 0.5 });
    await alice.send(roomId, 'hello');
    await alice.ok('POST', `/rooms/${roomId}/receipt/m.read/${await alice.send(roomId, 'x')}`, {});
    await alice.ok('PUT', `/rooms/${roomId}/send/m.room.message/later?org.matrix.msc4140.delay=3600000`, {
      msgtype: 'm.text',
      body: 'later',
    });
    await close(alice, { erase: true });
    for (const path of paths)
      await bob.refused(404, 'M_NOT_FOUND', 'GET', `/_matrix/client/v1/media/download/${path}`);
    assert.equal((await bob.call('GET', `/_matrix/client/v1/media/download/${kept}`)).status, 200);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `/profile/${alice.userId}`);

    const database = new pg.Client({ connectionString: server.databaseUrl });
    await database.connect();
    try {
      const tables = await database.query<{ name: string; key: string }>(
        `select c.table_name as name, c.column_name as key from information_schema.columns c
         where c.table_schema = 'public' and c.column_name in ('user_nid', 'signer_nid')
           and c.table_name not in ('accounts', 'memberships') order by 1, 2`,
      );
      const left: string[] = [];
      for (const { name, key } of tables.rows) {
        const { rowCount } = await database.query(
          `select 1 from ${name} where ${key} = (select user_nid from accounts where user_id = $1)`,
          [alice.userId],
        );
        // The change that tells others of the keys' end names nobody else and holds nothing.
        if (rowCount !== 0 && name !== 'device_list_changes') left.push(name);
      }
      assert.deepEqual(left, []);
    } finally {
      await database.end();
    }
  });

  it('keeps everything where erasure was not asked for', async () => {
    const alice = await register(server.url, 'alice', 'Alice');
    const bob = await register(server.url, 'bob');
    const roomId = await bob.createRoom({ preset: 'public_chat' });
    await alice.join(roomId);
    const said = await alice.send(roomId, 'goodbye');
    const path = await upload(alice, 'still here');
    await alice.refused(400, 'M_BAD_JSON', 'POST', '/account/deactivate', { erase: 'yes' });
    await close(alice, { erase: false });
    const dave = await register(server.url, 'dave');
    await dave.join(roomId);
    const event = await dave.ok('GET', `/rooms/${roomId}/event/${encodeURIComponent(said)}`);
    assert.equal(event.content.body, 'goodbye');
    assert.equal((await dave.call('GET', `/_matrix/client/v1/media/download/${path}`)).status, 200);
  });
});
