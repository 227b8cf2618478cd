import { acceptInvitation, composer, exactly } from './browser.ts';
import type { Person } from './browser.ts';

/** Makes a group and invites the others. */
export async function startGroup({ page }: Person, group: string, others: readonly Person[]): Promise<void> {
  await page.goto(new URL('/new/group', page.url()).href);
  await page.getByRole('textbox', { name: 'اسم المجموعة' }).fill(group);
  for (const { name } of others) {
    await page.getByRole('searchbox', { name: 'إضافة أشخاص' }).fill(name);
    await page
      .getByRole('list', { name: 'الأشخاص' })
      .getByRole('button', { name: new RegExp(name) })
      .click();
    await page.getByRole('button', { name: exactly(`إزالة ${name} من القائمة`) }).waitFor();
  }
  await page.getByRole('button', { name: 'إنشاء المجموعة' }).click();
}

/** Makes a group, and the others accept; everybody has it open then. */
export async function makeGroup(person: Person, group: string, others: readonly Person[]): Promise<void> {
  await startGroup(person, group, others);
  await composer(person).waitFor();
  for (const other of others) await acceptInvitation(other, group);
}
