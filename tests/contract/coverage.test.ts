// How much of the specification is served, and that nothing else is claimed.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { Client, register } from '../http/client.ts';
import { operations } from './openapi.ts';

/** What is answered M_UNRECOGNIZED, and why. */
const unserved: Readonly<Record<string, readonly string[]>> = {
  'the old way to sync and to read a room at once': [
    'GET /_matrix/client/v3/events',
    'GET /_matrix/client/v3/events/{eventId}',
    'GET /_matrix/client/v3/initialSync',
    'GET /_matrix/client/v3/rooms/{roomId}/initialSync',
  ],
  'media without a token, frozen since 1.11': [
    'GET /_matrix/media/v3/download/{serverName}/{mediaId}',
    'GET /_matrix/media/v3/download/{serverName}/{mediaId}/{fileName}',
    'GET /_matrix/media/v3/thumbnail/{serverName}/{mediaId}',
    'GET /_matrix/media/v3/preview_url',
  ],
  'fetching pages of others for a preview': ['GET /_matrix/client/v1/media/preview_url'],
  'sign-in by other services': [
    'GET /_matrix/client/v1/auth_metadata',
    'GET /_matrix/client/v3/login/sso/redirect',
    'GET /_matrix/client/v3/login/sso/redirect/{idpId}',
  ],
  'application services': [
    'POST /_matrix/client/v1/appservice/{appserviceId}/ping',
    'PUT /_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}',
  ],
};

let server: TestServer;

before(async () => {
  server = await startMajlis();
});
after(() => server.stop());

describe('the operations of Client-Server API 1.19', () => {
  it('are served, all but those named here', async () => {
    const anyone = new Client(server.url);
    const missing: string[] = [];
    const named = new Map(operations.map(({ method, path }) => [`${method} ${path}`, { method, path }]));
    for (const [name, { method, path }] of named) {
      const body = method === 'POST' || method === 'PUT' ? {} : undefined;
      const answer = await anyone.call(method, path.replaceAll(/\{\w+\}/g, 'x'), body);
      if (answer.body?.errcode === 'M_UNRECOGNIZED') missing.push(name);
    }
    assert.deepEqual(missing.toSorted(), Object.values(unserved).flat().toSorted());
    assert.equal(operations.length, 166);
    assert.ok(operations.length - missing.length >= 110);
  });

  it('answer other methods and paths as unrecognized', async () => {
    const anyone = new Client(server.url);
    await anyone.refused(404, 'M_UNRECOGNIZED', 'GET', '/no/such/thing');
    await anyone.refused(405, 'M_UNRECOGNIZED', 'DELETE', '/createRoom');
    await anyone.refused(404, 'M_UNRECOGNIZED', 'GET', '/_matrix/client/unstable/org.example/x');
  });

  it('let browsers of any origin ask', async () => {
    const preflight = await fetch(`${server.url}/_matrix/client/v3/sync`, { method: 'OPTIONS' });
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Authorization/);
    const refused = await fetch(`${server.url}/_matrix/client/v3/sync`);
    assert.equal(refused.headers.get('access-control-allow-origin'), '*');
  });
});

describe('/versions', () => {
  it('claims the versions and features whose parts answer', async () => {
    const alice = await register(server.url, 'alice');
    const { versions, unstable_features: features } = await alice.ok('GET', '/_matrix/client/versions');
    assert.equal(versions.at(-1), 'v1.17');
    const roomId = await alice.createRoom();
    const eventId = await alice.send(roomId, 'one');
    // What each version added, by a call that would be unrecognized without it.
    const added: ReadonlyArray<[version: string, method: string, path: string]> = [
      ['v1.2', 'GET', `/_matrix/client/v1/rooms/${roomId}/hierarchy`],
      ['v1.3', 'GET', `/_matrix/client/v1/rooms/${roomId}/relations/${eventId}`],
      ['v1.4', 'GET', `/_matrix/client/v1/rooms/${roomId}/threads`],
      ['v1.6', 'GET', `/_matrix/client/v1/rooms/${roomId}/timestamp_to_event?ts=0&dir=f`],
      ['v1.7', 'POST', '/_matrix/media/v1/create'],
      ['v1.11', 'GET', '/_matrix/client/v1/media/config'],
      ['v1.15', 'GET', `/_matrix/client/v1/room_summary/${roomId}`],
      ['v1.16', 'GET', `/_matrix/client/v3/sync?use_state_after=true&timeout=0`],
    ];
    for (const [version, method, path] of added) {
      assert.ok(versions.includes(version), version);
      await alice.ok(method, path, method === 'POST' ? {} : undefined);
    }
    const probes: Readonly<Record<string, [method: string, path: string, body?: object]>> = {
      'org.matrix.simplified_msc3575': [
        'POST',
        '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync',
        {},
      ],
      'org.matrix.msc4140': ['GET', '/_matrix/client/unstable/org.matrix.msc4140/delayed_events'],
      'org.matrix.msc4143': ['GET', '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports'],
      'org.matrix.msc4222': ['GET', '/sync?org.matrix.msc4222.use_state_after=true&timeout=0'],
      'uk.tcpip.msc4133.stable': ['GET', `/profile/${alice.userId}`],
    };
    for (const [feature, [method, path, body]] of Object.entries(probes)) {
      assert.equal(features[feature], true, feature);
      await alice.ok(method, path, body);
    }
  });
});
