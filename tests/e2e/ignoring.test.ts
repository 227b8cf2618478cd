import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { acceptInvitation, bubbles, composer, say, seen, sees, startChat } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt, tabTo } from './eyes.ts';
import { makeGroup } from './group.ts';
import { openMajlis } from './opening.ts';

const group = 'رحلة الجبل';

describe('ignoring somebody', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;
  let layla: Person;

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim');
    layla = await majlis.signUp('layla');
    await makeGroup(salma, group, [karim, layla]);
  });

  it('takes their messages away at once, and the coming ones, but nobody else’s', async () => {
    await say(karim, 'كلام كثير');
    await sees(salma, 'كلام كثير');
    await salma.page.getByRole('link', { name: 'التفاصيل' }).click();
    await salma.page.getByRole('region', { name: 'الأعضاء' }).getByRole('button', { name: /karim/ }).click();
    await salma.page.getByRole('menuitem', { name: 'تجاهل', exact: true }).click();
    assert.deepEqual(await lookAt(salma, 'ignoring'), []);
    await salma.page.getByRole('dialog').getByRole('button', { name: 'تجاهل', exact: true }).click();
    await bubbles(salma, 'كلام كثير').waitFor({ state: 'detached' });
    await say(karim, 'كلام أكثر');
    await sees(layla, 'كلام أكثر');
    await say(layla, 'مساء الخير');
    await sees(salma, 'مساء الخير');
    assert.equal(await bubbles(salma, 'كلام').count(), 0);
  });

  it('hides that they type, but not that others do', async () => {
    const told = karim.page.waitForResponse((answer) => answer.url().includes('/typing/') && answer.ok());
    await composer(karim).fill('كلام');
    await told;
    await composer(layla).fill('نعم');
    await salma.page.getByText(seen('layla · جارٍ الكتابة')).waitFor();
  });

  it('ends in the details of their chat, and what was there is seen again', async () => {
    await startChat(salma, 'karim');
    await acceptInvitation(karim, 'salma');
    await salma.page.getByRole('link', { name: 'التفاصيل' }).click();
    await salma.page.getByRole('button', { name: 'إلغاء التجاهل' }).click();
    await salma.page.getByRole('button', { name: 'تجاهل', exact: true }).waitFor();
    await say(karim, 'عدت');
    await sees(salma, 'عدت');
    await salma.page
      .getByRole('region', { name: 'قائمة المحادثات' })
      .getByRole('link', { name: new RegExp(group) })
      .click();
    await composer(salma).waitFor();
    await sees(salma, 'كلام كثير');
  });

  it('ends by keyboard in the list of everybody who is ignored', async () => {
    const { page } = salma;
    await startChat(salma, 'karim');
    await page.getByRole('link', { name: 'التفاصيل' }).click();
    await page.getByRole('button', { name: 'تجاهل', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'تجاهل', exact: true }).click();
    await bubbles(salma, 'عدت').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'حسابي' }).click();
    await page.getByRole('link', { name: /المتجاهَلون/ }).click();
    await page.getByRole('list', { name: 'المتجاهَلون' }).getByRole('button', { name: /karim/ }).waitFor();
    assert.deepEqual(await lookAt(salma, 'ignored people'), []);
    await tabTo(salma, '.pane-main li button');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: seen('إلغاء تجاهل karim؟') }).waitFor();
    assert.deepEqual(await lookAt(salma, 'taking back'), []);
    await tabTo(salma, '.button-primary');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'لا متجاهَلين بعد' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.matches('.pane-main h1'));
    assert.deepEqual(await lookAt(salma, 'nobody ignored'), []);
    await startChat(salma, 'karim');
    await sees(salma, 'عدت');
    assert.deepEqual([...salma.errors, ...karim.errors, ...layla.errors], []);
  });
});
