// One address for everything: what goes where, and what every answer says to browsers.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';

let server: TestServer;

before(async () => {
  server = await startMajlis({ meetings: true, webApp: true });
});
after(() => server.stop());

/** Sends bytes as they are; answers all that comes back until the server ends the connection. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Sends bytes and goes on sending after the answer, without ever ending its side: resolves when the server has cut it off. */
function stubborn(text: string): Promise<void> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }, () =>
      socket.write(text),
    );
    let drip: NodeJS.Timeout | undefined;
    socket.on('end', () => {
      drip = setInterval(() => socket.write('a'), 100);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(drip);
      resolve();
    });
    socket.resume();
  });
}

const upgrade = (path: string, origin: string): string =>
  `GET /livekit/sfu${path} HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

describe('one origin', () => {
  it('serves the app, its routes, and its files for ever', async () => {
    const page = await fetch(`${server.url}/chats/anything`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /text\/html/);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const part of [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval';",
      "frame-ancestors 'none'",
      "connect-src 'self' blob:",
    ]) {
      assert.ok(policy.includes(part), `${part} is missing in ${policy}`);
    }
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.match(page.headers.get('permissions-policy') ?? '', /camera=\(self\).*geolocation=\(\)/);
    const html = await page.text();
    const script = /(?:src|href)="(\/assets\/[^"]+\.js)"/.exec(html)?.[1];
    assert.ok(script !== undefined, html);
    for (const [accepted, encoding] of [
      ['br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['identity', null],
    ]) {
      const file: Response = await fetch(server.url + script, {
        headers: { 'Accept-Encoding': accepted ?? '' },
      });
      assert.equal(file.status, 200);
      assert.equal(file.headers.get('content-encoding'), encoding ?? null, accepted ?? '');
      assert.match(file.headers.get('cache-control') ?? '', /immutable/);
      const again: Response = await fetch(server.url + script, {
        headers: { 'If-None-Match': file.headers.get('etag') ?? '' },
      });
      assert.equal(again.status, 304);
    }
  });

  it("links the operator's colours from every page, empty while they are the app's own", async () => {
    const html = await (await fetch(server.url)).text();
    assert.match(html, /<link rel="stylesheet" href="\/accent\.css"/);
    const sheet = await fetch(`${server.url}/accent.css`);
    assert.equal(sheet.status, 200);
    assert.equal(sheet.headers.get('content-type'), 'text/css; charset=utf-8');
    assert.match(sheet.headers.get('content-security-policy') ?? '', /style-src 'self';/);
    assert.equal(await sheet.text(), '');
  });

  it('has no file but those of the app', async () => {
    for (const path of [
      '/assets/missing.js',
      '/.built',
      '/assets/../../package.json',
      '/%2e%2e/package.json',
      '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    ]) {
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 404 /, path);
    }
    assert.equal((await fetch(`${server.url}/`, { method: 'POST' })).status, 405);
  });

  it('sends the APIs to their rooms', async () => {
    assert.ok(
      'versions' in ((await (await fetch(`${server.url}/_matrix/client/versions`)).json()) as object),
    );
    assert.ok(
      'm.homeserver' in ((await (await fetch(`${server.url}/.well-known/matrix/client`)).json()) as object),
    );
    const health = (await (await fetch(`${server.url}/_majlis/health`)).json()) as {
      status: string;
      parts: Record<string, { ok: boolean }>;
    };
    assert.equal(health.status, 'ok');
    for (const part of ['database', 'homeserver', 'meetings', 'web'])
      assert.equal(health.parts[part]?.ok, true, part);
  });

  it('shows metrics to the operator only', async () => {
    const token = readFileSync(join(server.data, 'secrets/metrics-token'), 'utf8').trim();
    for (const Authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token}`]) {
      assert.equal(
        (await fetch(`${server.url}/_majlis/metrics`, { headers: { Authorization } })).status,
        401,
      );
    }
    const answer = await fetch(`${server.url}/_majlis/metrics`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const text = await answer.text();
    assert.match(text, /^majlis_part_up\{part="database"\} 1$/m);
    assert.match(text, /^majlis_http_requests_total\{route="\/_majlis\/metrics",status="401"\} 4$/m);
    assert.match(text, /^process_resident_memory_bytes \d+$/m);
  });

  it('lets browsers of its own origin reach LiveKit, and nobody reach its API', async () => {
    assert.match(await raw(upgrade('/rtc/v1', 'https://evil.example')), /^HTTP\/1\.1 403 /);
    assert.match(await raw(upgrade('/rtc/v1', 'null')), /^HTTP\/1\.1 403 /);
    // Without a token LiveKit itself refuses: the request has reached it.
    assert.match(await raw(upgrade('/rtc/v1', server.url)), /^HTTP\/1\.1 401 /);
    assert.match(await raw(upgrade('/twirp/livekit.RoomService/ListRooms', server.url)), /^HTTP\/1\.1 404 /);
    assert.equal(
      (await fetch(`${server.url}/livekit/sfu/twirp/livekit.RoomService/ListRooms`, { method: 'POST' }))
        .status,
      404,
    );
    assert.equal((await fetch(`${server.url}/livekit/sfu/rtc/v1/validate`)).status, 401);
  });

  it('ends connections that it has refused, also when the client does not', { timeout: 20_000 }, async () => {
    await Promise.all([
      stubborn(upgrade('/rtc/v1', 'https://evil.example')),
      stubborn(upgrade('/rtc/v1', server.url)),
      stubborn(upgrade('/twirp/livekit.RoomService/ListRooms', server.url)),
      stubborn('CONNECT elsewhere:80 HTTP/1.1\r\nHost: x\r\n\r\n'),
      stubborn('NONSENSE\r\n\r\n'),
    ]);
  });

  it('refuses what is no HTTP, and harms nobody else by it', async () => {
    assert.match(await raw('NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*M_UNRECOGNIZED/);
    assert.match(
      await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 [\s\S]*M_TOO_LARGE/,
    );
    assert.match(await raw('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*\r\nConnection: close\r\n/);
    const smuggled =
      'POST /_matrix/client/v3/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /';
    assert.match(await raw(smuggled), /^HTTP\/1\.1 400 /);
    assert.match(
      await raw('GET http:// HTTP/1.1\r\nHost: x\r\n\r\n'),
      /^HTTP\/1\.1 400 [\s\S]*\r\nConnection: close\r\n/,
    );
    assert.equal((await fetch(`${server.url}/_majlis/health`)).status, 200);
  });
});
