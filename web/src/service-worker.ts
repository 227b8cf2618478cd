/// <reference lib="webworker" />

/**
 * Keeps the app's own files so that it opens without a network, and nothing else: messages and pictures are the
 * engine's business, calls to the server always go to the server.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

// Written by the build: the files of the shell, those that are kept when they are first used, and a name that changes when the shell does.
const shellFiles = '__SHELL_FILES__'.split(' ');
const laterFiles = new Set('__APP_FILES__'.split(' '));
const shell = 'majlis-__SHELL_VERSION__';
const page = '/';
/** The operator's own colour: it has one name in all releases, and may change. */
const colours = '/accent.css';
const own = /^\/(_matrix|_majlis|\.well-known|livekit)(\/|$)/;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(shell)
      .then((cache) => cache.addAll([page, colours, '/icon.svg', '/manifest.webmanifest', ...shellFiles]))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith('majlis-') && name !== shell).map((name) => moveFrom(name)),
        ),
      )
      .then(() => worker.clients.claim()),
  );
});

/** A former release goes. What this one still has of its large files, encryption above all, need not be fetched again. */
async function moveFrom(former: string): Promise<void> {
  const [from, to] = await Promise.all([caches.open(former), caches.open(shell)]);
  for (const request of await from.keys()) {
    if (!laterFiles.has(new URL(request.url).pathname)) continue;
    const kept = await from.match(request);
    if (kept) await to.put(request, kept);
  }
  await caches.delete(former);
}

// The page tells which files it had loaded before this worker was there: its language, above all.
worker.addEventListener('message', (event) => {
  const loaded: unknown = event.data;
  if (!Array.isArray(loaded)) return;
  const files = loaded.filter(
    (path): path is string => typeof path === 'string' && path.startsWith('/assets/'),
  );
  event.waitUntil(caches.open(shell).then((cache) => Promise.all(files.map((path) => keep(cache, path)))));
});

async function keep(cache: Cache, path: string): Promise<void> {
  if (!(await cache.match(path))) await cache.add(path);
}

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin || own.test(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(openPage(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(fromCacheFirst(request));
  else if (url.pathname === colours) event.respondWith(keptAndRenewed(event));
  else if (url.pathname === '/icon.svg' || url.pathname === '/manifest.webmanifest') {
    event.respondWith(fromCacheFirst(request));
  }
});

/** The page from the server, so that a new release is seen at once; from the cache when no answer comes in 3 s. */
async function openPage(request: Request): Promise<Response> {
  const kept = await caches.match(page);
  if (!kept) return fetch(request);
  const timeout = new Promise<Response>((resolve) => {
    setTimeout(() => resolve(kept), 3000);
  });
  return Promise.race([fetch(request).then((answer) => (answer.ok ? answer : kept)), timeout]).catch(
    () => kept,
  );
}

/** What is kept, at once; a newer one is fetched for the next time. */
async function keptAndRenewed(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(request);
  const renewed = fetch(request, { cache: 'no-cache' }).then(async (answer) => {
    if (answer.ok) await (await caches.open(shell)).put(request, answer.clone());
    return answer;
  });
  if (!kept) return renewed;
  event.waitUntil(renewed.catch(() => undefined));
  return kept;
}

/** File names carry a hash of their content, so a kept file is never stale. */
async function fromCacheFirst(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(shell);
    await cache.put(request, answer.clone());
  }
  return answer;
}
