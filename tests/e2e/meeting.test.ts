import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dispose } from '@livekit/rtc-node';
import type { Browser } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { arrive, enterMeeting, launch, phone } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt } from './eyes.ts';
import { hearsAndSees, readyToMeet, received, until, watchMedia } from './media.ts';
import { enter, knock, sendInTheClear } from '../meetings/meeting.ts';

interface GuestAddress {
  path: string;
  secret: string;
}

/** Notes where the guest asks for a token and with which secret, to ask again as somebody would who kept them. */
function watchTokens(person: Person): void {
  person.page.on('request', (request) => {
    if (!request.url().endsWith('/token')) return;
    const secret = request.headers()['authorization'] ?? '';
    tokens.set(person.name, { path: request.url(), secret });
  });
}

const tokens = new Map<string, GuestAddress>();

async function tokenAgain(person: Person): Promise<{ status: number; text: string }> {
  const address = tokens.get(person.name);
  assert.ok(address, 'the guest had asked for a token');
  const answer = await fetch(address.path, {
    method: 'POST',
    headers: { authorization: address.secret, 'content-type': 'application/json' },
    body: '{}',
  });
  return { status: answer.status, text: await answer.text() };
}

describe('a meeting of two members and a guest', () => {
  let server: TestServer;
  let browser: Browser;
  let salma: Person;
  let karim: Person;
  let rahim: Person;
  let zaynab: Person;
  let link: string;

  before(async () => {
    server = await startMajlis({ webApp: true, meetings: true });
    browser = await launch();
    [salma, karim] = await readyToMeet(browser, server.url);
    await salma.context.grantPermissions(['clipboard-read', 'clipboard-write', 'microphone', 'camera']);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await dispose();
  });

  it('both members see and hear each other', async () => {
    await enterMeeting(salma);
    await enterMeeting(karim);
    await Promise.all([hearsAndSees(salma), hearsAndSees(karim)]);
  });

  it('a shared screen reaches the other member, and ends', async () => {
    await salma.page.getByRole('button', { name: 'مشاركة', exact: true }).click();
    await salma.page.getByRole('button', { name: 'إنهاء المشاركة' }).waitFor();
    await karim.page.getByText('مشاركة شاشة').first().waitFor();
    await hearsAndSees(karim);
    await salma.page.getByRole('button', { name: 'إنهاء المشاركة' }).click();
    await karim.page.getByText('مشاركة شاشة').first().waitFor({ state: 'detached' });
  });

  it('a guest waits in the lobby and sees nothing', async () => {
    await salma.page.getByRole('button', { name: 'الأشخاص' }).click();
    await salma.page.getByRole('button', { name: 'نسخ رابط الدعوة' }).click();
    link = await until(
      () => salma.page.evaluate(() => navigator.clipboard.readText()),
      (text) => text.includes('/meet/'),
      'the link should be in the clipboard',
    );
    assert.match(link, /\/meet\/[\w-]{20,}#[\w-]{20,}$/);
    rahim = await guest('رحيم', link);
    await rahim.page.getByText('بانتظار موافقة أحد الأعضاء').first().waitFor();
    assert.equal((await received(rahim)).packetsReceived, 0);
  });

  it('admitted, the guest and the members see and hear each other', async () => {
    await salma.page.getByRole('button', { name: 'إدخال', exact: true }).click();
    await rahim.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
    await Promise.all([hearsAndSees(rahim), hearsAndSees(salma), hearsAndSees(karim)]);
    // Everybody learns of everybody that they have the key, whoever got it first.
    for (const { page } of [salma, karim, rahim])
      await page.locator('.meeting-facts').getByText('يستطيع الجميع فك التشفير').waitFor();
  });

  it('a guest without the key of the link sees no picture', async () => {
    const blind = await guest('متطفل', link.replace(/#.*/, `#${'A'.repeat(43)}`));
    await salma.page.getByRole('button', { name: 'إدخال', exact: true }).click();
    await blind.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
    await until(
      () => received(blind),
      (now) => now.packetsReceived > 100,
      'the media should arrive, locked',
    );
    const { framesDecoded, audioEnergy } = await received(blind);
    assert.deepEqual({ framesDecoded, audioEnergy }, { framesDecoded: 0, audioEnergy: 0 });
    await blind.context.close();
  });

  it('what comes in the clear is neither shown nor believed', async () => {
    const stranger = await knock(server.url, /meet\/([\w-]+)/.exec(link)?.[1] ?? '', 'عابر');
    await salma.page.getByRole('button', { name: 'إدخال', exact: true }).click();
    const { room } = await enter(await stranger.ok('POST', '/token', {}));
    const end = await sendInTheClear(room);
    try {
      const tile = salma.page.locator('.tile').filter({ hasText: 'عابر' });
      await tile.getByText('تعذّر فك التشفير هنا').waitFor();
      const picture = tile.locator('video');
      assert.equal(await picture.evaluate((video: HTMLVideoElement) => video.videoWidth), 0);
      assert.equal(await tile.getByLabel('اليد مرفوعة').count(), 0);
      await salma.page.locator('.meeting-facts').getByText('تعذّر فك التشفير عند').waitFor();
    } finally {
      await end();
      await room.disconnect();
    }
    await hearsAndSees(salma);
  });

  it('removing asks first, and the keyboard alone can answer', async () => {
    const { page } = salma;
    const more = page.getByRole('button', { name: /المزيد: .*رحيم/ });
    const question = page.getByRole('dialog', { name: /^إخراج .*رحيم.* من الاجتماع؟$/ });
    await askToRemove();
    await page.getByText('ويبقى طلب الدخول بالرابط ممكنًا').waitFor();
    assert.deepEqual(await lookAt(salma, 'removing from a meeting'), []);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await until(
      () => more.evaluate((element) => element === document.activeElement),
      (back) => back,
      'the keyboard should be back where it was',
    );
    await askToRemove();
    // The first answer is to leave everything as it is.
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await hearsAndSees(rahim);

    async function askToRemove(): Promise<void> {
      await more.focus();
      await page.keyboard.press('Enter');
      await page.locator('[role=menuitem]:focus').waitFor();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await question.waitFor();
    }
  });

  it('a removed guest is out and cannot come back', async () => {
    const { page } = salma;
    await page.getByRole('button', { name: /المزيد: .*رحيم/ }).click();
    await page.getByRole('menuitem', { name: 'إخراج من الاجتماع' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'إخراج', exact: true }).press('Enter');
    await rahim.page.getByText('انتهت مشاركتك في هذا الاجتماع.').first().waitFor();
    await until(
      () => page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      (label) => label === 'الأشخاص',
      'the keyboard should stay in the list',
    );
    const answer = await tokenAgain(rahim);
    assert.equal(answer.status, 403);
    assert.match(answer.text, /M_FORBIDDEN/);
    await rahim.page.reload();
    await rahim.page.getByRole('button', { name: 'طلب الدخول' }).waitFor();
    assert.equal((await received(rahim)).packetsReceived, 0);
    await hearsAndSees(karim);
  });

  it('a member who did not make the link lets a guest in and gives them the key', async () => {
    await salma.page.locator('.control-leave').click();
    await salma.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor({ state: 'detached' });
    zaynab = await guest('زينب', link);
    await karim.page.getByRole('button', { name: /الأشخاص/ }).click();
    await karim.page.getByRole('button', { name: 'إدخال', exact: true }).click();
    await zaynab.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
    await Promise.all([hearsAndSees(zaynab), hearsAndSees(karim)]);
    assert.deepEqual(zaynab.errors, []);
  });

  it('a guest whom a restarted LiveKit does not know asks again by themselves', async () => {
    // What was live for a moment only is not begun anew.
    await zaynab.page
      .locator('.meeting-bar')
      .getByText(/^٠:[١-٥][٠-٩]$/)
      .waitFor();
    process.kill(Number(readFileSync(join(server.data, 'livekit/livekit.pid'), 'utf8')), 'SIGKILL');
    const ask = karim.page.getByRole('button', { name: 'إدخال', exact: true });
    const closed = karim.page.getByRole('button', { name: /الأشخاص/, pressed: false });
    await until(
      async () => {
        if (await closed.isVisible()) await closed.click();
        return ask.isVisible();
      },
      (asked) => asked,
      'the guest should ask again',
    );
    await ask.click();
    await zaynab.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
    await Promise.all([hearsAndSees(zaynab), hearsAndSees(karim)]);
  });

  it('the only member comes in anew, and the guest who stayed takes the new key', async () => {
    const { page } = karim;
    await page.reload();
    await page.getByRole('button', { name: 'دخول', exact: true }).click();
    await page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
    await Promise.all([hearsAndSees(zaynab), hearsAndSees(karim)]);
  });

  it('nothing broke on the way', () => {
    assert.deepEqual([...salma.errors, ...karim.errors, ...rahim.errors], []);
  });

  async function guest(name: string, address: string): Promise<Person> {
    const person = await arrive(browser, '', { name, viewport: phone, path: 'about:blank' });
    await watchMedia(person);
    watchTokens(person);
    await person.page.goto(address);
    await person.page.getByRole('textbox', { name: 'اسمك كما يراه الحاضرون' }).fill(name);
    await person.page.getByRole('button', { name: 'طلب الدخول' }).click();
    return person;
  }
});
