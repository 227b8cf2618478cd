import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { phone, words } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt } from './eyes.ts';
import { openMajlis } from './opening.ts';

const old = 'four scattered words together';
const fresh = 'seven other words apart';
const third = 'nothing like the former two';
const wrong = 'كلمة السر الحالية غير صحيحة. يمكن المحاولة مجددًا.';

describe('a password is changed in the app', () => {
  const majlis = openMajlis();
  let salma: Person;

  before(async () => {
    salma = await majlis.signUp('salma', phone);
  });

  it('a wrong current password is named, and nothing changes', async () => {
    const { page } = salma;
    await page.getByRole('link', { name: 'حسابي' }).click();
    await page.getByRole('link', { name: 'تغيير كلمة السر' }).click();
    await change('not the one at all', fresh);
    const field = page.getByRole('textbox', { name: 'كلمة السر الحالية' });
    await page.getByText(wrong).waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    // The keyboard is where the mistake is, and correcting it takes the words away.
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    await field.press('x');
    await page.getByText(wrong).waitFor({ state: 'hidden' });
  });

  it('the right one changes it, and signs other devices out', async () => {
    const other = await majlis.signIn('salma');
    assert.ok(await others().isChecked());
    await change(old, fresh);
    await salma.page.getByText('تغيّرت كلمة السر.').waitFor();
    await other.page.getByRole('textbox', { name: words.username }).waitFor();
    assert.equal(await syncs(salma), 200);
    await other.context.close();
  });

  it('after signing out the old one is refused and the new one is taken', async () => {
    const { page } = salma;
    await page.getByRole('button', { name: 'خروج' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'خروج' }).click();
    await page.getByRole('textbox', { name: words.username }).waitFor();
    await signInWith(salma, old);
    await page.getByText('اسم المستخدم أو كلمة السر غير مطابق.').waitFor();
    await signInWith(salma, fresh);
    await page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
  });

  it('it counts on another device too', async () => {
    const second = await majlis.arrive({ name: 'salma' });
    await signInWith(second, old);
    await second.page.getByText('اسم المستخدم أو كلمة السر غير مطابق.').waitFor();
    await signInWith(second, fresh);
    await second.page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
    assert.equal(await syncs(second), 200);

    // Unticked with the keyboard, it leaves that device as it is.
    const { page } = salma;
    await page.goto(new URL('/you', majlis.server.url).href);
    await page.getByRole('link', { name: 'تغيير كلمة السر' }).click();
    await others().focus();
    await page.keyboard.press('Space');
    assert.equal(await others().isChecked(), false);
    assert.deepEqual(await lookAt(salma, 'a new password'), []);
    await change(fresh, third);
    await page.getByText('تغيّرت كلمة السر.').waitFor();
    await second.page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
    assert.equal(await syncs(second), 200);
    assert.deepEqual([...salma.errors, ...second.errors], []);
  });

  function others(): Locator {
    return salma.page.getByRole('checkbox', { name: 'إخراج الأجهزة الأخرى' });
  }

  /** What the server says to the next question of the person's device. */
  async function syncs({ page }: Person): Promise<number> {
    const answer = page.waitForResponse((response) => response.url().includes('/sync'));
    await page.reload();
    return (await answer).status();
  }

  async function change(current: string, next: string): Promise<void> {
    const { page } = salma;
    await page.getByRole('textbox', { name: 'كلمة السر الحالية' }).fill(current);
    await page.getByRole('textbox', { name: 'كلمة السر الجديدة' }).fill(next);
    await page.getByRole('button', { name: 'تغيير كلمة السر' }).click();
  }

  async function signInWith(person: Person, password: string): Promise<void> {
    const { page } = person;
    await page.getByRole('radio', { name: words.signIn }).check({ force: true });
    await page.getByRole('textbox', { name: words.username }).fill('salma');
    await page.getByRole('textbox', { name: words.password }).fill(password);
    await page.getByRole('button', { name: words.signIn, exact: true }).click();
  }
});
