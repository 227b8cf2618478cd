import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { arrive, exactly, launch, phone, seen, signUp } from './browser.ts';
import type { Person } from './browser.ts';
import { lookAt } from './eyes.ts';
import { makeGroup } from './group.ts';
import { hearsAndSees, until, watchMedia } from './media.ts';
import { register } from '../http/client.ts';
import type { Json } from '../http/client.ts';
import { Member } from '../meetings/meeting.ts';

/** Pictures that came and went over the page's connections so far. */
function pictures(person: Person): Promise<{ readonly came: number; readonly went: number }> {
  return person.page.evaluate(async () => {
    const { watchedPeers } = globalThis as unknown as { watchedPeers: RTCPeerConnection[] };
    const sum = { came: 0, went: 0 };
    for (const peer of watchedPeers) {
      if (peer.connectionState === 'closed') continue;
      for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (entry['kind'] !== 'video') continue;
        if (entry['type'] === 'inbound-rtp') sum.came += Number(entry['packetsReceived'] ?? 0);
        if (entry['type'] === 'outbound-rtp') sum.went += Number(entry['packetsSent'] ?? 0);
      }
    }
    return sum;
  });
}

/** Sound that was heard so far. */
function sound(person: Person): Promise<number> {
  return person.page.evaluate(async () => {
    const { watchedPeers } = globalThis as unknown as { watchedPeers: RTCPeerConnection[] };
    let energy = 0;
    for (const peer of watchedPeers) {
      if (peer.connectionState === 'closed') continue;
      for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
        const heard = entry['type'] === 'inbound-rtp' && entry['kind'] === 'audio';
        if (heard) energy += Number(entry['totalAudioEnergy'] ?? 0);
      }
    }
    return energy;
  });
}

async function heardOn(person: Person): Promise<void> {
  const before = await sound(person);
  await until(
    () => sound(person),
    (now) => now > before,
    `${person.name} should hear somebody`,
  );
}

/** The picture flows in this direction, or has stopped: for a second and a half nothing moves. */
async function flows(person: Person, way: 'came' | 'went', wanted: boolean): Promise<void> {
  let last = (await pictures(person))[way];
  let since = Date.now();
  await until(
    async () => {
      const now = (await pictures(person))[way];
      const moved = now > last;
      if (moved) since = Date.now();
      last = now;
      return { moved, quiet: Date.now() - since };
    },
    ({ moved, quiet }) => (wanted ? moved : quiet > 1500),
    `${person.name}: pictures that ${way} should ${wanted ? 'flow' : 'stop'}`,
  );
}

function control(person: Person, name: string): Locator {
  return person.page.getByRole('toolbar', { name: 'اجتماع' }).getByRole('button', { name, exact: true });
}

describe('what one may do in a meeting', () => {
  let server: TestServer;
  let browser: Browser;
  let salma: Person;
  let karim: Person;
  let guest: Person;
  let room: string;

  before(async () => {
    server = await startMajlis({ webApp: true, meetings: true });
    browser = await launch();
    salma = await signUp(browser, server.url, { name: 'salma' });
    karim = await signUp(browser, server.url, { name: 'karim', viewport: phone });
    await salma.context.grantPermissions(['clipboard-read', 'clipboard-write', 'microphone', 'camera']);
    for (const person of [salma, karim]) {
      await watchMedia(person);
      await person.page.reload();
    }
    await makeGroup(salma, 'رحلة الجبل', [karim]);
    room = new URL(salma.page.url()).pathname.split('/')[2] ?? '';
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('who comes in with sound alone takes and sends no picture', async () => {
    await enter(salma);
    await flows(salma, 'went', false);
    await enter(karim, { audioOnly: true });
    await karim.page.getByText('توفير البيانات').waitFor();
    await heardOn(karim);
    await flows(karim, 'came', false);
    assert.equal((await pictures(karim)).went, 0);
  });

  it('who sends no picture is seen by their face', async () => {
    const tile = salma.page.locator('.tile').filter({ hasText: 'karim' });
    await tile.locator('.avatar').waitFor();
  });

  it('pictures come when they are wanted', async () => {
    await karim.page.getByRole('button', { name: 'إظهار الصورة' }).click();
    await flows(karim, 'came', true);
    await control(karim, 'الكاميرا').click();
    await flows(salma, 'came', true);
  });

  it('low data stops pictures in both directions, and ending it brings them back', async () => {
    await karim.page.getByRole('button', { name: 'توفير البيانات' }).click();
    const pictured = karim.page.getByRole('button', { name: 'إظهار الصورة' });
    await pictured.waitFor();
    await flows(karim, 'came', false);
    await flows(karim, 'went', false);
    await flows(salma, 'came', false);
    await heardOn(karim);
    await heardOn(salma);
    assert.deepEqual(await lookAt(karim, 'low data'), []);
    await pictured.click();
    await flows(karim, 'came', true);
    await flows(karim, 'went', true);
    await flows(salma, 'came', true);
  });

  it('who may mute is said, and a plain member finds no way to', async () => {
    await control(karim, 'الأشخاص').click();
    await karim.page.getByText('للمالك والمشرف كتم الأعضاء أو إخراجهم').waitFor();
    const panel = karim.page.getByRole('complementary', { name: 'الأشخاص' });
    await panel.getByText('salma').waitFor();
    assert.equal(await panel.getByRole('button', { name: /^المزيد/ }).count(), 0);
    await panel.getByRole('button', { name: 'إغلاق' }).click();
  });

  it('a moderator turns a microphone off, and its owner turns it on again', async () => {
    await control(karim, 'كتم').waitFor();
    await control(salma, 'الأشخاص').click();
    await salma.page.getByRole('button', { name: /المزيد: .*karim/ }).click();
    await salma.page.getByRole('menuitem', { name: exactly('كتم karim') }).click();
    await salma.page.getByText(seen('كُتم ميكروفون karim.')).first().waitFor();
    await karim.page.getByText('كُتم الميكروفون من داخل الاجتماع. يمكن فتحه من جديد.').first().waitFor();
    await control(karim, 'إلغاء الكتم').click();
    await control(karim, 'كتم').waitFor();
    await heardOn(salma);
    // The menu offers it again once there is something to turn off.
    await salma.page.getByRole('button', { name: /المزيد: .*karim/ }).click();
    await salma.page.getByRole('menuitem', { name: exactly('كتم karim') }).waitFor();
    await salma.page.keyboard.press('Escape');
  });

  it('the own wish to be silent is not told as somebody else’s', async () => {
    await karim.page.locator('.toast').first().waitFor({ state: 'detached' });
    await control(karim, 'كتم').click();
    await control(karim, 'إلغاء الكتم').waitFor();
    await control(karim, 'إلغاء الكتم').click();
    await control(karim, 'كتم').waitFor();
    assert.equal(await karim.page.locator('.toast').count(), 0);
  });

  it('the way back to the meeting covers nothing of the chats', async () => {
    await karim.page.getByRole('button', { name: 'عرض المحادثات مع البقاء في الاجتماع' }).click();
    const back = karim.page.getByRole('link', { name: 'العودة إلى الاجتماع' });
    const [strip, header] = await Promise.all([
      back.boundingBox(),
      karim.page.locator('.pane-main .header').boundingBox(),
    ]);
    assert.ok(strip && header);
    assert.ok(strip.height >= 44);
    assert.ok(strip.y + strip.height <= header.y, 'it stands above the chat');
    await back.click();
    await karim.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
  });

  it('a link that has lost its end says so, and the whole one opens', async () => {
    await salma.page.getByRole('button', { name: 'نسخ رابط الدعوة' }).click();
    const link = await until(
      () => salma.page.evaluate(() => navigator.clipboard.readText()),
      (text) => text.includes('/meet/'),
      'the link should be in the clipboard',
    );
    const [path = '', secret = ''] = link.split('#');
    guest = await arrive(browser, '', { name: 'guest', viewport: phone, path: 'about:blank' });
    for (const damaged of [path, `${path}#`, `${path}#${secret.slice(0, -3)}`]) {
      await guest.page.goto('about:blank');
      await guest.page.goto(damaged);
      await guest.page.getByRole('heading', { name: 'الرابط غير كامل' }).waitFor();
      await guest.page.getByText('يُرجى طلب الرابط كاملًا.').waitFor();
    }
    assert.deepEqual(await lookAt(guest, 'a link that is not complete'), []);
    // The whole link put into the address bar of the same page.
    await guest.page.goto(link);
    await guest.page.getByRole('button', { name: 'طلب الدخول' }).waitFor();
    assert.deepEqual([...salma.errors, ...karim.errors, ...guest.errors], []);
  });

  it('a guest who waits no longer, or closes the page, is no longer in the lobby', async () => {
    const ask = guest.page.getByRole('button', { name: 'طلب الدخول' });
    const waiting = salma.page.locator('.waiting-people').getByText('عابرة السبيل');
    await guest.page.getByRole('textbox', { name: 'اسمك كما يراه الحاضرون' }).fill('عابرة السبيل');
    await ask.click();
    await waiting.waitFor();
    await guest.page.locator('.dock').getByRole('button', { name: 'إلغاء' }).click();
    await waiting.waitFor({ state: 'detached' });
    await ask.click();
    await waiting.waitFor();
    await guest.page.close({ runBeforeUnload: true });
    await waiting.waitFor({ state: 'detached' });
    assert.deepEqual(salma.errors, []);
  });

  it('LiveKit ends and is started again: all come in again by themselves', async () => {
    const peers = ({ page }: Person) =>
      page.evaluate(() => (globalThis as unknown as { watchedPeers: object[] }).watchedPeers.length);
    const before = await Promise.all([salma, karim].map(peers));
    process.kill(Number(readFileSync(join(server.data, 'livekit/livekit.pid'), 'utf8')), 'SIGKILL');
    for (const [index, person] of [salma, karim].entries()) {
      const known = before[index] ?? 0;
      await until(
        () => peers(person),
        (count) => count > known,
        `${person.name} should connect anew`,
      );
      await person.page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
    }
    await Promise.all([hearsAndSees(salma), hearsAndSees(karim)]);
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });

  it('somebody comes with Element Call: all come in again under the names that it looks for, as they were', async () => {
    const omar = await register(server.url, 'omar');
    await invite(salma, omar.userId);
    await omar.join(room);
    const member = new Member(omar, room);
    const named = ({ identity }: { identity: string }) => /^@(salma|karim):/.test(identity);
    assert.equal((await member.meeting()).participants.filter(named).length, 0);
    const announcement = 'org.matrix.msc3401.call.member';
    await omar.setState(
      room,
      announcement,
      { application: 'm.call', call_id: '', scope: 'm.room', device_id: omar.deviceId, expires: 3_600_000 },
      `_${omar.userId}_${omar.deviceId}_m.call`,
    );
    await member.until(
      'everybody under the name that Element Call knows',
      ({ participants }) => participants.length === 2 && participants.every(named),
    );
    await Promise.all([hearsAndSees(salma), hearsAndSees(karim)]);
    await control(salma, 'كتم').waitFor();
    await control(karim, 'كتم').waitFor();
    // The room was told of the leaving first, and of the coming last.
    const announced = async () => {
      const state = await omar.ok('GET', `/rooms/${encodeURIComponent(room)}/state`);
      return state.filter(
        ({ type, content }: Json) => type === announcement && content.application === 'm.call',
      ).length as number;
    };
    await until(announced, (count) => count === 3, 'all three should be announced');
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });

  /** Invites somebody who has no browser, with the token that the person's own page uses. */
  async function invite(person: Person, userId: string): Promise<void> {
    const request = await person.page.waitForRequest((one) => 'authorization' in one.headers());
    const token = request.headers()['authorization'] ?? '';
    const answer = await fetch(`${server.url}/_matrix/client/v3/rooms/${encodeURIComponent(room)}/invite`, {
      method: 'POST',
      headers: { authorization: token },
      body: JSON.stringify({ user_id: userId }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }

  async function enter(person: Person, options: { audioOnly?: boolean } = {}): Promise<void> {
    const { page } = person;
    await page.goto(`${server.url}/meetings/${room}`);
    await page.locator('.lobby-foot .button-primary:not([aria-disabled])').waitFor();
    if (options.audioOnly === true) await page.getByRole('switch', { name: 'صوت فقط' }).check();
    await page.locator('.lobby-foot .button-primary').click();
    await page.getByRole('toolbar', { name: 'اجتماع' }).waitFor();
  }
});
