import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillSignUp, words } from './browser.ts';
import type { Person } from './browser.ts';
import { openMajlis } from './opening.ts';

const elsewhere = 'مجلس مفتوح في نافذة أخرى';
const browsers = [
  { name: 'in a browser with locks', locks: true },
  { name: 'in an old browser without locks', locks: false },
] as const;

describe('two tabs of one browser', () => {
  const majlis = openMajlis();

  for (const [at, { name, locks }] of browsers.entries()) {
    it(`one at a time has the session, and it goes over when it is wanted: ${name}`, async () => {
      const salma = await majlis.arrive({ name: `salma${at}`, path: '/gallery' });
      if (!locks) {
        await salma.context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'));
      }
      await salma.page.goto(majlis.server.url);
      assert.equal(await salma.page.evaluate(() => 'locks' in navigator), locks);
      await fillSignUp(salma);
      await seesChats(salma);

      const second = { ...salma, page: await salma.context.newPage() };
      await second.page.goto(majlis.server.url);
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
