// What one account may keep: everything has an end, and reaching it is refused or, where nobody asked, forgotten.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import pg from 'pg';
import { Client, register } from './client.ts';
import type { Json } from './client.ts';

let server: TestServer;
let alice: Client;
let roomId: string;
let database: pg.Client;

before(async () => {
  server = await startMajlis();
  database = new pg.Client({ connectionString: server.databaseUrl });
  await database.connect();
  alice = await register(server.url, 'alice');
  roomId = await alice.createRoom();
});
after(async () => {
  await database.end();
  await server.stop();
});

/** Puts rows of Alice's in place until one more may come. `$1` is her number, `n` the number of the row. */
async function fill(into: string, values: string, count: number): Promise<void> {
  const { rows } = await database.query('select user_nid from accounts where user_id = $1', [alice.userId]);
  await database.query(`insert into ${into} select ${values} from generate_series(1, ${count}) n`, [
    rows[0].user_nid,
  ]);
}

const countOf = async (table: string): Promise<number> =>
  Number((await database.query(`select count(*) from ${table}`)).rows[0].count);

const full = (method: string, path: string, body: unknown): Promise<Json> =>
  alice.refused(400, 'M_TOO_LARGE', method, path, body);

describe("there is an end to an account's", () => {
  it('types of account data, in all and in each room; what is there can be changed', async () => {
    const mine = `/user/${alice.userId}/account_data`;
    const inRoom = `/user/${alice.userId}/rooms/${encodeURIComponent(roomId)}/account_data`;
    const columns = 'account_data (user_nid, room_nid, type, content, position)';
    await fill(columns, `$1::int, 0, 'x' || n, '{}', 1`, 999);
    await alice.ok('PUT', `${mine}/last`, { n: 1 });
    await full('PUT', `${mine}/more`, {});
    await alice.ok('PUT', `${mine}/last`, { n: 2 });
    assert.deepEqual(await alice.ok('GET', `${mine}/last`), { n: 2 });
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `${mine}/more`);
    const { rows } = await database.query('select room_nid from rooms where room_id = $1', [roomId]);
    await fill(columns, `$1::int, ${rows[0].room_nid}, 'x' || n, '{}', 1`, 99);
    await alice.ok('PUT', `${inRoom}/last`, {});
    await full('PUT', `${inRoom}/more`, {});
    await full('PUT', `/user/${alice.userId}/rooms/${encodeURIComponent(roomId)}/tags/u.work`, {});
  });

  it('filters, of which the same is kept once', async () => {
    const path = `/user/${alice.userId}/filter`;
    const { filter_id: id } = await alice.ok('POST', path, { room: { timeline: { limit: 1 } } });
    await fill('filters (user_nid, filter_id, definition)', `$1::int, 'f' || n, '{}'`, 999);
    await full('POST', path, { room: { timeline: { limit: 2 } } });
    assert.equal((await alice.ok('POST', path, { room: { timeline: { limit: 1 } } })).filter_id, id);
  });

  it('devices; those that are there sign in again', async () => {
    await fill('devices (user_nid, device_id, created_ts)', `$1::int, 'D' || n, 1`, 999);
    const signIn = (deviceId: string): Promise<Json> =>
      new Client(server.url).call('POST', '/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: alice.userId },
        password: 'correct horse',
        device_id: deviceId,
      });
    const refused = await signIn('NEW');
    assert.deepEqual([refused.status, refused.body.errcode], [400, 'M_TOO_LARGE']);
    assert.equal((await signIn('D7')).status, 200);
    await database.query(`delete from devices where device_id like 'D%' and device_id <> $1`, [
      alice.deviceId,
    ]);
    assert.equal((await signIn('NEW')).status, 200);
  });

  it('one-time and fallback keys of a device, which are taken whole or not at all', async () => {
    const keys = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`signed_curve25519:N${n}`, { key: 'k' }]));
    const columns = 'one_time_keys (user_nid, device_id, algorithm, key_id, key)';
    await fill(columns, `$1::int, '${alice.deviceId}', 'signed_curve25519', 'K' || n, '{}'`, 4_998);
    await full('POST', '/keys/upload', { one_time_keys: keys(3) });
    assert.equal(await countOf('one_time_keys'), 4_998);
    const { one_time_key_counts: counts } = await alice.ok('POST', '/keys/upload', {
      one_time_keys: keys(2),
    });
    assert.deepEqual(counts, { signed_curve25519: 5_000 });
    const fallback = (count: number): object => ({
      fallback_keys: Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}:K`, { key: 'k' }])),
    });
    await full('POST', '/keys/upload', fallback(21));
    await alice.ok('POST', '/keys/upload', fallback(20));
  });

  it('key backups and the sessions in one, and nothing of those that were deleted', async () => {
    const make = { algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: { public_key: 'x' } };
    const path = '/room_keys/version';
    const columns = 'key_backup_versions (user_nid, version, algorithm, auth_data)';
    await fill(columns, `$1::int, n, 'a', '{}'`, 49);
    const { version } = await alice.ok('POST', path, make);
    assert.equal(version, '50');
    await full('POST', path, make);
    await alice.ok('DELETE', `${path}/50`);
    await alice.ok('DELETE', `${path}/49`);
    assert.equal((await alice.ok('POST', path, make)).version, '51', 'a number is not given twice');
    assert.equal(await countOf('key_backup_versions where deleted'), 0);

    const session = (name: string): Promise<Json> =>
      alice.call('PUT', `/room_keys/keys/${encodeURIComponent(roomId)}/${name}?version=51`, {
        first_message_index: 0,
        forwarded_count: 0,
        is_verified: false,
        session_data: {},
      });
    // Half a million rows are quicker there without a look at what each refers to.
    await database.query('set session_replication_role = replica');
    await fill(
      'key_backup_sessions (user_nid, version, room_id, session_id, first_message_index, forwarded_count, is_verified, session_data)',
      `$1::int, 51, '!r:x', 's' || n, 0, 0, false, '{}'`,
      499_999,
    );
    await database.query('reset session_replication_role');
    assert.equal((await session('last')).status, 200);
    const more = await session('more');
    assert.deepEqual([more.status, more.body.errcode], [400, 'M_TOO_LARGE']);
  });

  it('read receipts, one for each thread that there is', async () => {
    const eventId = await alice.send(roomId, 'read');
    const path = `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`;
    await alice.ok('POST', path, { thread_id: '$made-up' });
    assert.equal(await countOf('receipts'), 0);
    await alice.ok('POST', path, { thread_id: eventId });
    await alice.ok('POST', path, { thread_id: 'main' });
    assert.equal(await countOf('receipts'), 2);
  });
});
