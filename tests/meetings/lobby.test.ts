// Links, knocking, waiting, letting in and turning away; and the boxes of keys that the server passes on unread.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { meetingLimits, meetingsBase } from '@majlis/protocol';
import type { KnockAnswer, LobbyAnswer } from '@majlis/protocol';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from '../http/client.ts';
import type { Client } from '../http/client.ts';
import { Member, ask, knock, refused } from './meeting.ts';

let server: TestServer;
let noor: Client;
let layla: Client;
let host: Member;
let member: Member;

before(async () => {
  server = await startMajlis({ meetings: true });
  noor = await register(server.url, 'noor', 'نور');
  layla = await register(server.url, 'layla', 'ليلى');
});
after(() => server.stop());

/** A room of its own for each group: its host may invite, its member may not. */
async function freshRoom(): Promise<void> {
  const roomId = await noor.createRoom({
    preset: 'public_chat',
    name: 'التخطيط',
    power_level_content_override: { invite: 50 },
  });
  await layla.join(roomId);
  host = new Member(noor, roomId);
  member = new Member(layla, roomId);
}

const look = (linkId: string) => ask(server.url, 'GET', `${meetingsBase}/links/${linkId}`);

describe('links', () => {
  before(freshRoom);

  it('are unguessable, bear the room’s name unless given another, and are listed for members', async () => {
    const first = await host.link();
    const second = await host.link('لقاء الضيوف');
    assert.match(first.link_id, /^[\w-]{24}$/);
    assert.notEqual(first.link_id, second.link_id);
    assert.equal(first.title, 'التخطيط');
    assert.equal(first.created_by, noor.userId);
    const { links } = await member.ok('GET', '/links');
    assert.deepEqual(links, [first, second]);
    const seen = await look(second.link_id);
    assert.deepEqual(seen.body, { title: 'لقاء الضيوف', active: false });
    assert.equal(seen.headers.get('access-control-allow-origin'), '*');
    assert.equal(seen.headers.get('cache-control'), 'no-store');
  });

  it('are opened and ended by those who may invite', async () => {
    const link = await host.link();
    refused(await member.ask('POST', '/links', {}), 403, 'M_FORBIDDEN');
    refused(await member.ask('DELETE', `/links/${link.link_id}`), 403, 'M_FORBIDDEN');
    refused(await host.ask('DELETE', '/links/missing'), 404, 'M_NOT_FOUND');
    const elsewhere = new Member(noor, await noor.createRoom());
    refused(await elsewhere.ask('DELETE', `/links/${link.link_id}`), 404, 'M_NOT_FOUND');
    const guest = await knock(server.url, link.link_id, 'ضيف');
    await host.ok('DELETE', `/links/${link.link_id}`);
    refused(await look(link.link_id), 404, 'M_NOT_FOUND');
    refused(await guest.ask('GET'), 404, 'M_NOT_FOUND', 'a guest of a link that has ended');
    refused(await guest.ask('POST', '/token', {}), 404, 'M_NOT_FOUND');
  });

  it('are at most a hundred in a room, also when they are made at once', async () => {
    const crowded = new Member(noor, await noor.createRoom());
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => crowded.ask('POST', '/links', { title: `${index}` })),
    );
    const late = answers.filter(({ status }) => status !== 200);
    assert.equal(late.length, 200);
    for (const answer of late) refused(answer, 400, 'M_INVALID_PARAM');
    assert.equal((await crowded.ok('GET', '/links')).links.length, 100);
  });
});

describe('the lobby', () => {
  let link: string;
  before(async () => {
    await freshRoom();
    link = (await host.link()).link_id;
  });

  it('wakes members when somebody knocks, and the guest when they are let in', async () => {
    const { version, guests } = await host.lobby();
    assert.deepEqual(guests, []);
    const waiting = Promise.all([host.lobby(version, 20_000), member.lobby(version, 20_000)]);
    const guest = await knock(server.url, link, 'ضيف', 'offer');
    for (const answer of await waiting) {
      assert.ok(answer.version > version);
      assert.deepEqual(
        answer.guests.map(({ guest_id: id, name, state, key_offer: offer }) => ({ id, name, state, offer })),
        [{ id: guest.id, name: 'ضيف', state: 'waiting', offer: 'offer' }],
      );
    }
    const seen = await guest.ok('GET', `?since=0`);
    assert.equal(seen.state, 'waiting');
    const admitted = guest.ok('GET', `?since=${seen.version}&wait=20000`);
    refused(await member.ask('POST', `/lobby/${guest.id}`, { admit: true }), 403, 'M_FORBIDDEN');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
    assert.equal((await admitted).state, 'admitted');
    refused(await host.ask('POST', `/lobby/${guest.id}`, { admit: false }), 404, 'M_NOT_FOUND', 'decided');
    refused(
      await new Member(noor, await noor.createRoom()).ask('POST', `/lobby/${guest.id}`, { admit: true }),
      404,
      'M_NOT_FOUND',
      'from another room',
    );
  });

  it('tells a guest who is turned away, once and for all', async () => {
    const guest = await knock(server.url, link, 'غريب');
    const { version } = await guest.ok('GET');
    const answer = guest.ok('GET', `?since=${version}&wait=20000`);
    await host.ok('POST', `/lobby/${guest.id}`, { admit: false });
    assert.equal((await answer).state, 'refused');
    refused(await host.ask('POST', `/lobby/${guest.id}`, { admit: true }), 404, 'M_NOT_FOUND');
    assert.ok((await host.lobby()).guests.every(({ guest_id: id }) => id !== guest.id));
  });

  it('answers at the end of the wait when nothing came', async () => {
    const { version } = await host.lobby();
    const started = performance.now();
    assert.equal((await host.lobby(version, 300)).version, version);
    assert.ok(performance.now() - started >= 290);
  });

  it('lets a guest who waits go away, and nobody who is in', async () => {
    const [guest, other] = [await knock(server.url, link, 'عابر'), await knock(server.url, link, 'باقٍ')];
    await host.ok('POST', `/lobby/${other.id}`, { admit: true });
    refused(await ask(server.url, 'DELETE', guest.path, { token: other.secret }), 401, 'M_UNAUTHORIZED');
    const { version } = await host.lobby();
    const seen = host.lobby(version, 20_000);
    await guest.ok('DELETE');
    assert.ok((await seen).guests.every(({ guest_id: id }) => id !== guest.id));
    refused(await guest.ask('GET'), 404, 'M_NOT_FOUND');
    refused(await host.ask('POST', `/lobby/${guest.id}`, { admit: true }), 404, 'M_NOT_FOUND');
    await other.ok('DELETE');
    assert.equal((await other.ok('GET')).state, 'admitted');
  });

  it('holds fifty who wait at one link and refuses the next, also when they come at once', async () => {
    const { link_id: crowded } = await host.link();
    const knockPath = `${meetingsBase}/links/${crowded}/knock`;
    const answers = await Promise.all(
      Array.from({ length: 3 * meetingLimits.waiting_guests }, (_, index) =>
        ask(server.url, 'POST', knockPath, { body: { name: `ضيف ${index}` } }),
      ),
    );
    const guests = answers.filter(({ status }) => status === 200).map(({ body }) => body as KnockAnswer);
    assert.equal(guests.length, meetingLimits.waiting_guests);
    const late = await ask(server.url, 'POST', knockPath, { body: { name: 'متأخر' } });
    refused(late, 429, 'M_LIMIT_EXCEEDED');
    assert.ok(late.body.retry_after_ms > 0);
    assert.ok(Number(late.headers.get('retry-after')) > 0);
    await host.ok('POST', `/lobby/${guests[0]?.guest_id}`, { admit: false });
    assert.equal((await ask(server.url, 'POST', knockPath, { body: { name: 'متأخر' } })).status, 200);
  });
});

describe('boxes of keys', () => {
  before(freshRoom);

  it('reach the guest in order, each once, and only once the guest is let in', async () => {
    const guest = await knock(server.url, (await host.link()).link_id, 'ضيف');
    const path = `/guests/${guest.id}/keys`;
    await host.ok('POST', path, { sealed: 'first' });
    assert.deepEqual((await guest.ok('GET')).keys, []);
    refused(await guest.ask('POST', '/keys', { sealed: 'early' }), 403, 'M_FORBIDDEN');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
    const got = await guest.ok('GET');
    const sealed = (keys: readonly { sealed: string }[]): string[] => keys.map((box) => box.sealed);
    assert.deepEqual(sealed(got.keys), ['first']);
    const next = guest.ok('GET', `?since=${got.version}&wait=20000`);
    await member.ok('POST', path, { sealed: 'second' });
    const second = await next;
    assert.deepEqual(
      second.keys.map(({ from, sealed: box }: { from: string; sealed: string }) => [from, box]),
      [[layla.userId, 'second']],
    );
    for (let count = 0; count < 20; count += 1) await host.ok('POST', path, { sealed: `rotated ${count}` });
    const rest = await guest.ok('GET', `?since=${second.version}`);
    assert.deepEqual(
      sealed(rest.keys),
      Array.from({ length: 20 }, (_, count) => `rotated ${count}`),
    );
    const versions = rest.keys.map((box: { version: number }) => box.version);
    assert.deepEqual(
      versions,
      versions.toSorted((a: number, b: number) => a - b),
    );
    assert.equal(new Set(versions).size, 20);
  });

  it('reach the members from the guest, with the guest’s id', async () => {
    const guest = await knock(server.url, (await host.link()).link_id, 'ضيف');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
    const { version } = await member.lobby();
    const waiting: Promise<LobbyAnswer> = member.lobby(version, 20_000);
    await guest.ok('POST', '/keys', { sealed: 'of the guest' });
    assert.deepEqual(
      (await waiting).keys.map(({ from, sealed }) => [from, sealed]),
      [[guest.id, 'of the guest']],
    );
  });

  it('are bounded in size and number', async () => {
    const guest = await knock(server.url, (await host.link()).link_id, 'ضيف');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: true });
    const path = `/guests/${guest.id}/keys`;
    const largest = 'x'.repeat(meetingLimits.sealed_characters);
    refused(await host.ask('POST', path, { sealed: `${largest}x` }), 400, 'M_INVALID_PARAM');
    refused(await guest.ask('POST', '/keys', { sealed: `${largest}x` }), 400, 'M_INVALID_PARAM');
    for (let count = 0; count < 205; count += 1) await host.ok('POST', path, { sealed: `${count}` });
    const { keys } = await guest.ok('GET');
    assert.equal(keys.length, 200, 'the oldest make room');
    assert.equal(keys.at(-1).sealed, '204');
    assert.equal(keys[0].sealed, '5');
  });

  it('go to guests of this room alone', async () => {
    const guest = await knock(server.url, (await host.link()).link_id, 'ضيف');
    const elsewhere = new Member(noor, await noor.createRoom());
    refused(await elsewhere.ask('POST', `/guests/${guest.id}/keys`, { sealed: 'x' }), 404, 'M_NOT_FOUND');
    await host.ok('POST', `/lobby/${guest.id}`, { admit: false });
    refused(await host.ask('POST', `/guests/${guest.id}/keys`, { sealed: 'x' }), 404, 'M_NOT_FOUND');
  });
});
