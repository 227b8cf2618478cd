import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  acceptInvitation,
  arrive,
  bubbles,
  composer,
  desktop,
  phone,
  say,
  sees,
  startChat,
} from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt, tabTo, watchHosts } from './eyes.ts';
import { openMajlis, sendFile } from './opening.ts';
import { noiseBytes, noisePicture } from './pictures.ts';

const languages = [
  { code: 'ar', direction: 'rtl' },
  { code: 'en', direction: 'ltr' },
] as const;
const pages = ['profile', 'appearance', 'data', 'devices', 'ignored', 'recovery', 'password'] as const;

async function speak(person: Person, language: string): Promise<void> {
  await person.page.evaluate((code) => localStorage.setItem('majlis.language', code), language);
  await person.page.reload();
  await person.page.locator(`html[lang="${language}"]`).waitFor();
}

async function open(person: Person, path: string, selector: string): Promise<void> {
  await person.page.goto(new URL(path, person.page.url()).href);
  await person.page.locator(selector).first().waitFor();
}

describe('everybody can use it', () => {
  const majlis = openMajlis({ meetings: true });
  let salma: Person;
  let karim: Person;
  let guest: Person;
  let room: string;
  const foreign: Array<() => string[]> = [];

  before(async () => {
    salma = await newcomer('salma');
    karim = await newcomer('karim');
    guest = await arriveWatched('guest');
  });

  for (const { code, direction } of languages) {
    it(`sign-in is for everybody: ${code}`, async () => {
      const found: string[] = [];
      await speak(guest, code);
      assert.equal(await guest.page.locator('html').getAttribute('dir'), direction);
      await guest.page.locator('input[name="username"]').waitFor();
      found.push(...(await lookAt(guest, `sign-in ${code}`)));
      await guest.page.locator('.sign-in-other').click();
      found.push(...(await lookAt(guest, `another server ${code}`)));
      assert.deepEqual(found, []);
    });

    it(`a list without chats is for everybody: ${code}`, async () => {
      const found: string[] = [];
      await speak(karim, code);
      await karim.page.locator('.blank:visible').first().waitFor();
      found.push(...(await lookAt(karim, `no chats ${code}`)));
      assert.deepEqual(found, []);
    });
  }

  it('the gallery is for everybody', async () => {
    const found: string[] = [];
    await open(guest, '/gallery', '.gallery');
    found.push(...(await lookAt(guest, 'gallery')));
    assert.deepEqual(found, []);
  });

  it('two people have something to show', async () => {
    await speak(salma, 'ar');
    await speak(karim, 'ar');
    await startChat(salma, 'karim');
    await say(salma, 'السلام عليكم ورحمة الله وبركاته، أين نلتقي؟ هذه رسالة طويلة تملأ أكثر من سطر واحد.');
    await acceptInvitation(karim, 'salma');
    await say(karim, 'At the library, https://example.org/a-very-long-address-that-has-no-place-to-break/42');
    await sees(salma, 'At the library');
    await sendFile(karim, {
      name: 'a-long-name-of-a-file-that-does-not-fit-on-a-phone.pdf',
      mimeType: 'application/pdf',
      buffer: noiseBytes(70_000, 3),
    });
    await sendFile(karim, { name: 'picture.png', mimeType: 'image/png', buffer: noisePicture(180) });
    await salma.page.locator('.message-picture').waitFor();
    room = new URL(salma.page.url()).pathname.split('/')[2] ?? '';
  });

  for (const { code, direction } of languages) {
    it(`chats, a room and its details are for everybody: ${code}`, async () => {
      const found: string[] = [];
      await speak(salma, code);
      await open(salma, '/', '.row');
      found.push(...(await lookAt(salma, `chats ${code}`)));
      await open(salma, `/chats/${room}`, '.message-picture');
      found.push(...(await lookAt(salma, `room ${code}`)));
      await salma.page
        .locator('.message .bubble')
        .last()
        .click({ button: 'right', position: { x: 4, y: 4 } });
      await salma.page.getByRole('menu').waitFor();
      found.push(...(await lookAt(salma, `menu of a message ${code}`)));
      await salma.page.keyboard.press('Escape');
      await open(salma, `/chats/${room}/details`, '.details-file');
      found.push(...(await lookAt(salma, `details ${code}`)));
      await open(salma, `/chats/${room}/files`, '.details-file');
      found.push(...(await lookAt(salma, `files ${code}`)));
      await open(salma, '/new', 'input[type="search"]');
      found.push(...(await lookAt(salma, `new chat ${code}`)));
      await open(salma, '/new/group', 'form.pane');
      found.push(...(await lookAt(salma, `new group ${code}`)));
      assert.deepEqual(found, []);
    });

    it(`the own pages are for everybody: ${code}`, async () => {
      const found: string[] = [];
      await open(salma, '/you', '.you-head');
      found.push(...(await lookAt(salma, `you ${code}`)));
      for (const page of pages) {
        await open(salma, `/you/${page}`, '.pane-main h1');
        found.push(...(await lookAt(salma, `${page} ${code}`)));
      }
      assert.deepEqual(found, []);
    });

    it(`a meeting is for everybody: ${code}`, async () => {
      const found: string[] = [];
      await open(salma, '/meetings', '.pane-list h1');
      found.push(...(await lookAt(salma, `meetings ${code}`)));
      await open(salma, `/meetings/${room}`, '.lobby-note, .button-primary');
      found.push(...(await lookAt(salma, `before a meeting ${code}`)));
      await salma.page.locator('.button-primary').first().click();
      await salma.page.getByRole('toolbar').waitFor();
      found.push(...(await lookAt(salma, `in a meeting ${code}`)));
      await salma.page
        .getByRole('button', { name: code === 'ar' ? 'الأشخاص' : 'People', exact: true })
        .click();
      found.push(...(await lookAt(salma, `people of a meeting ${code}`)));
      assert.deepEqual(found, []);
    });

    it(`the page is really turned round: ${code}`, async () => {
      await salma.page.setViewportSize(desktop);
      await open(salma, `/chats/${room}`, '.message-own');
      const [rail, list, main] = await Promise.all(
        ['.places', '.pane-list', '.pane-main'].map(async (part) => salma.page.locator(part).boundingBox()),
      );
      assert.ok(rail && list && main);
      const order = [rail.x, list.x, main.x];
      assert.equal(
        direction === 'rtl' ? rail.x + rail.width : rail.x,
        direction === 'rtl' ? desktop.width : 0,
      );
      const inOrder = order.toSorted((one, other) => one - other);
      assert.deepEqual(order, direction === 'rtl' ? inOrder.toReversed() : inOrder);
      const own = await salma.page.locator('.message-own .bubble').first().boundingBox();
      const other = await salma.page.locator('.message:not(.message-own) .bubble').first().boundingBox();
      assert.ok(own && other);
      assert.equal(own.x < other.x, direction === 'rtl', 'the own words are at the end of the line');
    });
  }

  it('everything on the main path is reached by keyboard', async () => {
    const { page } = salma;
    await speak(salma, 'ar');
    await (await newcomer('rahim')).context.close();
    await startChat(salma, 'rahim');
    await say(salma, 'إلى رحيم');
    await open(salma, '/', '.row');
    await tabTo(salma, `.row[href$="${room}"]`);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('textarea'));
    await page.keyboard.type('بلا فأرة');
    await page.keyboard.press('Enter');
    await sees(karim, 'بلا فأرة');
    // What follows the last message (who is typing, what comes meanwhile) must not matter: this very message is meant.
    await bubbles(salma, 'بلا فأرة')
      .locator('xpath=ancestor::*[.//button[@aria-haspopup="menu"] or .//*[contains(@class, "tools")]][1]')
      .locator('.tools button')
      .last()
      .evaluate((button) => button.setAttribute('data-wanted', ''));
    await tabTo(salma, '[data-wanted]', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('ArrowDown');
    assert.ok(await page.evaluate(() => document.activeElement?.closest('[role="menu"]') !== null));
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    // The focus goes back to where it was.
    await page.waitForFunction(() => document.activeElement?.matches('.tools button'));
    await page.keyboard.press('/');
    await page.waitForFunction(() => document.activeElement?.matches('input[type="search"]'));
    await page.keyboard.type('rah');
    await page.locator('.list-scroll .row').nth(1).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.locator('.list-scroll .row').nth(1).waitFor();
    const rows = await page
      .locator('.list-scroll .row')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    // Another chat may have moved up meanwhile, when somebody's call there ended.
    const here = rows.indexOf(`/chats/${room}`);
    assert.ok(here >= 0, 'the open chat is in the list');
    const [away, home] =
      here + 1 < rows.length ? ['Alt+ArrowDown', 'Alt+ArrowUp'] : ['Alt+ArrowUp', 'Alt+ArrowDown'];
    await page.keyboard.press(away);
    await page.waitForFunction((path) => location.pathname === path, rows[here + 1] ?? rows[here - 1]);
    await page.keyboard.press(home);
    await page.waitForFunction((path) => location.pathname === path, `/chats/${room}`);
    assert.ok((await bubbles(salma, 'بلا فأرة').count()) === 1);
    await composer(salma).waitFor();
  });

  it('no word went to any host but this one, and nothing broke', () => {
    assert.deepEqual(
      foreign.flatMap((list) => list()),
      [],
    );
    assert.deepEqual([...salma.errors, ...karim.errors, ...guest.errors], []);
  });

  async function newcomer(name: string): Promise<Person> {
    const person = await majlis.signUp(name);
    foreign.push(watchHosts(person, majlis.server.url));
    return person;
  }

  async function arriveWatched(name: string): Promise<Person> {
    const person = await arrive(majlis.browser, '', { name, viewport: phone, path: 'about:blank' });
    foreign.push(watchHosts(person, majlis.server.url));
    await person.page.goto(majlis.server.url);
    return person;
  }
});
