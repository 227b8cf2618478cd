// Signing up, in and out; interactive authentication; closing and shutting accounts; proofs for others.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import pg from 'pg';
import { Client, fresh, register } from './client.ts';

let server: TestServer;

before(async () => {
  server = await startMajlis();
});
after(() => server.stop());

const password = 'correct horse';
const dummy = { auth: { type: 'm.login.dummy' } };

/** Runs one statement behind the server's back. */
async function sql(databaseUrl: string, text: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(text, values);
  } finally {
    await client.end();
  }
}

async function login(client: Client, secret: string): Promise<Client> {
  const other = new Client(server.url);
  other.take(
    await other.ok('POST', '/login', {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: client.userId },
      password: secret,
    }),
  );
  return other;
}

describe('signing up', () => {
  it('begins with flows, wants a good name and password, and takes a name once', async () => {
    const anyone = new Client(server.url);
    const asked = await anyone.call('POST', '/register', {});
    assert.equal(asked.status, 401);
    assert.deepEqual(asked.body.flows[0], { stages: ['m.login.dummy'] });
    // mautrix takes a question with an error code in it as a refusal.
    assert.deepEqual(Object.keys(asked.body).toSorted(), ['completed', 'flows', 'params', 'session']);
    const username = fresh('eve');
    assert.deepEqual(await anyone.ok('GET', '/register/available', undefined, { query: { username } }), {
      available: true,
    });
    await anyone.refused(400, 'M_WEAK_PASSWORD', 'POST', '/register', {
      username,
      password: 'short',
      ...dummy,
    });
    await anyone.refused(400, 'M_INVALID_USERNAME', 'POST', '/register', {
      username: 'a b',
      password,
      ...dummy,
    });
    await anyone.refused(400, 'M_MISSING_PARAM', 'POST', '/register', { username, ...dummy });
    const session = await anyone.ok('POST', '/register', {
      username: username.toUpperCase(),
      password,
      device_id: 'PHONE',
      ...dummy,
    });
    assert.equal(session.user_id, `@${username}:${server.serverName}`);
    assert.equal(session.device_id, 'PHONE');
    await anyone.refused(400, 'M_USER_IN_USE', 'POST', '/register', { username, password, ...dummy });
    await anyone.refused(400, 'M_USER_IN_USE', 'GET', `/register/available?username=${username}`);
    await anyone.refused(400, 'M_INVALID_USERNAME', 'GET', '/register/available?username=a%20b');
    const silent = await anyone.ok('POST', '/register', {
      username: fresh('quiet'),
      password,
      inhibit_login: true,
      ...dummy,
    });
    assert.equal(silent.access_token, undefined);
    await anyone.refused(403, 'M_GUEST_ACCESS_FORBIDDEN', 'POST', '/register?kind=guest', {});
  });

  it('gives one name to one of many who ask at once', async () => {
    const username = fresh('race');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        new Client(server.url).call('POST', '/register', { username, password, ...dummy }),
      ),
    );
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  });

  it('is closed without a token, and a token counts as often as it says', async () => {
    const closed = await startMajlis({ profile: 'none' });
    try {
      const anyone = new Client(closed.url);
      // The server made a token for the first account; this one is ours.
      await sql(
        closed.databaseUrl,
        'insert into registration_tokens (token_hash, makes_admin, uses_left) values ($1, true, 1)',
        [createHash('sha256').update('let-me-in').digest()],
      );
      const valid = async (token: string): Promise<boolean> =>
        (
          await anyone.ok(
            'GET',
            '/_matrix/client/v1/register/m.login.registration_token/validity',
            undefined,
            { query: { token } },
          )
        ).valid;
      assert.equal(await valid('let-me-in'), true);
      assert.equal(await valid('nonsense'), false);
      const withToken = (token: string): object => ({
        username: fresh('owner'),
        password,
        auth: { type: 'm.login.registration_token', token },
      });
      const wrong = await anyone.call('POST', '/register', withToken('nonsense'));
      assert.equal(`${wrong.status} ${wrong.body.errcode}`, '401 M_FORBIDDEN');
      const none = await anyone.call('POST', '/register', { username: fresh('x'), password, ...dummy });
      assert.equal(none.status, 401);
      const race = await Promise.all(
        [1, 2, 3].map(() => anyone.call('POST', '/register', withToken('let-me-in'))),
      );
      const made = race.filter((answer) => answer.status === 200);
      assert.equal(made.length, 1, 'one use, one account');
      assert.ok(
        race.every((answer) => answer.status === 200 || answer.status === 403 || answer.status === 401),
      );
      assert.equal(await valid('let-me-in'), false);
      const admin = new Client(closed.url);
      admin.take(made[0]?.body);
      const { capabilities } = await admin.ok('GET', '/capabilities');
      assert.deepEqual(capabilities['m.account_moderation'], { lock: true, suspend: true });
    } finally {
      await closed.stop();
    }
  });
});

describe('signing in and out', () => {
  it('takes passwords by id and by old members, and tells nobody who exists', async () => {
    const alice = await register(server.url, 'alice');
    const anyone = new Client(server.url);
    const { flows } = await anyone.ok('GET', '/login');
    assert.ok(flows.some((flow: { type: string }) => flow.type === 'm.login.password'));
    const local = alice.userId.slice(1).split(':')[0];
    const old = await anyone.ok('POST', '/login', { type: 'm.login.password', user: local, password });
    assert.equal(old.user_id, alice.userId);
    assert.equal(old.well_known['m.homeserver'].base_url, server.url);
    const identifier = (user: string): object => ({ type: 'm.id.user', user });
    const wrong = await anyone.call('POST', '/login', {
      type: 'm.login.password',
      identifier: identifier(alice.userId),
      password: 'x',
    });
    const nobody = await anyone.call('POST', '/login', {
      type: 'm.login.password',
      identifier: identifier('@no:body'),
      password: 'x',
    });
    assert.deepEqual([wrong.status, wrong.body], [nobody.status, nobody.body]);
    await anyone.refused(400, 'M_UNKNOWN', 'POST', '/login', { type: 'm.login.magic' });
    await anyone.refused(400, 'M_MISSING_PARAM', 'POST', '/login', {});
    await anyone.refused(400, 'M_BAD_JSON', 'POST', '/login', { type: 'm.login.password', password });
  });

  it('refuses wrong tokens everywhere, and ends sessions for good', async () => {
    const alice = await register(server.url, 'alice');
    const phone = await alice.secondDevice();
    for (const [method, path] of [
      ['GET', '/sync'],
      ['GET', '/account/whoami'],
      ['POST', '/createRoom'],
      ['POST', '/_matrix/media/v3/upload'],
    ] as const) {
      const body = method === 'POST' ? {} : undefined;
      await new Client(server.url).refused(401, 'M_MISSING_TOKEN', method, path, body);
      for (const token of ['nonsense', 'maj_', 'x'.repeat(1_000), '%00']) {
        await new Client(server.url, token).refused(401, 'M_UNKNOWN_TOKEN', method, path, body);
      }
    }
    await phone.ok('POST', '/logout');
    await phone.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
    assert.deepEqual(await alice.ok('GET', '/account/whoami'), {
      user_id: alice.userId,
      device_id: alice.deviceId,
      is_guest: false,
    });
    await alice.ok('POST', '/logout/all');
    await alice.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
  });

  it('changes nothing when it refuses what was asked', async () => {
    const anyone = new Client(server.url);
    const username = fresh('none');
    for (const wrong of [
      { device_id: 'x'.repeat(256) },
      { device_id: 'a\0b' },
      { initial_device_display_name: 7 },
      { inhibit_login: 'yes' },
      { refresh_token: 1 },
    ]) {
      const answer = await anyone.call('POST', '/register', { username, password, ...wrong, ...dummy });
      assert.equal(answer.status, 400, JSON.stringify(wrong));
      assert.equal((await anyone.call('GET', `/register/available?username=${username}`)).status, 200);
    }
    const alice = await register(server.url, 'alice');
    const asked = {
      new_password: 'another horse',
      auth: { type: 'm.login.password', identifier: { type: 'm.id.user', user: alice.userId }, password },
    };
    await alice.refused(400, 'M_BAD_JSON', 'POST', '/account/password', { ...asked, logout_devices: 'yes' });
    await login(alice, password);
    const confirmed = { auth: asked.auth };
    const { login_token: token } = await alice.ok('POST', '/_matrix/client/v1/login/get_token', confirmed);
    const byToken = { type: 'm.login.token', token };
    await anyone.refused(400, 'M_INVALID_PARAM', 'POST', '/login', {
      ...byToken,
      device_id: 'x'.repeat(256),
    });
    await anyone.ok('POST', '/login', byToken);
  });

  it('gives a device that signs in again new tokens in place of the old, also while the old are used', async () => {
    const alice = await register(server.url, 'alice');
    const again = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: alice.userId },
      password,
      device_id: 'PHONE',
    };
    for (let round = 0; round < 5; round += 1) {
      const old = new Client(server.url);
      old.take(await old.ok('POST', '/login', again));
      const over = new AbortController();
      const using = Array.from({ length: 8 }, async () => {
        while (!over.signal.aborted) await old.call('GET', '/account/whoami');
      });
      await new Client(server.url).ok('POST', '/login', again);
      over.abort();
      await Promise.all(using);
      await old.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
    }
  });

  it('refreshes tokens once they are used, and ends the session when an old one comes back', async () => {
    const alice = await register(server.url, 'alice');
    const first = await alice.ok('POST', '/login', {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: alice.userId },
      password,
      refresh_token: true,
    });
    assert.ok(first.expires_in_ms > 0);
    const anyone = new Client(server.url);
    const lost = await anyone.ok('POST', '/refresh', { refresh_token: first.refresh_token });
    // The answer may not have arrived: until what it gave is used, one may ask again.
    const second = await anyone.ok('POST', '/refresh', { refresh_token: first.refresh_token });
    await anyone.refused(401, 'M_UNKNOWN_TOKEN', 'POST', '/refresh', { refresh_token: lost.refresh_token });
    await new Client(server.url, lost.access_token).refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
    // A client that holds the old one shall fetch the new one; without soft_logout it would throw its keys away.
    const replaced = new Client(server.url, first.access_token);
    const told = await replaced.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
    assert.equal(told.soft_logout, true);
    await new Client(server.url, second.access_token).ok('GET', '/account/whoami');
    assert.equal(
      (await replaced.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami')).soft_logout,
      true,
    );
    await anyone.refused(401, 'M_UNKNOWN_TOKEN', 'POST', '/refresh', { refresh_token: first.refresh_token });
    for (const token of [first.access_token, second.access_token]) {
      const ended = await new Client(server.url, token).refused(
        401,
        'M_UNKNOWN_TOKEN',
        'GET',
        '/account/whoami',
      );
      assert.equal(ended.soft_logout, false);
    }
    await anyone.refused(401, 'M_UNKNOWN_TOKEN', 'POST', '/refresh', { refresh_token: 'nonsense' });
    await anyone.refused(400, 'M_MISSING_PARAM', 'POST', '/refresh', {});
  });

  it('lets one device sign in another, once', async () => {
    const alice = await register(server.url, 'alice');
    const asked = await alice.call('POST', '/_matrix/client/v1/login/get_token', {});
    assert.equal(asked.status, 401);
    const { login_token: token } = await alice.ok('POST', '/_matrix/client/v1/login/get_token', {
      auth: { type: 'm.login.password', session: asked.body.session, password },
    });
    const anyone = new Client(server.url);
    const session = await anyone.ok('POST', '/login', { type: 'm.login.token', token });
    assert.equal(session.user_id, alice.userId);
    assert.notEqual(session.device_id, alice.deviceId);
    await anyone.refused(403, 'M_FORBIDDEN', 'POST', '/login', { type: 'm.login.token', token });
  });
});

describe('an account', () => {
  it('changes its password with the old one, and ends its other devices', async () => {
    const alice = await register(server.url, 'alice');
    const phone = await alice.secondDevice();
    const change = (next: string, extra: object = {}): object => ({
      new_password: next,
      auth: { type: 'm.login.password', password, identifier: { type: 'm.id.user', user: alice.userId } },
      ...extra,
    });
    await alice.refused(400, 'M_WEAK_PASSWORD', 'POST', '/account/password', change('short'));
    await alice.ok('POST', '/account/password', change('battery staple'));
    await phone.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
    await alice.ok('GET', '/account/whoami');
    await assert.rejects(login(alice, password), /403/);
    await login(alice, 'battery staple');
  });

  it('is closed for good: no sign-in, no profile, out of every room', async () => {
    const alice = await register(server.url, 'alice', 'Alice');
    const bob = await register(server.url, 'bob');
    const roomId = await bob.createRoom({ invite: [alice.userId] });
    const other = await bob.createRoom({ invite: [alice.userId] });
    await alice.join(roomId);
    const asked = await alice.call('POST', '/account/deactivate', {});
    assert.equal(asked.status, 401);
    assert.deepEqual(
      await alice.ok('POST', '/account/deactivate', {
        auth: { type: 'm.login.password', session: asked.body.session, password },
      }),
      { id_server_unbind_result: 'no-support' },
    );
    await alice.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/account/whoami');
    await assert.rejects(login(alice, password), /403/);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `/profile/${alice.userId}`);
    for (const id of [roomId, other]) {
      const member = await bob.ok('GET', `/rooms/${id}/state/m.room.member/${alice.userId}`);
      assert.equal(member.membership, 'leave');
    }
    await bob.refused(404, 'M_NOT_FOUND', 'POST', `/rooms/${roomId}/invite`, { user_id: alice.userId });
    await new Client(server.url).refused(400, 'M_USER_IN_USE', 'POST', '/register', {
      username: alice.userId.slice(1).split(':')[0],
      password,
      ...dummy,
    });
  });

  it('has no e-mail addresses or phone numbers here', async () => {
    const alice = await register(server.url, 'alice');
    assert.deepEqual(await alice.ok('GET', '/account/3pid'), { threepids: [] });
    await alice.refused(403, 'M_THREEPID_DENIED', 'POST', '/account/3pid/add', {
      client_secret: 'x',
      sid: 'y',
    });
    await alice.refused(403, 'M_THREEPID_DENIED', 'POST', '/register/email/requestToken', {});
  });

  it('proves to services who it is', async () => {
    const alice = await register(server.url, 'alice');
    const bob = await register(server.url, 'bob');
    const path = `/user/${alice.userId}/openid/request_token`;
    await bob.refused(403, 'M_FORBIDDEN', 'POST', path, {});
    const token = await alice.ok('POST', path, {});
    assert.equal(token.matrix_server_name, server.serverName);
    const userinfo = '/_matrix/federation/v1/openid/userinfo';
    const query = { access_token: token.access_token };
    assert.deepEqual(await new Client(server.url).ok('GET', userinfo, undefined, { query }), {
      sub: alice.userId,
    });
    await new Client(server.url).refused(401, 'M_UNKNOWN_TOKEN', 'GET', `${userinfo}?access_token=x`);
    await new Client(server.url, token.access_token).refused(
      401,
      'M_UNKNOWN_TOKEN',
      'GET',
      '/account/whoami',
    );
  });
});

describe('administrators', () => {
  it('lock and suspend others, and see where they are signed in', async () => {
    const admin = await register(server.url, 'admin');
    const alice = await register(server.url, 'alice');
    const bob = await register(server.url, 'bob');
    const lock = `/_matrix/client/v1/admin/lock/${alice.userId}`;
    const suspend = `/_matrix/client/v1/admin/suspend/${alice.userId}`;
    await bob.refused(403, 'M_FORBIDDEN', 'GET', lock);
    await bob.refused(403, 'M_FORBIDDEN', 'GET', '/_matrix/client/v1/admin/lock/@nobody:here');
    await bob.refused(403, 'M_FORBIDDEN', 'GET', `/admin/whois/${alice.userId}`);
    await sql(server.databaseUrl, 'update accounts set is_admin = true where user_id = $1', [admin.userId]);
    const root = await admin.secondDevice();
    assert.deepEqual(await root.ok('GET', lock), { locked: false });
    const roomId = await alice.createRoom();

    await root.ok('PUT', suspend, { suspended: true });
    assert.deepEqual(await root.ok('GET', suspend), { suspended: true });
    await alice.sync();
    await alice.refused(403, 'M_USER_SUSPENDED', 'PUT', `/rooms/${roomId}/send/m.room.message/1`, {
      body: 'x',
      msgtype: 'm.text',
    });
    await alice.refused(403, 'M_USER_SUSPENDED', 'POST', '/createRoom', {});
    await alice.refused(403, 'M_USER_SUSPENDED', 'PUT', `/profile/${alice.userId}/displayname`, {
      displayname: 'x',
    });
    await root.ok('PUT', suspend, { suspended: false });
    await alice.send(roomId, 'back again');

    await root.ok('PUT', lock, { locked: true });
    const locked = await alice.refused(401, 'M_USER_LOCKED', 'GET', '/sync');
    assert.equal(locked.soft_logout, true);
    await assert.rejects(login(alice, password), /M_USER_LOCKED/);
    await root.ok('PUT', lock, { locked: false });
    await alice.sync();
    await root.refused(400, 'M_MISSING_PARAM', 'PUT', lock, {});
    await root.refused(404, 'M_NOT_FOUND', 'GET', '/_matrix/client/v1/admin/lock/@nobody:here');
    await root.refused(403, 'M_FORBIDDEN', 'PUT', `/_matrix/client/v1/admin/lock/${root.userId}`, {
      locked: true,
    });
    const { devices } = await root.ok('GET', `/admin/whois/${alice.userId}`);
    assert.ok(devices[alice.deviceId].sessions[0].connections[0].last_seen > 0);
    await alice.ok('GET', `/admin/whois/${alice.userId}`);
  });
});
