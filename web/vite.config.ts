import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { cryptoModule, withoutWholeModule } from './build/crypto-module.ts';

/** Where the sources find a server while they are being worked on: `MAJLIS_SERVER`, else the usual port. */
const server = process.env['MAJLIS_SERVER'] ?? 'http://127.0.0.1:8008';
/** Kept when they are first used: languages, encryption, calls, the gallery. */
const loadedOnFirstUse =
  /^(gallery|calls|crypto|e2ee-worker|worker|remote|picture|ar|en|fr|ru|tg)-[\w-]{8}\./;

/**
 * Writes the list of files that make up the offline shell into the service worker. Only files that the first screens
 * need are listed: encryption and calls are cached when they are first used, so that installing costs little data.
 */
function offlineShell(): Plugin {
  return {
    name: 'majlis-offline-shell',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle['service-worker.js'];
        if (worker?.type !== 'chunk') throw new Error('The build has no service-worker.js.');
        const all = Object.keys(bundle)
          .filter((name) => /\.(js|css)$|\/crypto-.*\.wasm$/.test(name) && name !== 'service-worker.js')
          .toSorted();
        const isFirst = (name: string) => loadedOnFirstUse.test(name.replace('assets/', ''));
        const files = all.filter((name) => !isFirst(name));
        const first = all.filter(isFirst).map((name) => `/${name}`);
        const version = files.map((name) => /-([\w-]{8})\.\w+$/.exec(name)?.[1] ?? name).join('');
        worker.code = worker.code
          .replace('__SHELL_FILES__', files.map((name) => `/${name}`).join(' '))
          .replace('__APP_FILES__', first.join(' '))
          .replace('__SHELL_VERSION__', checksum(version));
      },
    },
  };
}

/** FNV-1a over the file hashes: a short name for one release of the shell. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

export default defineConfig({
  base: '/',
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [withoutWholeModule(), offlineShell()],
  worker: { format: 'es', plugins: () => [cryptoModule()] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['es2018', 'chrome87', 'firefox84', 'safari14.1'],
    cssTarget: ['chrome89', 'firefox84', 'safari15'],
    assetsInlineLimit: 0,
    // LiveKit's client is one file of 600 kB, fetched only by those who meet.
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        app: fileURLToPath(new URL('index.html', import.meta.url)),
        'service-worker': fileURLToPath(new URL('src/service-worker.ts', import.meta.url)),
      },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
  server: {
    proxy: {
      '/_matrix': server,
      '/_majlis': server,
      '/accent.css': server,
      '/.well-known': server,
      '/livekit': { target: server, ws: true },
    },
  },
});
