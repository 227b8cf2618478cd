import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { phone } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt } from './eyes.ts';
import { makeGroup } from './group.ts';
import { openMajlis } from './opening.ts';

const group = 'رحلة الجبل';
const everyEntry = [
  'محادثة',
  'مقارنة الرموز',
  'تجاهل',
  'تغيير الدور',
  'إخراج من المجموعة',
  'حظر من المجموعة',
];

describe('roles in a group', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;
  let layla: Person;

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim', phone);
    layla = await majlis.signUp('layla', phone);
    await makeGroup(salma, group, [karim, layla]);
    for (const person of [salma, karim, layla]) {
      await person.page.getByRole('link', { name: 'التفاصيل' }).click();
      await row(person, 'layla').waitFor();
    }
  });

  it('a plain member sees no way to act on others', async () => {
    for (const name of ['salma', 'layla'])
      assert.deepEqual(await entries(karim, name), everyEntry.slice(0, 3));
    assert.equal((await entries(salma, 'karim')).length, everyEntry.length);
  });

  it('the owner makes a member a moderator, who may then act on those below', async () => {
    await choose(salma, 'karim', 'تغيير الدور');
    const dialog = salma.page.getByRole('dialog');
    assert.ok(await dialog.getByRole('radio', { name: 'عضو' }).isChecked());
    assert.deepEqual(await lookAt(salma, 'roles'), []);
    await dialog.getByRole('radio', { name: 'مشرف' }).press('Space');
    await dialog.getByRole('button', { name: 'حفظ' }).click();
    await row(salma, 'karim').getByText('مشرف').waitFor();
    await row(karim, 'karim').getByText('مشرف').waitFor();
    const offered = await entries(karim, 'layla');
    for (const entry of everyEntry.slice(4)) assert.ok(offered.includes(entry), entry);
    assert.deepEqual(await entries(karim, 'salma'), everyEntry.slice(0, 3));
  });

  it('a moderator removes somebody, who can be invited again', async () => {
    await choose(karim, 'layla', 'إخراج من المجموعة');
    await karim.page.getByRole('dialog').getByRole('button', { name: 'إخراج', exact: true }).click();
    for (const person of [karim, salma]) await row(person, 'layla').waitFor({ state: 'detached' });
    // On a phone the conversation lies under its details.
    await layla.page.getByText('انتهت عضويتك في هذه المحادثة.').waitFor({ state: 'attached' });
    await invite(salma);
    await row(salma, 'layla').getByText('بدعوة').waitFor();
  });

  it('an invitation is withdrawn', async () => {
    await choose(karim, 'layla', 'سحب الدعوة');
    await karim.page.getByRole('dialog').getByRole('button', { name: 'إخراج', exact: true }).click();
    await row(salma, 'layla').waitFor({ state: 'detached' });
  });

  it('who is blocked cannot be invited until they are unblocked', async () => {
    await invite(salma);
    await row(karim, 'layla').getByText('بدعوة').waitFor();
    await choose(karim, 'layla', 'حظر من المجموعة');
    await karim.page.getByRole('dialog').getByRole('button', { name: 'حظر', exact: true }).click();
    for (const person of [karim, salma]) {
      await person.page.getByRole('heading', { name: /^المحظورون/ }).waitFor();
    }
    await invite(salma);
    await salma.page.getByText('هذا غير مسموح هنا').first().waitFor();
    assert.deepEqual(await entries(karim, 'layla'), ['محادثة', 'تجاهل', 'رفع الحظر']);
    await choose(karim, 'layla', 'رفع الحظر');
    for (const person of [karim, salma]) {
      await person.page.getByRole('heading', { name: /^المحظورون/ }).waitFor({ state: 'detached' });
    }
    await invite(salma);
    await row(salma, 'layla').getByText('بدعوة').waitFor();
  });

  it('a role is taken back, and the moderator is a plain member again', async () => {
    await choose(salma, 'karim', 'تغيير الدور');
    const dialog = salma.page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'عضو' }).press('Space');
    await dialog.getByRole('button', { name: 'حفظ' }).click();
    await row(karim, 'karim').getByText('مشرف').waitFor({ state: 'detached' });
    assert.deepEqual(await entries(karim, 'layla'), everyEntry.slice(0, 3));
    assert.deepEqual([...salma.errors, ...karim.errors, ...layla.errors], []);
  });

  /** A member's row in the details. */
  function row(person: Person, name: string): Locator {
    return person.page
      .getByRole('region', { name: 'الأعضاء' })
      .getByRole('button', { name: new RegExp(name) });
  }

  /** What the menu of a member offers. */
  async function entries(person: Person, name: string): Promise<string[]> {
    await row(person, name).click();
    const menu = person.page.getByRole('menu');
    await menu.waitFor();
    const texts = await menu.getByRole('menuitem').allInnerTexts();
    await person.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    return texts.map((text) => text.trim());
  }

  async function choose(person: Person, name: string, entry: string): Promise<void> {
    await row(person, name).click();
    await person.page.getByRole('menuitem', { name: entry }).click();
  }

  /** Invites layla again. */
  async function invite(person: Person): Promise<void> {
    const { page } = person;
    await page.getByRole('button', { name: 'دعوة', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox').fill('layla');
    await dialog.getByRole('button', { name: /layla/ }).first().click();
    await page.locator('.toast').last().waitFor();
    await dialog.getByRole('button', { name: 'تم' }).click();
  }
});
