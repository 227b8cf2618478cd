import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumProgram } from '@majlis/ops/dev';

/** Words of the interface that tests press on, as a reader of Arabic sees them. */
export const words = {
  username: 'اسم المستخدم',
  password: 'كلمة السر',
  createAccount: 'إنشاء الحساب',
  signIn: 'دخول',
  chats: 'المحادثات',
  newChatHint: 'اسم أو اسم مستخدم',
  accept: 'قبول',
  send: 'إرسال',
  message: /^رسالة إلى/,
} as const;

export const phone = { width: 360, height: 780 } as const;
export const desktop = { width: 1440, height: 900 } as const;
const password = 'four scattered words together';

/** One person at one device: a browser profile of its own, and the page it shows. */
export interface Person {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors that the page threw. */
  readonly errors: readonly string[];
}

/** Chromium with a microphone and a camera of its own making, and no word to any host but ours; `more` are further switches. */
export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumProgram() ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      // A tab that may be shared without asking: there is no person to pick one.
      '--auto-select-tab-capture-source-by-title=مجلس',
      ...more,
    ],
  });
}

/** A new browser profile at the server's address. */
export async function arrive(
  browser: Browser,
  url: string,
  options: { name: string; viewport?: { width: number; height: number }; locale?: string; path?: string },
): Promise<Person> {
  const context = await browser.newContext({
    viewport: options.viewport ?? desktop,
    locale: options.locale ?? 'ar',
    permissions: ['microphone', 'camera'],
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`${options.name}: ${error.message}`));
  await page.goto(`${url}${options.path ?? '/'}`);
  return { name: options.name, page, context, errors };
}

/**
 * The device's keys are on the server. What is written to somebody before that cannot be encrypted for them, by nature:
 * a test that does not wait asks for the impossible now and then.
 */
async function keysUploaded(page: Page): Promise<void> {
  await page.waitForResponse((response) => response.url().endsWith('/keys/upload') && response.ok());
}

/** Fills in the form of a new account and sends it. */
export async function fillSignUp({ name, page }: Person): Promise<void> {
  await page.getByRole('textbox', { name: words.username }).fill(name);
  await page.getByRole('textbox', { name: words.password }).fill(password);
  await page.getByRole('button', { name: words.createAccount }).click();
}

/** Makes an account in the browser, as a person would. */
export async function signUp(
  browser: Browser,
  url: string,
  options: { name: string; viewport?: { width: number; height: number } },
): Promise<Person> {
  const person = await arrive(browser, url, options);
  const { page } = person;
  const keys = keysUploaded(page);
  await fillSignUp(person);
  await page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
  await keys;
  return person;
}

/** Signs in on a further device. */
export async function signIn(browser: Browser, url: string, name: string): Promise<Person> {
  const person = await arrive(browser, url, { name });
  const { page } = person;
  await page
    .getByRole('radio', { name: words.signIn })
    .or(page.getByRole('tab', { name: words.signIn }))
    .first()
    .click();
  await page.getByRole('textbox', { name: words.username }).fill(name);
  await page.getByRole('textbox', { name: words.password }).fill(password);
  const keys = keysUploaded(page);
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
  await page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
  await keys;
  return person;
}

/** Opens a chat with somebody by their user name. */
export async function startChat(person: Person, other: string): Promise<void> {
  const { page } = person;
  await page.goto(new URL('/new', page.url()).href);
  await page.getByRole('searchbox', { name: words.newChatHint }).fill(other);
  await page
    .getByRole('button', { name: new RegExp(other) })
    .first()
    .click();
  await composer(person).waitFor();
}

/** This text and nothing else as a reader sees it: the unseen marks around names and sizes may stand anywhere in it. */
export function exactly(text: string): RegExp {
  return new RegExp(`^${seen(text).source}$`);
}

/** As `exactly`, with anything before and after. */
export function seen(text: string): RegExp {
  const marks = '[\\u2068\\u2069]*';
  const letters = Array.from(text, (letter) => letter.replace(/[.*+?^${}()|[\]\\]/, '\\$&'));
  return new RegExp(marks + letters.join(marks) + marks);
}

/** Waits for an element; when it does not come, says what the page shows instead. */
async function shows(person: Person, wanted: ReturnType<Page['getByRole']>): Promise<void> {
  try {
    await wanted.first().waitFor();
  } catch (error) {
    const page = await person.page.locator('body').ariaSnapshot();
    throw new Error(`${person.name} sees instead:\n${page}`, { cause: error });
  }
}

export function composer(person: Person): ReturnType<Page['getByRole']> {
  return person.page.getByRole('textbox', { name: words.message });
}

/** Writes and sends; the writer's own bubble is the proof that it was taken. */
export async function say(person: Person, text: string): Promise<void> {
  await composer(person).fill(text);
  await composer(person).press('Enter');
  await shows(person, bubbles(person, text));
}

/** The bubbles of the open conversation that hold this text. */
export function bubbles(person: Person, text: string): ReturnType<Page['getByRole']> {
  return person.page
    .getByRole('region', { name: 'الرسائل' })
    .getByRole('paragraph')
    .filter({ hasText: text });
}

/** Waits until the person sees this text in the conversation that is open. */
export async function sees(person: Person, text: string): Promise<void> {
  await shows(person, bubbles(person, text));
}

/** Accepts the invitation that is on top of the list of chats. */
export async function acceptInvitation(person: Person, from: string): Promise<void> {
  const { page } = person;
  await page
    .getByRole('region', { name: 'قائمة المحادثات' })
    .getByRole('link', { name: new RegExp(from) })
    .first()
    .click();
  await page.getByRole('button', { name: words.accept }).click();
  await shows(person, composer(person));
}

/** From the open conversation into its meeting, past the look at camera and microphone. */
export async function enterMeeting(person: Person): Promise<void> {
  const { page } = person;
  await page
    .getByRole('link', { name: /انضمام|اجتماع الآن/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'دخول', exact: true }).click();
  await page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
}
