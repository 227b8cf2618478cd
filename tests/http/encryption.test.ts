// Keys, to-device messages, backups, cross-signing: the server's part of end-to-end encryption.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { canonicalJson } from '@majlis/protocol';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import pg from 'pg';
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

interface Pair {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

function newPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { publicKey: raw.toString('base64').replaceAll('=', ''), privateKey };
}

/** Adds a signature to an object, beside those it has. */
function signed(object: Json, userId: string, keyId: string, pair: Pair): Json {
  const { signatures = {}, unsigned: _left, ...rest } = object;
  const signature = sign(null, Buffer.from(canonicalJson(rest)), pair.privateKey)
    .toString('base64')
    .replaceAll('=', '');
  return {
    ...object,
    signatures: { ...signatures, [userId]: { ...signatures[userId], [`ed25519:${keyId}`]: signature } },
  };
}

const deviceKeys = (client: Client, pair: Pair): Json =>
  signed(
    {
      user_id: client.userId,
      device_id: client.deviceId,
      algorithms: ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'],
      keys: {
        [`curve25519:${client.deviceId}`]: 'c'.repeat(43),
        [`ed25519:${client.deviceId}`]: pair.publicKey,
      },
    },
    client.userId,
    client.deviceId,
    pair,
  );
const oneTimeKey = (name: string): object => ({ key: name, signatures: {} });
const claim = (by: Client, of: Client): Promise<Json> =>
  by.ok('POST', '/keys/claim', { one_time_keys: { [of.userId]: { [of.deviceId]: 'signed_curve25519' } } });

describe('device keys', () => {
  it('are published with names and signatures, and their changes are told', async () => {
    const carol = await register(server.url, 'carol');
    const roomId = await alice.createRoom({ invite: [carol.userId] });
    await carol.join(roomId);
    const { next_batch: since } = await alice.sync();
    const pair = newPair();
    const keys = deviceKeys(carol, pair);
    const { one_time_key_counts: counts } = await carol.ok('POST', '/keys/upload', { device_keys: keys });
    assert.deepEqual(counts, { signed_curve25519: 0 });
    await carol.ok('PUT', `/devices/${carol.deviceId}`, { display_name: 'Laptop' });
    const found = await alice.ok('POST', '/keys/query', {
      device_keys: { [carol.userId]: [], '@nobody:here': [] },
    });
    const { unsigned, ...published } = found.device_keys[carol.userId][carol.deviceId];
    assert.deepEqual(published, keys);
    assert.deepEqual(unsigned, { device_display_name: 'Laptop' });
    assert.deepEqual(found.device_keys['@nobody:here'], {});
    const news = await alice.sync(since);
    assert.deepEqual(news.device_lists.changed, [carol.userId]);
    const changes = await alice.ok('GET', '/keys/changes', undefined, {
      query: { from: since, to: news.next_batch },
    });
    assert.deepEqual(changes, { changed: [carol.userId], left: [] });
    await carol.ok('POST', '/logout');
    assert.deepEqual((await alice.sync(news.next_batch)).device_lists.changed, [carol.userId]);
    const gone = await alice.ok('POST', '/keys/query', { device_keys: { [carol.userId]: [] } });
    assert.deepEqual(gone.device_keys[carol.userId], {});
  });

  it('of a device that is just signing out are taken or refused, and are gone in the end', async () => {
    for (let round = 0; round < 20; round += 1) {
      const leaver = await register(server.url, 'leaver');
      const keys = { device_keys: deviceKeys(leaver, newPair()), one_time_keys: {} };
      const [upload, logout] = await Promise.all([
        leaver.call('POST', '/keys/upload', keys),
        leaver.call('POST', '/logout'),
      ]);
      assert.equal(logout.status, 200);
      assert.ok(upload.status === 200 || upload.body.errcode === 'M_UNKNOWN_TOKEN', JSON.stringify(upload));
      const gone = await alice.ok('POST', '/keys/query', { device_keys: { [leaver.userId]: [] } });
      assert.deepEqual(gone.device_keys[leaver.userId], {});
    }
  });

  it('are refused when they speak of somebody else or are malformed', async () => {
    const pair = newPair();
    const upload = (keys: unknown): Promise<Json> =>
      alice.refused(400, 'M_INVALID_PARAM', 'POST', '/keys/upload', { device_keys: keys });
    await upload({ ...deviceKeys(alice, pair), user_id: bob.userId });
    await upload({ ...deviceKeys(alice, pair), device_id: 'OTHER' });
    await alice.refused(400, 'M_BAD_JSON', 'POST', '/keys/upload', {
      device_keys: { ...deviceKeys(alice, pair), keys: [] },
    });
    await alice.refused(400, 'M_BAD_JSON', 'POST', '/keys/upload', {
      one_time_keys: { 'signed_curve25519:A': 7 },
    });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', '/keys/upload', { one_time_keys: { nocolon: {} } });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', '/keys/query', { device_keys: { nobody: [] } });
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', '/keys/query', {});
    await alice.refused(400, 'M_MISSING_PARAM', 'GET', '/keys/changes');
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', '/keys/changes?from=x&to=y');
  });
});

describe('one-time keys', () => {
  it('are handed out once each, also when many ask at once; then the fallback key', async () => {
    const dave = await register(server.url, 'dave');
    const names = Array.from({ length: 10 }, (_, number) => `k${number}`);
    const { one_time_key_counts: counts } = await dave.ok('POST', '/keys/upload', {
      one_time_keys: Object.fromEntries(names.map((name) => [`signed_curve25519:${name}`, oneTimeKey(name)])),
      fallback_keys: { 'signed_curve25519:last': { ...oneTimeKey('last'), fallback: true } },
    });
    assert.deepEqual(counts, { signed_curve25519: 10 });
    const { next_batch: since, device_unused_fallback_key_types: unused } = await dave.sync();
    assert.deepEqual(unused, ['signed_curve25519']);
    const claims = await Promise.all(
      Array.from({ length: 14 }, (_, number) => claim(number % 2 === 0 ? alice : bob, dave)),
    );
    const given = claims.map((one) => Object.keys(one.one_time_keys[dave.userId][dave.deviceId])[0]);
    const once = given.filter((name) => name !== 'signed_curve25519:last');
    assert.equal(new Set(once).size, 10);
    assert.equal(once.length, 10, 'no key twice');
    assert.equal(given.length - once.length, 4);
    const after = await dave.sync(since, { timeout: 30_000 });
    assert.equal(after.device_one_time_keys_count.signed_curve25519, 0);
    assert.deepEqual(after.device_unused_fallback_key_types, []);
    assert.deepEqual((await claim(alice, bob)).one_time_keys, {}, 'who has none');
  });

  it('keep their ids, and may be uploaded again unchanged', async () => {
    const erin = await register(server.url, 'erin');
    const key = { 'signed_curve25519:A': oneTimeKey('A') };
    await erin.ok('POST', '/keys/upload', { one_time_keys: key });
    await erin.ok('POST', '/keys/upload', { one_time_keys: key });
    await erin.refused(400, 'M_INVALID_PARAM', 'POST', '/keys/upload', {
      one_time_keys: { 'signed_curve25519:A': oneTimeKey('B') },
    });
    assert.deepEqual((await erin.sync()).device_one_time_keys_count, { signed_curve25519: 1 });
  });
});

describe('to-device messages', () => {
  it('arrive once, in order, at one device or all, and wait for absent ones', async () => {
    const phone = await bob.secondDevice();
    const { next_batch: since } = await bob.sync();
    const send = (type: string, txn: string, target: string, content: object): Promise<Json> =>
      alice.ok('PUT', `/sendToDevice/${type}/${txn}`, { messages: { [bob.userId]: { [target]: content } } });
    const txn = fresh();
    await send('org.example.a', txn, bob.deviceId, { n: 1 });
    await send('org.example.a', txn, bob.deviceId, { n: 1 });
    await send('org.example.a', fresh(), '*', { n: 2 });
    await send('org.example.a', fresh(), 'NOSUCH', { n: 3 });
    const events = (answer: Json): Json[] => answer.to_device?.events ?? [];
    const first = await bob.sync(since);
    assert.deepEqual(events(first), [
      { sender: alice.userId, type: 'org.example.a', content: { n: 1 } },
      { sender: alice.userId, type: 'org.example.a', content: { n: 2 } },
    ]);
    assert.equal(events(await bob.sync(since)).length, 2, 'again, for an answer that was lost');
    assert.deepEqual(events(await bob.sync(first.next_batch)), []);
    assert.deepEqual(events(await bob.sync(since)), [], 'acknowledged is gone');
    const late = await phone.sync();
    assert.deepEqual(
      events(late).map((event) => event.content),
      [{ n: 2 }],
    );
    await alice.refused(400, 'M_BAD_JSON', 'PUT', '/sendToDevice/t/x', { messages: { nobody: {} } });
    await alice.refused(400, 'M_MISSING_PARAM', 'PUT', '/sendToDevice/t/y', {});
  });

  it('to people who are made up are taken and leave nothing behind', async () => {
    const nobody = `@${fresh('nobody')}:${server.serverName}`;
    await alice.ok('PUT', `/sendToDevice/org.example.a/${fresh()}`, { messages: { [nobody]: { '*': {} } } });
    const claim = { one_time_keys: { [nobody]: { D: 'signed_curve25519' } } };
    assert.deepEqual((await alice.ok('POST', '/keys/claim', claim)).one_time_keys, {});
    await alice.ok('POST', '/keys/query', { device_keys: { [nobody]: [] } });
    const database = new pg.Client({ connectionString: server.databaseUrl });
    await database.connect();
    const { rows } = await database.query('select value from strings where value = $1', [nobody]);
    await database.end();
    assert.deepEqual(rows, []);
  });

  it('come in pages that lose and repeat nothing', async () => {
    const frank = await register(server.url, 'frank');
    for (let batch = 0; batch < 25; batch += 1) {
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          alice.ok('PUT', `/sendToDevice/org.example.n/${fresh()}`, {
            messages: { [frank.userId]: { '*': { n: batch * 10 + index } } },
          }),
        ),
      );
    }
    const seen: number[] = [];
    let since: string | undefined;
    for (;;) {
      const answer: Json = await frank.sync(since);
      since = answer.next_batch;
      const page = answer.to_device?.events ?? [];
      if (page.length === 0) break;
      seen.push(...page.map((event: Json) => event.content.n));
    }
    assert.equal(seen.length, 250);
    assert.equal(new Set(seen).size, 250);
  });
});

describe('cross-signing', () => {
  it('publishes keys, takes true signatures only, and needs the password to change', async () => {
    const grace = await register(server.url, 'grace');
    const [device, master, self, user] = [newPair(), newPair(), newPair(), newPair()];
    await grace.ok('POST', '/keys/upload', { device_keys: deviceKeys(grace, device) });
    const key = (usage: string, pair: Pair): Json => ({
      user_id: grace.userId,
      usage: [usage],
      keys: { [`ed25519:${pair.publicKey}`]: pair.publicKey },
    });
    const byMaster = (object: Json): Json => signed(object, grace.userId, master.publicKey, master);
    const keys = {
      master_key: key('master', master),
      self_signing_key: byMaster(key('self_signing', self)),
      user_signing_key: byMaster(key('user_signing', user)),
    };
    await grace.ok('POST', '/keys/device_signing/upload', keys);
    await grace.ok('POST', '/keys/device_signing/upload', keys);
    const query = (by: Client): Promise<Json> =>
      by.ok('POST', '/keys/query', { device_keys: { [grace.userId]: [] } });
    const seen = await query(alice);
    assert.deepEqual(Object.keys(seen.master_keys[grace.userId].keys), [`ed25519:${master.publicKey}`]);
    assert.equal(seen.user_signing_keys[grace.userId], undefined, 'only for its owner');
    assert.ok((await query(grace)).user_signing_keys[grace.userId]);

    const { unsigned: _name, ...own } = seen.device_keys[grace.userId][grace.deviceId];
    const good = signed(own, grace.userId, self.publicKey, self);
    const forged = signed(own, grace.userId, self.publicKey, newPair());
    const upload = (object: Json): Promise<Json> =>
      grace.ok('POST', '/keys/signatures/upload', { [grace.userId]: { [grace.deviceId]: object } });
    const { failures } = await upload(forged);
    assert.equal(failures[grace.userId][grace.deviceId].errcode, 'M_INVALID_SIGNATURE');
    assert.deepEqual((await upload(good)).failures, {});
    const after = (await query(alice)).device_keys[grace.userId][grace.deviceId].signatures[grace.userId];
    assert.deepEqual(
      Object.keys(after).toSorted(),
      [`ed25519:${grace.deviceId}`, `ed25519:${self.publicKey}`].toSorted(),
    );
    const odd = await grace.ok('POST', '/keys/signatures/upload', {
      [grace.userId]: { constructor: {}, __proto__: {}, x: 7 },
    });
    assert.equal(odd.failures[grace.userId].x.errcode, 'M_NOT_FOUND');

    const next = { master_key: key('master', newPair()) };
    const asked = await grace.call('POST', '/keys/device_signing/upload', next);
    assert.equal(asked.status, 401);
    await grace.ok('POST', '/keys/device_signing/upload', {
      ...next,
      auth: { type: 'm.login.password', session: asked.body.session, password: 'correct horse' },
    });
    await grace.refused(400, 'M_INVALID_PARAM', 'POST', '/keys/device_signing/upload', {
      master_key: { ...key('master', newPair()), user_id: bob.userId },
    });
    await grace.refused(400, 'M_BAD_JSON', 'POST', '/keys/device_signing/upload', {
      master_key: { ...key('master', newPair()), keys: {} },
    });
  });
});

describe('key backup', () => {
  it('keeps the better copy, by version, and deletes', async () => {
    const base = '/room_keys';
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `${base}/version`);
    const authData = { public_key: 'abc', signatures: {} };
    const { version } = await alice.ok('POST', `${base}/version`, {
      algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
      auth_data: authData,
    });
    const session = (index: number, more: object = {}): object => ({
      first_message_index: index,
      forwarded_count: 0,
      is_verified: false,
      session_data: { ciphertext: `c${index}` },
      ...more,
    });
    const query = { version };
    const one = `${base}/keys/!room:x/session1`;
    assert.equal((await alice.ok('PUT', one, session(5), { query })).count, 1);
    await alice.ok('PUT', one, session(9), { query });
    assert.equal(
      (await alice.ok('GET', one, undefined, { query })).first_message_index,
      5,
      'the earlier index wins',
    );
    await alice.ok('PUT', one, session(9, { is_verified: true }), { query });
    assert.equal((await alice.ok('GET', one, undefined, { query })).first_message_index, 9, 'verified wins');
    const put = await alice.ok(
      'PUT',
      `${base}/keys`,
      {
        rooms: { '!room:x': { sessions: { s2: session(0) } }, '!other:x': { sessions: { s3: session(1) } } },
      },
      { query },
    );
    assert.equal(put.count, 3);
    assert.deepEqual(
      Object.keys((await alice.ok('GET', `${base}/keys/!room:x`, undefined, { query })).sessions).toSorted(),
      ['s2', 'session1'],
    );
    assert.equal(Object.keys((await alice.ok('GET', `${base}/keys`, undefined, { query })).rooms).length, 2);
    const info = await alice.ok('GET', `${base}/version`);
    assert.deepEqual([info.count, info.version, info.auth_data], [3, version, authData]);
    assert.notEqual(info.etag, '0');
    await alice.ok('DELETE', one, undefined, { query });
    await alice.refused(404, 'M_NOT_FOUND', 'GET', one, undefined, { query });
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `${base}/keys`, undefined, { query });

    const { version: next } = await alice.ok('POST', `${base}/version`, {
      algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
      auth_data: {},
    });
    const wrong = await alice.refused(403, 'M_WRONG_ROOM_KEYS_VERSION', 'PUT', one, session(1), { query });
    assert.equal(wrong.current_version, next);
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `${base}/version/${next}`, {
      algorithm: 'm.y',
      auth_data: {},
    });
    await alice.ok('PUT', `${base}/version/${next}`, {
      algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
      auth_data: { a: 1 },
      version: next,
    });
    assert.deepEqual((await alice.ok('GET', `${base}/version/${next}`)).auth_data, { a: 1 });
    await alice.ok('DELETE', `${base}/version/${next}`);
    assert.equal((await alice.ok('GET', `${base}/version`)).version, version);
    await alice.refused(404, 'M_NOT_FOUND', 'DELETE', `${base}/version/${next}`);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `${base}/version/99999999999999`);
    await alice.refused(400, 'M_MISSING_PARAM', 'GET', `${base}/keys`);
    await alice.refused(400, 'M_BAD_JSON', 'PUT', one, session(-1), { query });
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `${base}/keys/noroom/s`, session(1), { query });
  });
});

describe('a dehydrated device', () => {
  it('waits for keys while the person is away', async () => {
    const path = '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device';
    const heidi = await register(server.url, 'heidi');
    await heidi.refused(404, 'M_NOT_FOUND', 'GET', path);
    const pair = newPair();
    const sleeper = Object.assign(Object.create(Object.getPrototypeOf(heidi)), heidi, {
      deviceId: 'SLEEPER',
    }) as Client;
    await heidi.ok('PUT', path, {
      device_id: 'SLEEPER',
      device_data: { algorithm: 'org.matrix.msc3814.v2', device_pickle: 'x' },
      device_keys: deviceKeys(sleeper, pair),
      one_time_keys: { 'signed_curve25519:A': oneTimeKey('A') },
    });
    assert.equal((await heidi.ok('GET', path)).device_id, 'SLEEPER');
    assert.ok(
      (await alice.ok('POST', '/keys/query', { device_keys: { [heidi.userId]: [] } })).device_keys[
        heidi.userId
      ].SLEEPER,
    );
    await heidi.refused(400, 'M_INVALID_PARAM', 'PUT', path, {
      device_id: 'SLEEPER',
      device_data: { algorithm: 'org.matrix.msc3814.v2', device_pickle: 'y' },
      device_keys: deviceKeys(sleeper, pair),
      one_time_keys: { 'signed_curve25519:A': oneTimeKey('B') },
    });
    await alice.ok('PUT', `/sendToDevice/org.example.key/${fresh()}`, {
      messages: { [heidi.userId]: { SLEEPER: { k: 1 } } },
    });
    const page = await heidi.ok('POST', `${path}/SLEEPER/events`, {});
    assert.deepEqual(
      page.events.map((event: Json) => event.content),
      [{ k: 1 }],
    );
    assert.deepEqual(
      (await heidi.ok('POST', `${path}/SLEEPER/events`, { next_batch: page.next_batch })).events,
      [],
    );
    await heidi.ok('DELETE', path);
    await heidi.refused(404, 'M_NOT_FOUND', 'GET', path);
  });
});

describe('names that JavaScript keeps for itself', () => {
  const name = '__proto__';

  async function signIn(userId: string): Promise<Client> {
    const odd = new Client(server.url);
    const identifier = { type: 'm.id.user', user: userId };
    const type = 'm.login.password';
    odd.take(
      await odd.ok('POST', '/login', { type, identifier, password: 'correct horse', device_id: name }),
    );
    return odd;
  }

  it('are names of devices like others', async () => {
    const ivan = await register(server.url, 'ivan');
    const odd = await signIn(ivan.userId);
    await odd.ok('POST', '/keys/upload', {
      device_keys: deviceKeys(odd, newPair()),
      one_time_keys: { 'signed_curve25519:A': oneTimeKey('A') },
    });
    const query = { device_keys: { [ivan.userId]: [] } };
    const { device_keys: published } = await alice.ok('POST', '/keys/query', query);
    assert.deepEqual(Object.keys(published[ivan.userId]), [name]);
    const asked = `{"one_time_keys":{"${ivan.userId}":{"${name}":"signed_curve25519"}}}`;
    const { one_time_keys: claimed } = await alice.ok('POST', '/keys/claim', asked);
    assert.deepEqual(Object.keys(claimed[ivan.userId]), [name]);
    const unknown = `{"${ivan.userId}":{"constructor":{},"${name}x":{}}}`;
    const { failures } = await ivan.ok('POST', '/keys/signatures/upload', unknown);
    assert.equal(failures[ivan.userId].constructor.errcode, 'M_NOT_FOUND');
  });

  it('are ids of sessions in a backup like others', async () => {
    const judy = await register(server.url, 'judy');
    const { version } = await judy.ok('POST', '/room_keys/version', {
      algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
      auth_data: { public_key: 'x', signatures: {} },
    });
    const session = { first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: { x: 1 } };
    await judy.ok('PUT', `/room_keys/keys/!r:x/${name}`, session, { query: { version } });
    const { rooms } = await judy.ok('GET', '/room_keys/keys', undefined, { query: { version } });
    assert.deepEqual(Object.keys(rooms['!r:x'].sessions), [name]);
  });
});
