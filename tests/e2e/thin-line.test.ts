import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import {
  acceptInvitation,
  arrive,
  fillSignUp,
  launch,
  phone,
  say,
  sees,
  signUp,
  startChat,
  words,
} from './browser.ts';
import type { Person } from './browser.ts';
import { thinLine } from './thin-line.ts';
import type { Line } from './thin-line.ts';

/** Less than a third of the crypto library: fetched in one piece it would never come whole. */
const breaksAfter = 400_000;

describe('a phone whose connections break again and again', () => {
  let server: TestServer;
  let line: Line;
  let near: Browser;
  let far: Browser;
  let salma: Person;
  let karim: Person;

  before(async () => {
    server = await startMajlis({ webApp: true });
    const { host, port } = new URL(server.url);
    line = await thinLine(Number(port), { down: 400_000, up: 60_000, delay: 40, breaksAfter });
    near = await launch();
    far = await launch([`--host-resolver-rules=MAP ${host} 127.0.0.1:${line.port}`]);
    karim = await signUp(near, server.url, { name: 'karim' });
    salma = await arrive(far, server.url, { name: 'salma', viewport: phone });
  });
  after(async () => {
    await far?.close();
    await near?.close();
    await line?.close();
    await server?.stop();
  });

  it('gets the crypto library part by part, and what was written meanwhile goes out', async () => {
    await fillSignUp(salma);
    await salma.page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
    await startChat(salma, 'karim');
    await say(salma, 'من طرف الشبكة');
    await salma.page.getByText('يجري إعداد المفاتيح').filter({ visible: true }).waitFor();
    await acceptInvitation(karim, 'salma');
    await sees(karim, 'من طرف الشبكة');
    assert.ok(line.bytes() > breaksAfter, 'more came than one connection carries');
    await say(karim, 'وصلت');
    await sees(salma, 'وصلت');
  });

  it('fetches none of it again when it is opened again', async () => {
    const before = line.bytes();
    await salma.page.reload();
    await sees(salma, 'وصلت');
    await say(salma, 'عدت');
    await sees(karim, 'عدت');
    const bytes = line.bytes() - before;
    assert.ok(bytes < 60_000, `${bytes} bytes`);
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });
});
