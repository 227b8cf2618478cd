import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestServer } from '@majlis/ops/dev';
import { bubbles, phone, say, sees } from './browser.ts';
import type { Person } from './browser.ts';
import { meet, openMajlis } from './opening.ts';

/** All events of a room as the server keeps them, read by a member's own session. */
async function eventsOf(server: TestServer, roomId: string): Promise<Array<{ type: string }>> {
  const login = await fetch(`${server.url}/_matrix/client/v3/login`, {
    method: 'POST',
    body: JSON.stringify({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'salma' },
      password: 'four scattered words together',
    }),
  });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const answer = await fetch(
    `${server.url}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100`,
    { headers: { authorization: `Bearer ${token}` } },
  );
  return ((await answer.json()) as { chunk: Array<{ type: string }> }).chunk;
}

describe('two people chat, encrypted, in Arabic', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim', phone);
  });

  it('a message goes each way and is read', async () => {
    await meet(salma, karim, 'السلام عليكم');
    await say(karim, 'وعليكم السلام، هل نلتقي غدًا؟');
    await sees(salma, 'وعليكم السلام، هل نلتقي غدًا؟');
  });

  it('the server holds no readable word of it', async () => {
    const roomId = decodeURIComponent(new URL(salma.page.url()).pathname.split('/')[2] ?? '');
    const stored = await eventsOf(majlis.server, roomId);
    assert.ok(stored.filter((event) => event.type === 'm.room.encrypted').length >= 2);
    assert.ok(!JSON.stringify(stored).includes('السلام'));
  });

  it('a reload keeps the history', async () => {
    await karim.page.reload();
    await sees(karim, 'السلام عليكم');
    await sees(karim, 'وعليكم السلام، هل نلتقي غدًا؟');
    await say(karim, 'بعد التحديث');
    await sees(salma, 'بعد التحديث');
  });

  it('what is written offline is delivered once', async () => {
    await karim.context.setOffline(true);
    await say(karim, 'كُتبت بلا شبكة');
    await sees(karim, 'كُتبت بلا شبكة');
    await karim.page.reload().catch(() => undefined);
    await karim.context.setOffline(false);
    await sees(salma, 'كُتبت بلا شبكة');
    await say(karim, 'ثم عادت');
    await sees(salma, 'ثم عادت');
    assert.equal(await bubbles(salma, 'كُتبت بلا شبكة').count(), 1);
  });

  it('nothing broke on the way', () => {
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });
});
