// Serves the built web app: files with a hash in their name for ever, everything else fresh, every unknown path as the app itself.

import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { refuse } from '../http/answer.ts';
import { appHeaders } from '../http/headers.ts';
import type { Route } from '../http/server.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};

interface Variant {
  readonly path: string;
  readonly bytes: number;
}

interface File {
  readonly type: string;
  readonly tag: string;
  readonly immutable: boolean;
  readonly variants: ReadonlyMap<'identity' | 'br' | 'gzip', Variant>;
}

const hashedName = /^\/assets\/.*-[\w-]{8,}\.\w+$/;

/**
 * The route of last resort: the app.
 * @param dist the built app, with compressed files beside the plain ones
 * @param accentSheet what `/accent.css` says: the operator's colours
 */
export function webAppRoute(dist: string, https: boolean, accentSheet: string): Route {
  const files = readFolder(dist);
  const accentTag = tagOf(accentSheet);
  const headers = appHeaders(https);
  return {
    prefix: '/',
    handle(request, response) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('Allow', 'GET, HEAD');
        refuse(response, 405, 'M_UNRECOGNIZED', 'Only GET is served here');
        return;
      }
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (path === '/accent.css') {
        sendAccent(accentSheet, accentTag, request, response);
        return;
      }
      const file =
        files.get(path === '/' ? '/index.html' : path) ??
        (isPage(path, request) ? files.get('/index.html') : undefined);
      if (file === undefined) refuse(response, 404, 'M_NOT_FOUND', 'There is no such file');
      else send(file, request, response);
    },
  };
}

/** A path of the app's own router: no file name at its end, and asked for by someone who wants a page. */
function isPage(path: string, request: IncomingMessage): boolean {
  const wantsPage = /text\/html|\*\/\*/.test(request.headers.accept ?? '*/*');
  return (
    wantsPage &&
    !path.startsWith('/assets/') &&
    !/\.(?:js|css|map|wasm|png|svg|ico|json|webmanifest|txt)$/.test(path)
  );
}

function readFolder(dist: string): Map<string, File> {
  const files = new Map<string, File>();
  const names = readdirSync(dist, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
  const all = new Set(names);
  for (const name of names) {
    const type = types[extname(name)];
    if (type === undefined || name.startsWith('.') || !statSync(join(dist, name)).isFile()) continue;
    const variants = new Map<'identity' | 'br' | 'gzip', Variant>();
    for (const [encoding, suffix] of [
      ['identity', ''],
      ['br', '.br'],
      ['gzip', '.gz'],
    ] as const) {
      const path = join(dist, name + suffix);
      if (suffix === '' || all.has(name + suffix))
        variants.set(encoding, { path, bytes: statSync(path).size });
    }
    const tag = tagOf(readFileSync(join(dist, name)));
    files.set(`/${name}`, { type, tag, immutable: hashedName.test(`/${name}`), variants });
  }
  return files;
}

/** A strong entity tag: it changes with the content. */
function tagOf(content: string | Buffer): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}

/** Sets the tag; when the reader has this very content, says so and ends the answer. */
function isKnown(tag: string, request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('ETag', tag);
  const known = (request.headers['if-none-match'] ?? '')
    .split(/\s*,\s*/)
    .some((one) => one.replace(/^W\//, '') === tag);
  if (known) response.writeHead(304).end();
  return known;
}

/**
 * The page waits for this sheet before it shows anything. So what the browser has is used at once, without a network too, and
 * a change is fetched meanwhile for the next visit (RFC 5861, "stale-while-revalidate").
 */
const accentCaching = `public, max-age=${10 * 60}, stale-while-revalidate=${365 * 24 * 60 * 60}`;

function sendAccent(sheet: string, tag: string, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', accentCaching);
  if (isKnown(tag, request, response)) return;
  response.writeHead(200, { 'Content-Type': types['.css'], 'Content-Length': Buffer.byteLength(sheet) });
  response.end(request.method === 'HEAD' ? undefined : sheet);
}

function send(file: File, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('Vary', 'Accept-Encoding');
  if (isKnown(file.tag, request, response)) return;
  const encoding = chooseEncoding(request.headers['accept-encoding'] ?? '', file);
  const variant = file.variants.get(encoding);
  if (variant === undefined) {
    refuse(response, 404, 'M_NOT_FOUND', 'There is no such file');
    return;
  }
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': variant.bytes,
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
  if (request.method === 'HEAD') response.end();
  // A reader that goes away needs no answer; pipeline closes both ends.
  else pipeline(createReadStream(variant.path), response, () => undefined);
}

function chooseEncoding(accepted: string, file: File): 'identity' | 'br' | 'gzip' {
  const taken = (name: string): boolean =>
    new RegExp(`(?:^|,)\\s*${name}\\s*(?:;\\s*q=(?!0(?:\\.0*)?\\s*(?:,|$))[^,]*)?(?:,|$)`, 'i').test(
      accepted,
    );
  if (file.variants.has('br') && taken('br')) return 'br';
  return file.variants.has('gzip') && taken('gzip') ? 'gzip' : 'identity';
}
