import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Response } from 'playwright-core';
import { arrive, composer, phone, say, sees, startChat, words } from './browser.ts';
import type { Person } from './browser.ts';
import { until } from './media.ts';
import { openMajlis } from './opening.ts';

/** What the app may cost before its first screen and its list are there, encryption and calls apart. */
const firstLoadMax = 90_000;
const encryption = /\.wasm$|\/assets\/(remote|worker)-/;
const calls = /\/assets\/(calls|e2ee-worker)-/;

interface Arrived {
  readonly path: string;
  readonly bytes: number;
  readonly encoding: string;
}

/** Counts the app's own files as they come over the wire to the page. */
function weigh(person: Person): { settled(): Promise<Arrived[]> } {
  const coming: Promise<Arrived | undefined>[] = [];
  person.page.on('response', (response) => coming.push(weight(response)));
  return {
    async settled() {
      const all = await Promise.all(coming);
      return all.filter((one): one is Arrived => one !== undefined);
    },
  };
}

async function weight(response: Response): Promise<Arrived | undefined> {
  const path = new URL(response.url()).pathname;
  if (path.startsWith('/_matrix/') || path.startsWith('/.well-known/') || response.fromServiceWorker()) {
    return undefined;
  }
  const [sizes, encoding] = await Promise.all([
    response.request().sizes(),
    response.headerValue('content-encoding'),
  ]);
  return { path, bytes: sizes.responseBodySize, encoding: encoding ?? 'identity' };
}

/** Notes at each start of a worker how many chats were on screen at that moment. */
async function watchWorkers(person: Person): Promise<void> {
  await person.context.addInitScript(() => {
    const started: Array<{ url: string; chats: number }> = [];
    Object.assign(globalThis, { startedWorkers: started });
    globalThis.Worker = new Proxy(globalThis.Worker, {
      construct(target, parameters: ConstructorParameters<typeof Worker>) {
        const chats = document.querySelectorAll('ul[aria-label] a[href^="/chats/"]').length;
        started.push({ url: String(parameters[0]), chats });
        return new target(...parameters);
      },
    });
  });
}

function startedWorkers(person: Person): Promise<Array<{ url: string; chats: number }>> {
  return person.page.evaluate(
    () => (globalThis as unknown as { startedWorkers: Array<{ url: string; chats: number }> }).startedWorkers,
  );
}

function keptFiles(person: Person): Promise<string[]> {
  return person.page.evaluate(async () => {
    const kept = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
    }
    return kept;
  });
}

interface Manifest {
  readonly name: string;
  readonly start_url: string;
  readonly display: string;
  readonly icons: ReadonlyArray<{ src: string; sizes: string; type: string; purpose?: string }>;
}

describe('the first load and the second', () => {
  const majlis = openMajlis();
  let salma: Person;
  let karim: Person;

  it('costs at most 90 kB over the wire up to the list, without encryption and calls', async () => {
    salma = await arrive(majlis.browser, '', { name: 'salma', viewport: phone, path: 'about:blank' });
    const scale = weigh(salma);
    await salma.page.goto(majlis.server.url);
    const name = salma.page.getByRole('textbox', { name: words.username });
    await name.waitFor();
    const atSignIn = await scale.settled();
    assert.deepEqual(
      atSignIn.filter(({ path }) => encryption.test(path) || calls.test(path)),
      [],
      'neither encryption nor calls before somebody has signed in',
    );
    await name.fill('salma');
    await salma.page.getByRole('textbox', { name: words.password }).fill('four scattered words together');
    await salma.page.getByRole('button', { name: words.createAccount }).click();
    await salma.page.getByRole('heading', { name: words.chats, level: 1 }).waitFor();
    const all = await scale.settled();
    assert.deepEqual(
      all.filter(({ path }) => calls.test(path)),
      [],
      'no calls before somebody meets',
    );
    const own = all.filter(({ path }) => !encryption.test(path));
    for (const { path, encoding, bytes } of own) {
      if (/\.(js|css)$/.test(path) && bytes >= 512)
        assert.equal(encoding, 'br', `${path} comes compressed by brotli`);
    }
    const bytes = own.reduce((sum, file) => sum + file.bytes, 0);
    assert.ok(own.length > 3, 'the files were counted');
    assert.ok(bytes > 10_000 && bytes <= firstLoadMax, `${bytes} bytes: ${JSON.stringify(own)}`);
  });

  it('starts encryption only when the list is on screen', async () => {
    karim = await majlis.signUp('karim');
    await startChat(karim, 'salma');
    await say(karim, 'كلمة محفوظة');
    await sees(karim, 'كلمة محفوظة');
    await watchWorkers(karim);
    await karim.page.goto(majlis.server.url);
    const workers = await until(
      () => startedWorkers(karim),
      (list) => list.length > 0,
      'the worker of encryption should start',
    );
    assert.match(workers[0]?.url ?? '', /\/assets\/worker-/);
    assert.equal(workers[0]?.chats, 1, 'the chat was on screen before the worker was asked for');
  });

  it('a second visit without a network opens with what it has', async () => {
    const link = karim.page
      .getByRole('region', { name: 'قائمة المحادثات' })
      .getByRole('link', { name: /salma/ });
    await until(
      () => keptFiles(karim),
      (kept) => kept.includes('/') && kept.some((path) => /\/assets\/ar-/.test(path)),
      'the service worker should keep the app and its language',
    );
    await karim.context.setOffline(true);
    await karim.page.goto(majlis.server.url);
    await karim.page.getByText('بلا اتصال').first().waitFor();
    await link.click();
    await sees(karim, 'كلمة محفوظة');
    await composer(karim).waitFor();
    await karim.page.reload();
    await sees(karim, 'كلمة محفوظة');
    await karim.page.goto(`${majlis.server.url}/you/appearance`);
    await karim.page.getByRole('combobox', { name: 'اللغة' }).waitFor();
    await karim.context.setOffline(false);
  });

  it('a new release keeps the large files that it shares with the one before', async () => {
    const script = await (await fetch(`${majlis.server.url}/service-worker.js`)).text();
    const shared = /\/assets\/crypto-[\w-]{8}\.wasm/.exec(script)?.[0] ?? '';
    const person = await majlis.arrive({ name: 'layla', path: '/icon.svg' });
    await person.page.evaluate(async (path) => {
      const former = await caches.open('majlis-former');
      await former.put(path, new Response('kept'));
      await former.put('/assets/gone-12345678.js', new Response('gone'));
    }, shared);
    await person.page.goto(majlis.server.url);
    const look = () =>
      person.page.evaluate(async (path) => {
        const names = (await caches.keys()).filter((name) => name.startsWith('majlis-'));
        const moved = await (await caches.match(path))?.text();
        const gone = await caches.match('/assets/gone-12345678.js');
        return { former: names.includes('majlis-former'), moved, gone: gone === undefined };
      }, shared);
    await until(look, ({ former }) => !former, 'the cache of the former release should go');
    assert.deepEqual(await look(), { former: false, moved: 'kept', gone: true });
    await person.context.close();
  });

  it('can be installed', async () => {
    const session = await karim.context.newCDPSession(karim.page);
    const { url, data, errors } = await session.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    const manifest = JSON.parse(data ?? '') as Manifest;
    assert.equal(manifest.display, 'standalone');
    assert.ok(manifest.name.includes('مجلس'));
    assert.equal(new URL(manifest.start_url, url).href, `${majlis.server.url}/`);
    for (const size of ['192x192', '512x512'])
      assert.ok(manifest.icons.some((icon) => icon.sizes === size && icon.type === 'image/png'));
    assert.ok(manifest.icons.some((icon) => icon.purpose === 'maskable'));
    for (const icon of manifest.icons.filter((one) => one.type === 'image/png')) {
      const picture = Buffer.from(await (await fetch(new URL(icon.src, url))).arrayBuffer());
      const size = `${picture.readUInt32BE(16)}x${picture.readUInt32BE(20)}`;
      assert.equal(size, icon.sizes, `${icon.src} is as large as the manifest says`);
    }
    // A test's profile keeps nothing, which is the one thing that Chromium may object to.
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    const objections = installabilityErrors.map(({ errorId }) => errorId);
    assert.deepEqual(
      objections.filter((id) => id !== 'in-incognito'),
      [],
    );
  });

  it('nothing broke on the way', () => {
    assert.deepEqual([...salma.errors, ...karim.errors], []);
  });
});
