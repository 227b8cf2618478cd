// Profiles and the user directory.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Client } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;

before(async () => {
  server = await startMajlis();
  alice = await register(server.url, 'alice');
  bob = await register(server.url, 'bob');
});
after(() => server.stop());

describe('profiles', () => {
  it('begin empty, take fields, give them to anyone, and lose them again', async () => {
    const path = `/profile/${alice.userId}`;
    assert.deepEqual(await bob.ok('GET', path), {});
    await alice.ok('PUT', `${path}/displayname`, { displayname: 'أليس' });
    await alice.ok('PUT', `${path}/m.tz`, { 'm.tz': 'Asia/Damascus' });
    await alice.ok('PUT', `${path}/org.example.pets`, { 'org.example.pets': [{ cat: 1.5 }, null] });
    assert.deepEqual(await bob.ok('GET', path), {
      displayname: 'أليس',
      'm.tz': 'Asia/Damascus',
      'org.example.pets': [{ cat: 1.5 }, null],
    });
    assert.deepEqual(await bob.ok('GET', `${path}/displayname`), { displayname: 'أليس' });
    await alice.ok('DELETE', `${path}/org.example.pets`);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `${path}/org.example.pets`);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `${path}/toString`);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', '/profile/@nobody:nowhere.example');
  });

  it('refuse what is too large, misnamed, or of somebody else', async () => {
    const path = `/profile/${alice.userId}`;
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `${path}/displayname`, { displayname: 'Mallory' });
    await alice.refused(400, 'M_MISSING_PARAM', 'PUT', `${path}/displayname`, { name: 'x' });
    await alice.refused(400, 'M_BAD_JSON', 'PUT', `${path}/displayname`, { displayname: 7 });
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `${path}/displayname`, {
      displayname: 'x'.repeat(257),
    });
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `${path}/avatar_url`, {
      avatar_url: 'https://e.example',
    });
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', `${path}/UPPER`, { UPPER: 1 });
    const long = `a.${'b'.repeat(255)}`;
    await alice.refused(400, 'M_KEY_TOO_LARGE', 'PUT', `${path}/${long}`, { [long]: 1 });
    await alice.refused(400, 'M_PROFILE_TOO_LARGE', 'PUT', `${path}/org.example.big`, {
      'org.example.big': 'x'.repeat(65_536),
    });
    await alice.refused(400, 'M_BAD_JSON', 'PUT', `${path}/org.example.nul`, { 'org.example.nul': 'a\0b' });
  });

  it('show a new name in every room the person is in', async () => {
    const rooms = [await alice.createRoom(), await alice.createRoom()];
    await alice.setState(rooms[0] ?? '', 'm.room.topic', { topic: 'before' });
    const { next_batch: since } = await alice.sync();
    await alice.ok('PUT', `/profile/${alice.userId}/displayname`, { displayname: 'Alice II' });
    const { rooms: changed } = await alice.sync(since);
    for (const roomId of rooms) {
      const [event] = changed.join[roomId].timeline.events;
      assert.equal(event.type, 'm.room.member');
      assert.deepEqual(event.content, { membership: 'join', displayname: 'Alice II' });
      assert.equal(event.unsigned.prev_content.displayname, 'أليس');
    }
  });
});

describe('the user directory', () => {
  it('finds others by name or id, counts, and forgives odd words', async () => {
    await alice.ok('PUT', `/profile/${alice.userId}/displayname`, { displayname: '100% Alice_' });
    const search = (
      term: unknown,
      limit?: number,
    ): Promise<{ results: { user_id: string }[]; limited: boolean }> =>
      bob.ok('POST', '/user_directory/search', { search_term: term, ...(limit !== undefined && { limit }) });
    assert.deepEqual((await search('100% alice')).results, [
      { user_id: alice.userId, display_name: '100% Alice_' },
    ]);
    assert.equal((await search('1000 alice')).results.length, 0);
    assert.equal((await search(bob.userId)).results.length, 0, 'not the searcher');
    assert.equal((await search('')).results.length, 0);
    const limited = await search('localhost', 0);
    assert.deepEqual(limited, { limited: false, results: [] });
    await bob.refused(400, 'M_MISSING_PARAM', 'POST', '/user_directory/search', {});
    await bob.refused(400, 'M_BAD_JSON', 'POST', '/user_directory/search', { search_term: 'nul\0' });
  });
});
