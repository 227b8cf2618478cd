import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { arrive, launch, phone, words } from './browser.ts';
import type { Person } from './browser.ts';
import { until } from './media.ts';

const blue = { light: '#1E5AA8', dark: '#8BBBFF' } as const;
const onAccent = { light: '#FFFFFF', dark: '#0C1E38' } as const;
const paper = { light: '#F5F3EE', dark: '#0F1311' } as const;

describe("the operator's accent in the app", () => {
  let server: TestServer;
  let browser: Browser;
  let guest: Person;

  before(async () => {
    server = await startMajlis({ webApp: true, args: ['--accent', blue.light] });
    browser = await launch();
    guest = await arrive(browser, server.url, { name: 'guest', viewport: phone });
    await guest.page.getByRole('textbox', { name: words.username }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const theme of ['light', 'dark'] as const) {
    it(`colours actions in the ${theme} theme, and nothing else`, async () => {
      await guest.page.emulateMedia({ colorScheme: theme });
      const seen = await until(
        () => colours(guest.page),
        ({ ground }) => ground === paper[theme],
        `the ${theme} theme should come`,
      );
      assert.deepEqual(seen, { ground: paper[theme], button: blue[theme], words: onAccent[theme] });
    });
  }

  it('holds before the first script has set a theme', async () => {
    for (const theme of ['light', 'dark'] as const) {
      await guest.page.emulateMedia({ colorScheme: theme });
      const early = await guest.page.evaluate(() => {
        const root = document.documentElement;
        const kept = root.dataset['theme'];
        delete root.dataset['theme'];
        const accent = getComputedStyle(root).getPropertyValue('--accent');
        if (kept !== undefined) root.dataset['theme'] = kept;
        return accent;
      });
      assert.equal(early, blue[theme]);
    }
  });

  it('holds without a network', async () => {
    const { page, context } = guest;
    await until(
      () => page.evaluate(async () => (await caches.match('/')) !== undefined),
      (kept) => kept,
      'the service worker should keep the page',
    );
    await page.reload();
    await page.getByRole('textbox', { name: words.username }).waitFor();
    await context.setOffline(true);
    await page.goto(server.url);
    const accent = await page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue('--accent'),
    );
    assert.ok(Object.values<string>(blue).includes(accent), `--accent is ${accent}`);
    await context.setOffline(false);
    assert.deepEqual(guest.errors, []);
  });
});

/** Colours as they are drawn, `#RRGGBB`: the page's ground, and the filled button that creates an account. */
function colours(page: Page): Promise<{ ground: string; button: string; words: string }> {
  return page.evaluate(() => {
    const hex = (drawn: string): string =>
      `#${Array.from(drawn.match(/\d+/g) ?? [], (part) => Number(part).toString(16).padStart(2, '0')).join('')}`.toUpperCase();
    const button = document.querySelector('.button-primary');
    if (button === null) throw new Error('There is no filled button.');
    // What is drawn once nothing moves any more.
    for (const animation of document.getAnimations()) animation.finish();
    return {
      ground: hex(getComputedStyle(document.body).backgroundColor),
      button: hex(getComputedStyle(button).backgroundColor),
      words: hex(getComputedStyle(button).color),
    };
  });
}
