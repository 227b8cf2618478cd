// Searching messages, in the languages that people here write.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { fresh, register } from './client.ts';
import type { Client, Json } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;

before(async () => {
  server = await startMajlis();
  alice = await register(server.url, 'alice');
  bob = await register(server.url, 'bob');
});
after(() => server.stop());

async function search(client: Client, term: string, filter: Json = {}, token?: string): Promise<Json> {
  const body = { search_categories: { room_events: { search_term: term, filter } } };
  const answer = await client.ok(
    'POST',
    '/search',
    body,
    token === undefined ? {} : { query: { next_batch: token } },
  );
  return answer.search_categories.room_events;
}

const bodies = (found: Json): string[] => found.results.map((one: Json) => one.result.content.body);

describe('search', () => {
  for (const [language, text, found, missed] of [
    [
      'Arabic',
      'سَنَلتقي غداً في المكتبة الوطنية',
      ['مكتبة', 'والمكتبه', 'الوطنيه غدا', 'المكتبة'],
      ['وطن مدرسة'],
    ],
    ['Arabic with joined words', 'وبالبيتِ الكبير أخبارٌ', ['البيت', 'بيت كبير', 'اخبار'], ['بيتنا']],
    ['Russian', 'Встреча перенесена на пятницу, ещё раз', ['ВСТРЕЧ', 'еще пятницу'], ['четверг']],
    ['Tajik', 'Маҷлис рӯзи ҷумъа баргузор мешавад', ['маҷлис', 'РӮЗИ ҶУМЪА', 'баргуз'], ['рӯзнома']],
    ['French', 'L’élève a déjà reçu sa leçon à l’école', ['eleve', 'ÉLÈVE école', 'recu lecon'], ['collège']],
    [
      'English',
      'Don\'t forget: the "Meeting" is at 10:30!',
      ['meet', 'MEETING 10', 'forget the'],
      ['eeting'],
    ],
  ] as const) {
    it(`finds words of ${language}`, async () => {
      const roomId = await alice.createRoom();
      await alice.send(roomId, text);
      await alice.send(roomId, 'something else');
      for (const term of found)
        assert.deepEqual(bodies(await search(alice, term, { rooms: [roomId] })), [text], term);
      for (const term of missed)
        assert.deepEqual(bodies(await search(alice, term, { rooms: [roomId] })), [], term);
    });
  }

  it('shows only what one may read, and what is still there', async () => {
    const word = fresh('needle');
    const hidden = await alice.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
    });
    await alice.send(hidden, `${word} before bob came`);
    await bob.join(hidden);
    await alice.send(hidden, `${word} while bob is here`);
    const foreign = await alice.createRoom();
    await alice.send(foreign, `${word} elsewhere`);
    await alice.send(foreign, { algorithm: 'm.megolm.v1.aes-sha2', body: word }, 'm.room.encrypted');
    const gone = await alice.send(hidden, `${word} regretted`);
    await alice.ok('PUT', `/rooms/${hidden}/redact/${gone}/${fresh()}`, {});
    assert.deepEqual(bodies(await search(bob, word)), [`${word} while bob is here`]);
    assert.equal((await search(alice, word)).results.length, 3);
    assert.deepEqual(bodies(await search(alice, word, { senders: [bob.userId] })), []);
    await bob.ok('POST', `/rooms/${hidden}/leave`, {});
    assert.deepEqual(bodies(await search(bob, word)), []);
  });

  it('goes on page after page, newest first', async () => {
    const word = fresh('page');
    const roomId = await alice.createRoom({ name: `The ${word} room` });
    for (let count = 0; count < 7; count += 1) await alice.send(roomId, `${word} ${count}`);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page: Json = await search(alice, word, { limit: 3 }, token);
      seen.push(...bodies(page));
      token = page.next_batch;
    } while (token !== undefined);
    assert.deepEqual(seen, [...[6, 5, 4, 3, 2, 1, 0].map((count) => `${word} ${count}`), undefined]);
  });

  it('takes any words for what they are', async () => {
    const roomId = await alice.createRoom();
    await alice.send(roomId, "it's a | b & !c:* <-> 'quoted' \\ slash #1");
    for (const term of [
      "it's",
      '| b',
      '!c:*',
      '<->',
      "'quoted'",
      '\\ slash',
      '#1 a',
      '((',
      '&',
      ':*',
      '😀',
      "''",
    ])
      assert.ok(Array.isArray((await search(alice, term)).results), term);
    const long = 'x'.repeat(200);
    await alice.send(roomId, `${long} ${'ключ '.repeat(3_000)}`);
    assert.equal((await search(alice, long)).results.length, 1);
    assert.equal((await search(alice, 'ключ')).results.length, 1);
    await alice.refused(400, 'M_BAD_JSON', 'POST', '/search', {
      search_categories: { room_events: { search_term: 7 } },
    });
  });
});
