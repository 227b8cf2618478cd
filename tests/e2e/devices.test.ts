import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { bubbles, fillSignUp, phone, say, sees } from './browser.ts';
import type { Person } from './browser.ts';
import { meet, openMajlis } from './opening.ts';

const old = 'رسالة قبل الجهاز الجديد';
const same = 'متطابقة';
const locked = 'رسالة لا يمكن فتحها على هذا الجهاز.';

/** The twelve words that the recovery page shows. */
async function recoveryWords(person: Person, url: string): Promise<string> {
  const { page } = person;
  await page.goto(`${url}/you/recovery`);
  await page.getByRole('button', { name: 'عرض الكلمات الاثنتي عشرة' }).click();
  const items = page.getByRole('main').getByRole('listitem');
  await items.nth(11).waitFor();
  const texts = await items.allInnerTexts();
  return texts.map((text) => text.replace(/^[\d٠-٩\s]+/, '').trim()).join(' ');
}

async function openRoom(person: Person): Promise<void> {
  const { page } = person;
  await page.goto(new URL('/', page.url()).href);
  await page
    .getByRole('region', { name: 'قائمة المحادثات' })
    .getByRole('link', { name: /karim/ })
    .first()
    .click();
}

/** Both devices show the same seven pictures. */
async function compare(first: Person, second: Person): Promise<void> {
  await first.page.goto(new URL('/', first.page.url()).href);
  await second.page.goto(new URL('/you/recovery', second.page.url()).href);
  await second.page.getByRole('button', { name: 'مقارنة مع جهاز آخر' }).click();
  await first.page.getByRole('button', { name: 'قبول' }).click();
  const [shown, other] = await Promise.all(
    [first, second].map(async (person) => {
      await person.page.getByRole('button', { name: same, exact: true }).waitFor();
      const seven = person.page.getByRole('dialog').getByRole('listitem');
      await seven.nth(6).waitFor();
      return seven.allInnerTexts();
    }),
  );
  assert.equal(shown?.length, 7);
  assert.deepEqual(shown, other);
}

async function agree(...people: readonly Person[]): Promise<void> {
  for (const { page } of people) await page.getByRole('button', { name: same, exact: true }).click();
}

async function done({ page }: Person): Promise<void> {
  await page.getByText('تم التأكيد').first().waitFor();
}

describe('one person, several devices', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;
  let words: string;

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim', phone);
    await meet(salma, karim, old);
    words = await recoveryWords(salma, majlis.server.url);
  });

  it('an identity whose making was cut off is finished at the next start', async () => {
    const layla = await majlis.arrive({ name: 'layla' });
    const cut = layla.page.waitForRequest('**/keys/signatures/upload');
    await layla.page.route('**/keys/signatures/upload', (route) => route.abort());
    await fillSignUp(layla);
    await cut;
    await layla.page.goto('about:blank');
    await layla.page.unrouteAll();
    assert.equal((await recoveryWords(layla, majlis.server.url)).split(' ').length, 12);
    assert.deepEqual(layla.errors, []);
    await layla.context.close();
  });

  it('an account whose page was closed before it had an identity gets one at the next start', async () => {
    const early = await majlis.arrive({ name: 'early' });
    await early.page.route('**/keys/device_signing/upload', (route) => route.abort());
    const cut = early.page.waitForRequest('**/keys/device_signing/upload');
    await fillSignUp(early);
    await cut;
    await early.page.goto('about:blank');
    await early.page.unrouteAll();
    const made = early.page.waitForResponse('**/keys/device_signing/upload');
    await early.page.goto(majlis.server.url);
    assert.equal((await made).status(), 200);
    assert.equal((await recoveryWords(early, majlis.server.url)).split(' ').length, 12);
    await early.context.close();
  });

  it('twelve words open the old messages on a new device', async () => {
    assert.equal(words.split(' ').length, 12);
    const second = await majlis.signIn('salma');
    await second.page.goto(`${majlis.server.url}/you/recovery`);
    await second.page.getByRole('textbox', { name: 'إدخال الكلمات الاثنتي عشرة' }).fill(words);
    await second.page.getByRole('button', { name: 'فتح رسائلي' }).click();
    await second.page.getByText('رسائلك مفتوحة على هذا الجهاز.').first().waitFor();
    await openRoom(second);
    await sees(second, old);
    assert.deepEqual(second.errors, []);
    await second.context.close();
  });

  it('wrong words are refused and open nothing', async () => {
    const second = await majlis.signIn('salma');
    await second.page.goto(`${majlis.server.url}/you/recovery`);
    const wrong = words.split(' ').toReversed().join(' ');
    await second.page.getByRole('textbox', { name: 'إدخال الكلمات الاثنتي عشرة' }).fill(wrong);
    await second.page.getByRole('button', { name: 'فتح رسائلي' }).click();
    await second.page.getByText('هذه الكلمات لا تفتح الحساب').waitFor();
    await openRoom(second);
    await second.page.getByRole('region', { name: 'الرسائل' }).waitFor();
    assert.equal(await bubbles(second, old).count(), 0);
    await second.context.close();
  });

  it('a device verified by emoji reads old messages from the backup', async () => {
    const second = await majlis.signIn('salma');
    await compare(salma, second);
    await agree(salma, second);
    await done(second);
    await openRoom(second);
    await sees(second, old);
    await say(karim, 'إلى الجهازين');
    await sees(second, 'إلى الجهازين');
    assert.deepEqual([...salma.errors, ...second.errors], []);
    await second.context.close();
  });

  it('a device closed while it opens the backup reads old messages when it is opened again', async () => {
    const second = await majlis.signIn('salma');
    await compare(salma, second);
    await second.page.route('**/room_keys/keys?*', (route) => route.abort());
    const opening = second.page.waitForRequest('**/room_keys/keys?*');
    await agree(salma, second);
    await opening;
    await second.page.goto('about:blank');
    await second.page.unrouteAll();
    // The message is looked at before the backup can be asked.
    const gate = Promise.withResolvers<void>();
    await second.page.route('**/room_keys/version', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await second.page.goto(majlis.server.url);
    await openRoom(second);
    await second.page.getByRole('region', { name: 'الرسائل' }).getByText(locked).first().waitFor();
    gate.resolve();
    await sees(second, old);
    await second.context.close();
  });

  it('a device closed right after the comparison gets its keys when it is opened again', async () => {
    const second = await majlis.signIn('salma');
    await compare(salma, second);
    // The old device does not learn yet that the new one is signed, so it drops its first questions.
    await salma.page.route('**/keys/query', (route) => route.abort());
    await agree(salma, second);
    await done(second);
    await second.page.goto('about:blank');
    await salma.page.unroute('**/keys/query');
    await second.page.goto(majlis.server.url);
    await openRoom(second);
    await sees(second, old);
    assert.deepEqual(second.errors, []);
    await second.context.close();
  });
});
