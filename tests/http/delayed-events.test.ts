// Events that are sent later unless somebody holds them back (MSC4140).

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { fresh, register } from './client.ts';
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
async function shared(options: object = {}): Promise<string> {
  const roomId = await alice.createRoom({ invite: [bob.userId], ...options });
  await bob.join(roomId);
  return roomId;
}

describe('delayed events', () => {
  it('are scheduled once when the request comes again', async () => {
    const roomId = await shared();
    const txnId = fresh();
    const schedule = (path: string): Promise<Json> =>
      alice.ok(
        'PUT',
        path,
        { msgtype: 'm.text', body: 'late', delay_ms: 60_000 },
        {
          query: { 'org.matrix.msc4140.delay': 60_000 },
        },
      );
    for (const path of [
      `/rooms/${roomId}/send/m.room.message/${txnId}`,
      `/_matrix/client/unstable/org.matrix.msc4140/rooms/${roomId}/delayed_event/org.example.type/${txnId}`,
    ]) {
      const [first, second] = await Promise.all([schedule(path), schedule(path)]);
      assert.deepEqual(await schedule(path), first);
      assert.deepEqual(second, first);
    }
  });

  it('are sent when nobody holds them back, or at once, or never', async () => {
    const roomId = await shared();
    const unstable = '/_matrix/client/unstable/org.matrix.msc4140';
    const delay = async (ms: number, body: string): Promise<string> =>
      (
        await alice.ok(
          'PUT',
          `/rooms/${roomId}/send/m.room.message/${fresh()}`,
          { msgtype: 'm.text', body },
          {
            query: { 'org.matrix.msc4140.delay': ms },
          },
        )
      ).delay_id;
    const soon = await delay(30, 'by itself');
    const never = await delay(60_000, 'never');
    const now = await delay(60_000, 'now');
    const anyone = await register(server.url, 'anyone');
    await anyone.ok('POST', `${unstable}/delayed_events/${never}`, { action: 'cancel' });
    await anyone.ok('POST', `${unstable}/delayed_events/${now}`, { action: 'restart' });
    await anyone.ok('POST', `${unstable}/delayed_events/${now}`, { action: 'send' });
    let { next_batch: since, rooms } = await bob.sync();
    const seen = new Set(bodies(rooms.join[roomId].timeline.events));
    while (!(seen.has('by itself') && seen.has('now'))) {
      const answer = await bob.sync(since, { timeout: 30_000 });
      since = answer.next_batch;
      for (const body of bodies(answer.rooms?.join?.[roomId]?.timeline.events ?? [])) seen.add(body);
    }
    assert.ok(!seen.has('never'));
    await alice.refused(409, 'M_UNKNOWN', 'POST', `${unstable}/delayed_events/${soon}`, { action: 'cancel' });
    await alice.refused(404, 'M_NOT_FOUND', 'POST', `${unstable}/delayed_events/nonsense`, {
      action: 'cancel',
    });
    const far = await alice.call(
      'PUT',
      `/rooms/${roomId}/send/m.room.message/x`,
      { body: 'x' },
      { query: { 'org.matrix.msc4140.delay': 9e9 } },
    );
    assert.equal(far.body['org.matrix.msc4140.errcode'], 'M_MAX_DELAY_EXCEEDED');
  });

  const unstable = '/_matrix/client/unstable/org.matrix.msc4140';

  it('that somebody cancelled are not sent, and that were sent cannot be cancelled', async () => {
    const roomId = await shared();
    for (let round = 0; round < 20; round += 1) {
      const { delay_id: delayId } = await alice.ok(
        'PUT',
        `/rooms/${roomId}/send/m.room.message/${fresh()}`,
        { msgtype: 'm.text', body: `round ${round}` },
        { query: { 'org.matrix.msc4140.delay': 60_000 } },
      );
      const act = (action: string): Promise<Answer> =>
        alice.call('POST', `${unstable}/delayed_events/${delayId}`, { action });
      const [sent, cancelled] = await Promise.all([act('send'), act('cancel')]);
      assert.deepEqual([sent.status, cancelled.status].toSorted(), [200, 409]);
      const { chunk } = await alice.ok('GET', `/rooms/${roomId}/messages?dir=b&limit=1`);
      assert.equal(chunk[0].content.body === `round ${round}`, sent.status === 200);
    }
  });

  it('are at most a hundred for each person, also when they are scheduled at once', async () => {
    const carol = await register(server.url, 'carol');
    const roomId = await carol.createRoom();
    const path = (): string => `${unstable}/rooms/${roomId}/delayed_event/org.example.type/${fresh()}`;
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => carol.call('PUT', path(), { delay_ms: 600_000, content: {} })),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 100);
    assert.ok(answers.every(({ status }) => status === 200 || status === 429));
  });

  it('are held against the same checks as state that is sent at once, then and when their time comes', async () => {
    const roomId = await alice.createRoom();
    const carol = await register(server.url, 'carol');
    const settings = `/user/${carol.userId}/account_data/m.invite_permission_config`;
    const delay = (type: string, stateKey: string, content: object): Promise<Answer> =>
      alice.call('PUT', `${unstable}/rooms/${roomId}/delayed_event/${type}/${fresh()}`, {
        delay_ms: 600_000,
        state_key: stateKey,
        content,
      });
    const invite = (): Promise<Answer> => delay('m.room.member', carol.userId, { membership: 'invite' });
    const alias = await delay('m.room.canonical_alias', '', { alias: `#nowhere:${server.serverName}` });
    assert.equal(alias.body.errcode, 'M_BAD_ALIAS');
    const later = await invite();
    assert.equal(later.status, 200);
    await carol.ok('PUT', settings, { default_action: 'block' });
    assert.equal((await invite()).body.errcode, 'M_INVITE_BLOCKED');
    await alice.refused(
      403,
      'M_INVITE_BLOCKED',
      'POST',
      `${unstable}/delayed_events/${later.body.delay_id}`,
      {
        action: 'send',
      },
    );
  });
});
