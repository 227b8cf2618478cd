import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { arrive, fillSignUp, launch, words } from './browser.ts';
import type { Person } from './browser.ts';

const elsewhere = 'مجلس مفتوح في نافذة أخرى';
const browsers = [
  { name: 'in a browser with locks', locks: true },
  { name: 'in an old browser without locks', locks: false },
] as const;

describe('two tabs of one browser', () => {
  let server: TestServer;
  let browser: Browser;

  before(async () => {
    server = await startMajlis({ webApp: true });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const [at, { name, locks }] of browsers.entries()) {
    it(`one at a time has the session, and it goes over when it is wanted: ${name}`, async () => {
      const salma = await arrive(browser, server.url, { name: `salma${at}`, path: '/gallery' });
      if (!locks) {
        await salma.context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'));
      }
      await salma.page.goto(server.url);
      assert.equal(await salma.page.evaluate(() => 'locks' in navigator), locks);
      await fillSignUp(salma);
      await seesChats(salma);

      const second = { ...salma, page: await salma.context.newPage() };
      await second.page.goto(server.url);
      await second.page.getByRole('heading', { name: elsewhere }).waitFor();
      await second.page.getByRole('button', { name: 'المتابعة هنا' }).click();
      await seesChats(second);
      await salma.page.getByRole('heading', { name: elsewhere }).waitFor();

      // A page that is loaded again, or closed, lets go.
      await second.page.reload();
      await seesChats(second);
      await second.page.close();
      await salma.page.reload();
      await seesChats(salma);
      assert.deepEqual(salma.errors, []);
    });
  }
});

async function seesChats({ page }: Person): Promise<void> {
  await page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
}
