import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, Locator } from 'playwright-core';
import { chromiumProgram } from '@majlis/ops/dev';
import { composer, phone, say, sees, signIn } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt } from './eyes.ts';
import { until } from './media.ts';
import { meet, openMajlis } from './opening.ts';

/** Keeps hold of the page's microphones, to see that each is let go. */
async function watchMicrophones(person: Person): Promise<void> {
  await person.context.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.assign(globalThis, { watchedTracks: tracks });
    const { mediaDevices } = navigator;
    const original = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
}

function microphones(person: Person): Promise<string[]> {
  return person.page.evaluate(() =>
    (globalThis as unknown as { watchedTracks: MediaStreamTrack[] }).watchedTracks.map(
      (track) => track.readyState,
    ),
  );
}

/** Chromium that asks before a microphone is used, and so can be told no. */
function launchRefusing(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumProgram() ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream'],
  });
}

describe('voice messages', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;
  const uploads: string[] = [];

  before(async () => {
    salma = await majlis.signUp('salma');
    karim = await majlis.signUp('karim', phone);
    await watchMicrophones(salma);
    await salma.page.reload();
    salma.page.on('request', (request) => {
      if (request.url().includes('/upload')) uploads.push(request.url());
    });
    await meet(salma, karim, 'اسمعني');
  });

  it('one that is given up leaves nothing', async () => {
    await record(salma, 1);
    await salma.page.getByRole('button', { name: 'إلغاء', exact: true }).click();
    await composer(salma).waitFor();
    await record(salma, 0);
    await salma.page.keyboard.press('Escape');
    // The keyboard is back where one writes.
    await salma.page.waitForFunction(() => document.activeElement?.matches('textarea'));
    await until(
      () => microphones(salma),
      (states) => states.length === 2 && states.every((state) => state === 'ended'),
      'both microphones should be let go',
    );
    // What comes after it has arrived, and it has not.
    await say(salma, 'لم أسجل شيئًا');
    await sees(karim, 'لم أسجل شيئًا');
    for (const person of [salma, karim]) assert.equal(await voices(person).count(), 0);
    assert.deepEqual(uploads, []);
  });

  it('one that is sent is seen and heard on the other side', async () => {
    await record(salma, 2);
    await salma.page.getByRole('button', { name: 'إنهاء وإرسال' }).click();
    for (const person of [salma, karim]) await voices(person).waitFor();
    assert.ok((await microphones(salma)).every((state) => state === 'ended'));
    const bubble = karim.page.locator('.voice');
    assert.match(await bubble.locator('.voice-time').innerText(), /^٠:٠[٢-٩]$/);
    // The browser's own microphone beeps: loud and quiet stand beside one another.
    const heights = await bars(bubble);
    assert.ok(Math.max(...heights) > Math.min(...heights) + 2, heights.join(' '));
    assert.deepEqual(await lookAt(karim, 'a voice message'), []);
    await voices(karim).click();
    await karim.page.getByRole('button', { name: 'إيقاف الرسالة الصوتية' }).waitFor();
    await bubble.locator('.wave-played[d^="M"]').waitFor({ state: 'attached' });
    // It ends by itself and is as it was.
    await voices(karim).waitFor();
    await bubble.locator('.wave-played[d=""]').waitFor({ state: 'attached' });
    assert.deepEqual(await bars(bubble), heights);
  });

  it('the list names it with its length', async () => {
    await karim.page.goto(majlis.server.url);
    const line = karim.page.getByRole('link', { name: /salma/ }).getByText(/رسالة صوتية/);
    await line.waitFor();
    assert.match(await line.innerText(), /^رسالة صوتية · \u2068٠:٠[٢-٩]\u2069$/);
  });

  it('a microphone that is refused is said, and one can write on', async () => {
    const strict = await launchRefusing();
    try {
      const person = await signIn(strict, majlis.server.url, 'karim');
      await person.context.clearPermissions();
      // Whatever is not granted here is refused from now on.
      await person.context.grantPermissions(['notifications']);
      await person.page.getByRole('link', { name: /salma/ }).click();
      await person.page.getByRole('button', { name: 'تسجيل رسالة صوتية' }).click();
      await person.page.getByText('المتصفح لا يسمح بالميكروفون.').waitFor();
      await say(person, 'أكتب إذًا');
      await sees(salma, 'أكتب إذًا');
      assert.deepEqual([...salma.errors, ...karim.errors, ...person.errors], []);
    } finally {
      await strict.close();
    }
  });

  function voices(person: Person): Locator {
    return person.page.getByRole('button', { name: 'تشغيل الرسالة الصوتية' });
  }

  /** Speaks until the clock shows these seconds. */
  async function record(person: Person, seconds: number): Promise<void> {
    await person.page.getByRole('button', { name: 'تسجيل رسالة صوتية' }).click();
    const digit = '٠١٢٣٤٥٦٧٨٩'[seconds] ?? '';
    await person.page
      .getByRole('timer')
      .getByText(new RegExp(`٠:٠${digit}`))
      .waitFor();
    await person.page.locator('button[aria-label="إنهاء وإرسال"]:not([aria-disabled])').waitFor();
  }

  /** Heights of the bars, whatever part of them was played. */
  function bars(bubble: Locator): Promise<number[]> {
    return bubble.locator('.wave path').evaluateAll((paths) =>
      paths
        .map((path) => path.getAttribute('d') ?? '')
        .toReversed()
        .flatMap((data) => [...data.matchAll(/v([\d.]+)/g)].map((match) => Number(match[1]))),
    );
  }
});
