import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { acceptInvitation, bubbles, composer, exactly, phone, say, seen, sees, words } from './browser.ts';
import type { Person } from './browser.ts';
import { startGroup } from './group.ts';
import { until } from './media.ts';
import { meet, openMajlis } from './opening.ts';
import { noiseBytes, noisePicture } from './pictures.ts';

/** Picks an entry of the menu of a message. */
async function pick(person: Person, text: string, entry: string): Promise<void> {
  await sees(person, text);
  await bubbles(person, text).first().click({ button: 'right' });
  await person.page.getByRole('menuitem', { name: entry, exact: true }).click();
}

function timeline(person: Person): Locator {
  return person.page.getByRole('region', { name: 'الرسائل' });
}

/** A statement in the middle of the conversation, such as who joined. */
function line(person: Person, text: string): Locator {
  return timeline(person).getByText(exactly(text));
}

function tickOf(person: Person, text: string, state: string): Locator {
  return bubbles(person, text).getByRole('img', { name: state, exact: true });
}

function chatNamed(person: Person, name: string): Locator {
  return person.page
    .getByRole('region', { name: 'قائمة المحادثات' })
    .getByRole('link', { name: new RegExp(name) });
}

async function chooseFile(person: Person, file: { name: string; mimeType: string; buffer: Buffer }) {
  const chooser = person.page.waitForEvent('filechooser');
  await person.page.getByRole('button', { name: 'إرفاق صورة أو ملف' }).click();
  await (await chooser).setFiles(file);
  return person.page.getByRole('dialog', { name: 'إرسال الملف؟' });
}

function endsWith(text: string): RegExp {
  return new RegExp(`${seen(text).source}$`);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The files of the server's disk that hold these bytes as they were before they were locked. */
async function filesHolding(folder: string, bytes: Buffer): Promise<string[]> {
  const found = [];
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(bytes)) found.push(path);
  }
  assert.ok(files > 0, 'the server keeps files');
  return found;
}

describe('what people do with messages, encrypted', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;
  let layla: Person;
  const group = 'رحلة الجبل';

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim', phone);
    layla = await majlis.signUp('layla', phone);
    await meet(salma, karim, 'متى نلتقي؟');
  });

  it('typing is seen while it lasts', async () => {
    await composer(karim).pressSequentially('غد');
    const typing = salma.page.getByRole('main').getByText(seen('karim · جارٍ الكتابة'));
    await typing.waitFor();
    await composer(karim).fill('');
    await typing.waitFor({ state: 'detached' });
  });

  it('what is picked by mouse puts the keyboard into the field, and Esc gives it up there', async () => {
    await timeline(karim).click({ position: { x: 4, y: 4 } });
    await pick(karim, 'متى نلتقي؟', 'رد');
    await karim.page.getByRole('menu').waitFor({ state: 'detached' });
    await karim.page.waitForFunction(() => document.activeElement?.matches('textarea'));
    await karim.page.locator('.quote-bar').waitFor();
    await karim.page.keyboard.press('Escape');
    await karim.page.locator('.quote-bar').waitFor({ state: 'detached' });
    await composer(karim).waitFor();
  });

  it('the end stays in sight when the last message grows after it was scrolled to', async () => {
    await timeline(salma).evaluate(async (scroller) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const filler = document.createElement('div');
      filler.style.height = '2000px';
      scroller.firstElementChild?.append(filler);
      await frame();
      await frame();
      scroller.scrollTop = scroller.scrollHeight - scroller.clientHeight - 10;
      await frame();
      await frame();
      // In a task of its own: the next frame then tells of scrolling before it tells of the new size.
      await new Promise((resolve) => setTimeout(resolve));
      scroller.scrollTop = scroller.scrollHeight;
      filler.style.height = '2400px';
    });
    await until(
      () => timeline(salma).evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight),
      (fromEnd) => fromEnd < 48,
      'the end should be in sight',
    );
    await timeline(salma).evaluate((scroller) => scroller.firstElementChild?.lastElementChild?.remove());
  });

  it('a reply shows what it answers, and leads there', async () => {
    await pick(karim, 'متى نلتقي؟', 'رد');
    await say(karim, 'غدًا صباحًا');
    await sees(salma, 'غدًا صباحًا');
    const quote = timeline(salma).getByRole('button', { name: /salma.*متى نلتقي؟.*الرسالة الأصلية/s });
    await quote.click();
    await salma.page
      .locator('.message-found')
      .filter({ hasText: /^متى نلتقي؟/ })
      .waitFor();
  });

  it('an edit takes the place of the old words', async () => {
    await pick(karim, 'غدًا صباحًا', 'تعديل');
    await say(karim, 'غدًا مساءً');
    await sees(salma, 'غدًا مساءً');
    await bubbles(salma, 'غدًا مساءً').getByText('معدَّلة').waitFor();
    assert.equal(await bubbles(salma, 'غدًا صباحًا').count(), 0);
    await salma.page.reload();
    await sees(salma, 'غدًا مساءً');
    assert.equal(await bubbles(salma, 'غدًا صباحًا').count(), 0);
  });

  it('a reaction is seen, joined and taken back', async () => {
    await bubbles(salma, 'غدًا مساءً').first().click({ button: 'right' });
    await salma.page.getByRole('group', { name: 'تفاعل' }).getByRole('menuitem', { name: 'موافقة' }).click();
    const alone = timeline(karim).getByRole('button', { name: endsWith('موافقة: salma') });
    await alone.waitFor();
    assert.equal(await alone.getAttribute('aria-pressed'), 'false');
    await alone.click();
    await timeline(salma)
      .getByRole('button', { name: endsWith('موافقة: salma، karim') })
      .waitFor();
    await timeline(karim)
      .getByRole('button', { name: /موافقة/, pressed: true })
      .click();
    await timeline(salma)
      .getByRole('button', { name: endsWith('موافقة: salma') })
      .waitFor();
  });

  it('a removed message is gone on both sides', async () => {
    await say(salma, 'كلمة نُدم عليها');
    await sees(karim, 'كلمة نُدم عليها');
    await pick(salma, 'كلمة نُدم عليها', 'حذف');
    await salma.page.getByRole('dialog').getByRole('button', { name: 'حذف', exact: true }).click();
    await timeline(karim).getByText(seen('حُذفت هذه الرسالة · salma')).waitFor();
    await timeline(salma).getByText('حُذفت هذه الرسالة · أنت').waitFor();
    assert.equal(await bubbles(karim, 'كلمة نُدم عليها').count(), 0);
  });

  it('the tick says read only when it has been read', async () => {
    await karim.page.getByRole('link', { name: 'إلى المحادثات' }).click();
    await say(salma, 'هل وصلت هذه؟');
    await chatNamed(karim, 'هل وصلت هذه؟').waitFor();
    await tickOf(salma, 'هل وصلت هذه؟', 'على الخادم')
      .or(tickOf(salma, 'هل وصلت هذه؟', 'وصلت'))
      .first()
      .waitFor();
    assert.equal(await tickOf(salma, 'هل وصلت هذه؟', 'قُرئت').count(), 0);
    await chatNamed(karim, 'salma').click();
    await tickOf(salma, 'هل وصلت هذه؟', 'قُرئت').waitFor();
  });

  it('a picture tells its cost before it is fetched, and arrives as it was', async () => {
    const picture = noisePicture(260);
    const dialog = await chooseFile(salma, { name: 'جبل.png', mimeType: 'image/png', buffer: picture });
    await dialog.getByRole('switch', { name: 'إرسال الصور أصغر' }).uncheck({ force: true });
    await dialog.getByText(seen('حجم الإرسال ٢٠٣')).waitFor();
    await dialog.getByRole('button', { name: words.send }).click();
    const away = timeline(karim).getByRole('button', { name: seen('صورة من salma. تنزيل، ٢٠٣') });
    await away.waitFor();
    await away.getByText(/٢٠٣/).waitFor();
    await away.click();
    await timeline(karim)
      .getByRole('button', { name: seen('فتح جبل.png') })
      .click();
    const shown = karim.page.getByRole('dialog').getByRole('img');
    await shown.waitFor();
    const download = karim.page.waitForEvent('download');
    await karim.page.getByRole('dialog').getByRole('link', { name: 'حفظ' }).click();
    assert.equal(digest(await readFile(await (await download).path())), digest(picture));
    await karim.page.keyboard.press('Escape');
    await shown.waitFor({ state: 'detached' });
  });

  it('a file tells its size, arrives as it was, and lies locked on the server', async () => {
    const content = Buffer.concat([Buffer.from('قائمة الزاد\n'.repeat(40)), noiseBytes(80_000, 7)]);
    const dialog = await chooseFile(karim, {
      name: 'zad.dat',
      mimeType: 'application/octet-stream',
      buffer: content,
    });
    await dialog.getByText(seen('حجم الإرسال ٨١')).waitFor();
    await dialog.getByRole('button', { name: words.send }).click();
    const fetchIt = timeline(salma).getByRole('button', { name: seen('تنزيل، ٨١') });
    await fetchIt.waitFor();
    await timeline(salma).getByText(seen('DAT · ٨١')).waitFor();
    const download = salma.page.waitForEvent('download');
    await fetchIt.click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), 'zad.dat');
    assert.equal(digest(await readFile(await saved.path())), digest(content));
    assert.deepEqual(await filesHolding(majlis.server.data, content.subarray(0, 200)), []);
  });

  it('three people talk in a group', async () => {
    await startGroup(salma, group, [karim, layla]);
    await composer(salma).waitFor();
    await karim.page.getByRole('link', { name: 'إلى المحادثات' }).click();
    for (const person of [karim, layla]) {
      await acceptInvitation(person, group);
      await line(salma, `انضمام ${person.name}`).waitFor();
    }
    for (const person of [salma, karim, layla]) await say(person, `هنا ${person.name}`);
    for (const person of [salma, karim, layla]) {
      for (const name of ['salma', 'karim', 'layla']) await sees(person, `هنا ${name}`);
    }
    await karim.page.getByRole('main').getByText('٣ أعضاء').waitFor();
  });

  it('who leaves hears nothing more', async () => {
    const { page } = layla;
    await page.getByRole('link', { name: 'التفاصيل' }).click();
    await page.getByRole('button', { name: 'مغادرة المجموعة' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'مغادرة', exact: true }).click();
    await page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
    await line(salma, 'مغادرة layla').waitFor();
    await say(salma, 'بعد المغادرة');
    await sees(karim, 'بعد المغادرة');
    await until(
      () => chatNamed(layla, group).count(),
      (count) => count === 0,
      'the group should be gone from the list',
    );
  });

  it('an invitation is refused, and both sides know it', async () => {
    await invite(salma, 'layla');
    await chatNamed(layla, group).click();
    await layla.page.getByRole('button', { name: 'اعتذار' }).click();
    await line(salma, 'اعتذار layla عن الدعوة').waitFor();
    await chatNamed(layla, group).first().waitFor({ state: 'detached' });
  });

  it('invited once more, a member reads what comes from then on', async () => {
    await invite(salma, 'layla');
    await acceptInvitation(layla, group);
    await line(salma, 'انضمام layla').nth(1).waitFor();
    await say(karim, 'أهلًا بالعودة');
    await sees(layla, 'أهلًا بالعودة');
    assert.equal(await bubbles(layla, 'بعد المغادرة').count(), 0);
  });

  it('nothing broke on the way', () => {
    assert.deepEqual([...salma.errors, ...karim.errors, ...layla.errors], []);
  });

  async function invite(person: Person, name: string): Promise<void> {
    const { page } = person;
    await page.getByRole('link', { name: 'التفاصيل' }).click();
    const details = page.getByRole('complementary', { name: 'التفاصيل' });
    await details.getByRole('button', { name: 'دعوة', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'إضافة أشخاص' });
    await dialog.getByRole('searchbox').fill(name);
    await dialog
      .getByRole('button', { name: new RegExp(name) })
      .first()
      .click();
    await page.getByText('أُرسلت الدعوة.').first().waitFor();
    await dialog.getByRole('button', { name: 'تم' }).click();
    await details.getByRole('link', { name: 'إغلاق' }).click();
  }
});
