import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { acceptInvitation, arrive, launch, say, sees, signIn, signUp, startChat, words } from './browser.ts';
import type { Person } from './browser.ts';

type ServerOptions = Parameters<typeof startMajlis>[0];

/** Majlis with its app, and a browser, for the tests of one `describe`. */
export interface Opening {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Makes an account, on a desktop unless another window is named. */
  signUp(name: string, viewport?: { width: number; height: number }): Promise<Person>;
  /** Signs in on a further device. */
  signIn(name: string): Promise<Person>;
  /** A new browser profile at the server's address. */
  arrive(options: Parameters<typeof arrive>[2]): Promise<Person>;
}

/** Call it first in a `describe`: both are started before its tests and stopped after them. */
export function openMajlis(options: ServerOptions = {}): Opening {
  let server: TestServer | undefined;
  let browser: Browser | undefined;
  before(async () => {
    server = await startMajlis({ webApp: true, ...options });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const opening: Opening = {
    get server() {
      if (server === undefined) throw new Error('The server is not there yet.');
      return server;
    },
    get browser() {
      if (browser === undefined) throw new Error('The browser is not there yet.');
      return browser;
    },
    signUp: (name, viewport) =>
      signUp(opening.browser, opening.server.url, { name, ...(viewport === undefined ? {} : { viewport }) }),
    signIn: (name) => signIn(opening.browser, opening.server.url, name),
    arrive: (profile) => arrive(opening.browser, opening.server.url, profile),
  };
  return opening;
}

/** One opens a chat with the other and says something, who comes and reads it; both have the chat open then. */
export async function meet(person: Person, other: Person, text: string): Promise<void> {
  await startChat(person, other.name);
  await say(person, text);
  await acceptInvitation(other, person.name);
  await sees(other, text);
}

/** Sends a file from the open chat. */
export async function sendFile(
  { page }: Person,
  file: { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await page.locator('.composer input[type="file"]').setInputFiles(file);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: words.send }).click();
  await dialog.waitFor({ state: 'detached' });
}
