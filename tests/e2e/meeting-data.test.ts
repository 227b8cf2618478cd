import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { enterMeeting, launch } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt } from './eyes.ts';
import { readyToMeet, until } from './media.ts';

/** Where the data line stands under the header, and where it is filled. */
function lineOf(person: Person): Promise<{ header: DOMRect; rule: DOMRect; filled: DOMRect } | undefined> {
  return person.page.evaluate(() => {
    const [header, rule, filled] = ['.meeting-bar', '.meeting-bar .data-rule', '.meeting-bar .data-fill'].map(
      (where) => document.querySelector(where)?.getBoundingClientRect().toJSON() as DOMRect | undefined,
    );
    return header && rule && filled ? { header, rule, filled } : undefined;
  });
}

describe('what a meeting costs', () => {
  let server: TestServer;
  let browser: Browser;
  let salma: Person;
  let karim: Person;

  before(async () => {
    server = await startMajlis({ webApp: true, meetings: true });
    browser = await launch();
    [salma, karim] = await readyToMeet(browser, server.url);
    await enterMeeting(salma);
    await enterMeeting(karim);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('the rule under the header fills from the reading start with the share of the link', async () => {
    for (const person of [salma, karim]) {
      const meter = person.page.getByRole('meter', { name: 'المستخدم من سعة الاتصال' });
      await meter.waitFor();
      await until(
        async () => Number(await meter.getAttribute('aria-valuenow')),
        (share) => share > 0 && share <= 100,
        'pictures should take a share of the link',
      );
      const line = await lineOf(person);
      assert.ok(line);
      assert.equal(Math.round(line.rule.height), 2);
      assert.equal(Math.round(line.rule.bottom), Math.round(line.header.bottom), 'it takes no height');
      assert.equal(
        Math.round(line.filled.right),
        Math.round(line.header.right),
        'the reading starts at the right',
      );
      assert.ok(line.filled.width > 0 && line.filled.width <= line.header.width + 1);
    }
  });

  it('low data says so in one row, with the rate once', async () => {
    const { page } = karim;
    await page.getByRole('button', { name: 'توفير البيانات' }).click();
    const row = page.locator('.meeting-bar .low-data');
    await row.getByText('توفير البيانات').waitFor();
    await row.getByText('كيلوبت/ث').waitFor();
    assert.equal(await page.locator('.rate').count(), 1);
    assert.deepEqual(await lookAt(karim, 'low data'), []);
  });

  it('one still picture is sent after its cost was said, and stands in place of the star', async () => {
    const { page } = karim;
    await page.getByRole('button', { name: /^صورة ثابتة من الكاميرا/ }).click();
    const question = page.getByRole('dialog', { name: 'صورة ثابتة من الكاميرا' });
    await question.getByRole('button', { name: /^إرسال · .*ك\.ب/ }).waitFor();
    assert.deepEqual(await lookAt(karim, 'a still picture'), []);
    assert.equal(await stillOfKarim().count(), 0, 'nothing is sent before it is wanted');
    await question.getByRole('button', { name: /^إرسال/ }).click();
    await isSeen();
    await page.locator('.stars-row img.avatar').waitFor();
  });

  it('who comes later sees it too', async () => {
    await salma.page.locator('.control-leave').click();
    await salma.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor({ state: 'detached' });
    await enterMeeting(salma);
    await isSeen();
  });

  it('taken back, or with the camera on, it is gone', async () => {
    const { page } = karim;
    await page.getByRole('button', { name: 'سحب الصورة الثابتة' }).click();
    await stillOfKarim().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^صورة ثابتة من الكاميرا/ }).click();
    await page.getByRole('button', { name: /^إرسال · / }).click();
    await isSeen();
    await page.getByRole('button', { name: 'الكاميرا', exact: true }).click();
    await salma.page.locator('.tile').filter({ hasText: 'karim' }).locator('video').waitFor();
    await stillOfKarim().waitFor({ state: 'detached' });
  });

  function stillOfKarim(): Locator {
    return salma.page.locator('.tile').filter({ hasText: 'karim' }).locator('img.avatar');
  }

  async function isSeen(): Promise<void> {
    await until(
      () => stillOfKarim().evaluate((image: HTMLImageElement) => image.naturalWidth),
      (width) => width > 0,
      'salma should see the picture',
    );
  }

  it('nothing broke on the way', () => {
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });
});
