import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { composer, phone, say, seen, sees } from './browser.ts';
import type { Person } from './browser.ts';
import { meet, openMajlis, sendFile } from './opening.ts';
import { noiseBytes, noisePicture } from './pictures.ts';

/** More than a device holds of a chat when it opens it, and than one press for a single page would read. */
const talk = 80;

function details(person: Person): Locator {
  return person.page.getByRole('complementary', { name: 'التفاصيل' });
}

function files(person: Person): Locator {
  return details(person).getByRole('region', { name: 'الملفات' });
}

/** The file whose row begins with this name. */
function row(person: Person, name: string): Locator {
  return files(person).getByRole('button', { name: new RegExp(`^${name} `) });
}

/** A second of silence. */
function silence(): Buffer {
  const rate = 8000;
  const header = Buffer.alloc(44, 0);
  header.write('RIFF');
  header.writeUInt32LE(36 + rate, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(rate, 40);
  return Buffer.concat([header, Buffer.alloc(rate, 128)]);
}

describe('the files of an encrypted chat', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;
  const plan = noiseBytes(80_000, 7);

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim', phone);
    await meet(salma, karim, 'متى نلتقي؟');
  });

  it('where none was sent, the details say nothing and their page says so', async () => {
    const { page } = salma;
    await page.getByRole('link', { name: 'التفاصيل' }).click();
    await details(salma).getByRole('button', { name: 'مغادرة' }).waitFor();
    assert.equal(await files(salma).count(), 0);
    await page.goto(page.url().replace(/details$/, 'files'));
    await files(salma).getByText('لم تُرسل ملفات في هذه المحادثة.').waitFor();
    // Not in the field: there the key gives up the field first.
    await details(salma).getByRole('link', { name: 'رجوع' }).focus();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => location.pathname.endsWith('/details'));
  });

  it('the newest are in the details of both, with size and sender', async () => {
    await sendFile(salma, { name: 'old-plan.pdf', mimeType: 'application/pdf', buffer: plan });
    // Queued as fast as they are typed; the last one arrives after all others.
    for (let line = 1; line < talk; line += 1) {
      await composer(salma).fill(`سطر ${line}`);
      await composer(salma).press('Enter');
    }
    await say(salma, 'آخر الكلام');
    await sees(karim, 'آخر الكلام');
    // Pictures are sent smaller, unless said otherwise.
    await sendFile(salma, {
      name: 'market-plan-of-the-year-1968.png',
      mimeType: 'image/png',
      buffer: noisePicture(260),
    });
    await sendFile(salma, {
      name: 'survey.ods',
      mimeType: 'application/octet-stream',
      buffer: noiseBytes(20_000, 3),
    });
    await sendFile(salma, { name: 'silence.wav', mimeType: 'audio/wav', buffer: silence() });
    await row(salma, 'silence.wav').waitFor();
    await karim.page.reload();
    await karim.page.getByRole('link', { name: 'التفاصيل' }).click();
    const shown = [];
    for (const button of await settled(karim, 3)) shown.push(await button.getAttribute('aria-label'));
    assert.match(shown[0] ?? '', seen('silence.wav ٨'));
    assert.match(shown[0] ?? '', / · salma$/);
    assert.match(shown[1] ?? '', seen('survey.ods ٢٠'));
    assert.match(shown[2] ?? '', /^market-plan-of-the-year-1968\.jpg /);
  });

  it('all of them are on a page of their own, which the keyboard is taken to', async () => {
    await files(karim).getByRole('link', { name: 'عرض كل الملفات' }).click();
    await details(karim).getByRole('heading', { name: 'الملفات', level: 1 }).waitFor();
    await karim.page.waitForFunction(() => document.activeElement?.matches('.pane-details h1'));
    assert.equal((await settled(karim, 3)).length, 3);
    // What was not read is not counted.
    await files(karim).getByText(seen('قُرئت الرسائل رجوعًا إلى:')).waitFor();
    assert.equal(await files(karim).getByRole('heading').innerText(), 'الملفات');
  });

  it('reading further back finds the first one, and says when the beginning is reached', async () => {
    const further = files(karim).getByRole('button', { name: 'الرسائل السابقة' });
    await further.focus();
    await karim.page.keyboard.press('Enter');
    await row(karim, 'old-plan.pdf').waitFor();
    while (await further.isVisible()) {
      await further.click();
      await files(karim).locator('[aria-busy]').waitFor({ state: 'detached' });
    }
    await files(karim).getByText('قُرئت الرسائل رجوعًا إلى بداية المحادثة.').waitFor();
    await files(karim)
      .getByRole('heading', { name: /الملفات.*٤/ })
      .waitFor();
  });

  it('a file tells its cost, and is saved as it was', async () => {
    const old = row(karim, 'old-plan.pdf');
    assert.match((await old.getAttribute('title')) ?? '', seen('تنزيل، ٨٠'));
    const download = karim.page.waitForEvent('download');
    await old.click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), 'old-plan.pdf');
    assert.deepEqual(await readFile(await saved.path()), plan);
  });

  it('a sound plays where it is, and pauses', async () => {
    const sound = row(karim, 'silence.wav');
    await sound.click();
    await files(karim).locator('[title="إيقاف الرسالة الصوتية"]').waitFor();
  });

  it('a picture is shown large over a phone, offline too once it is here, and a removed one is gone', async () => {
    const picture = row(karim, 'market-plan-of-the-year-1968.jpg');
    const large = karim.page.getByRole('dialog').getByRole('img');
    await picture.click();
    await large.waitFor();
    await karim.page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
    await karim.page.waitForFunction(() => document.activeElement?.matches('.details-file'));
    await karim.context.setOffline(true);
    await karim.page.getByRole('link', { name: 'رجوع' }).click();
    await files(karim).getByRole('link', { name: 'عرض كل الملفات' }).click();
    await picture.click();
    await large.waitFor();
    await karim.page.keyboard.press('Escape');
    await karim.context.setOffline(false);
    const message = salma.page.getByRole('region', { name: 'الرسائل' }).locator('.message-picture .bubble');
    await message.click({ button: 'right', position: { x: 4, y: 4 } });
    await salma.page.getByRole('menuitem', { name: 'حذف', exact: true }).click();
    await salma.page.getByRole('dialog').getByRole('button', { name: 'حذف', exact: true }).click();
    await picture.waitFor({ state: 'detached' });
    await files(karim)
      .getByRole('heading', { name: /الملفات.*٣/ })
      .waitFor();
  });

  it('nothing broke on the way', () => {
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });

  /** The rows of files once there are so many. */
  async function settled(person: Person, count: number): Promise<Locator[]> {
    const rows = files(person).locator('.details-file');
    await rows.nth(count - 1).waitFor();
    return rows.all();
  }
});
