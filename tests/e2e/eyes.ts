import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { desktop, phone } from './browser.ts';
import type { Person } from './browser.ts';

const narrow = { width: 320, height: 640 } as const;

interface RunsAxe {
  readonly axe: { run(options: object): Promise<AxeResults> };
}

/** What axe finds serious or critical on the page as it stands. @param rules to run; all of them without */
async function serious(page: Page, rules?: readonly string[]): Promise<string[]> {
  // The page's policy forbids foreign scripts, so axe is evaluated rather than added.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (wanted) =>
      (globalThis as unknown as RunsAxe).axe.run({
        preload: false,
        resultTypes: ['violations'],
        ...(wanted === null ? {} : { runOnly: { type: 'rule', values: wanted } }),
      }),
    rules === undefined ? null : [...rules],
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${reason(node)}`));
}

function reason(node: { failureSummary?: string | undefined }): string {
  return (node.failureSummary ?? '').split('\n').slice(1, 3).join(' ').trim().slice(0, 200);
}

/** What sticks out of the window or scrolls sideways, in the words of its own elements. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { documentElement: root } = document;
    const seen = [...document.querySelectorAll('body *')].filter((element) =>
      element.checkVisibility({ visibilityProperty: true }),
    );
    const out = (element: Element, box: DOMRect) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && (left < box.left - 1 || right > box.right + 1);
    };
    const name = (element: Element) => (element.cloneNode(false) as Element).outerHTML.slice(0, 120);
    // The innermost of what sticks out is what is too wide.
    const within = (parent: Element) =>
      seen
        .filter((element) => parent.contains(element) && element !== parent)
        .filter((element) => out(element, parent.getBoundingClientRect()))
        .filter(
          (element) => ![...element.children].some((child) => out(child, parent.getBoundingClientRect())),
        )
        .slice(0, 3)
        .map((element) => `${name(element)} ${(element.textContent ?? '').slice(0, 30)}`)
        .join(', ');
    if (root.scrollWidth > root.clientWidth) {
      found.push(`the page is ${root.scrollWidth} pixels wide by ${within(root)}`);
    }
    for (const element of seen) {
      const { overflowX } = getComputedStyle(element);
      const scrolls = overflowX === 'auto' || overflowX === 'scroll';
      if (scrolls && element.scrollWidth > element.clientWidth + 1) {
        found.push(`${name(element)} scrolls sideways by ${within(element)}`);
      }
      const control = element.matches('a, button, input, select, textarea, h1, h2');
      if (control && out(element, root.getBoundingClientRect())) found.push(`${name(element)} is cut off`);
    }
    return found;
  });
}

async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(resolve));
    });
    // What only moves on, such as a spinner, is never finished; what appears is.
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations === 1);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

function textSize(page: Page, size: 'normal' | 'largest'): Promise<void> {
  return page.evaluate((wanted) => {
    document.documentElement.dataset['text'] = wanted;
  }, size);
}

/**
 * Looks at the page as it is: axe on a phone and on a desktop, in light and dark; nothing sideways at 360 and 320
 * pixels, nor with text of twice the size. @returns what is wrong, an empty list when nothing is
 */
export async function lookAt(person: Person, what: string): Promise<string[]> {
  const { page } = person;
  const found: string[] = [];
  const note = (where: string, findings: readonly string[]) =>
    found.push(...findings.map((finding) => `${what}, ${where}: ${finding}`));
  const before = page.viewportSize() ?? desktop;
  for (const [name, size] of [
    ['desktop', desktop],
    ['phone', phone],
  ] as const) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: 'light' });
    await drawn(page);
    note(`${name} light`, await serious(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    await drawn(page);
    note(`${name} dark`, await serious(page, ['color-contrast']));
  }
  note('360 pixels', await sideways(page));
  await textSize(page, 'largest');
  await drawn(page);
  note('360 pixels at 200 %', await sideways(page));
  await textSize(page, 'normal');
  await page.setViewportSize(narrow);
  await drawn(page);
  note('320 pixels', await sideways(page));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
  return found;
}

/** Notes every address that the person's pages ask for, and answers those that are not of this server. */
export function watchHosts(person: Person, url: string): () => string[] {
  const { host } = new URL(url);
  const foreign: string[] = [];
  const look = (address: string) => {
    if (/^(data|blob|about):/.test(address)) return;
    if (new URL(address).host !== host) foreign.push(address);
  };
  person.context.on('request', (request) => look(request.url()));
  person.page.on('websocket', (socket) => look(socket.url()));
  return () => foreign;
}

/** Presses Tab until the focus is on what is wanted, as somebody without a mouse does. @throws after 60 steps */
export async function tabTo(
  person: Person,
  selector: string,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    await person.page.keyboard.press(key);
    const at = await person.page.evaluate((wanted) => {
      const active = document.activeElement;
      if (active?.matches(wanted)) return undefined;
      return `${active?.tagName} ${active?.getAttribute('aria-label') ?? active?.textContent?.slice(0, 30)}`;
    }, selector);
    if (at === undefined) return;
    passed.push(at);
  }
  throw new Error(`The keyboard does not reach ${selector}; it passed ${passed.slice(0, 25).join(' | ')}`);
}
