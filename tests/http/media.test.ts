// Uploading and downloading, thumbnails, ranges, and what is refused.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { register } from './client.ts';
import type { Answer, Client } from './client.ts';

let server: TestServer;
let alice: Client;
let bob: Client;

before(async () => {
  server = await startMajlis({ args: ['--upload-limit', '64k', '--image-pixels-max', '1000000'] });
  alice = await register(server.url, 'alice');
  bob = await register(server.url, 'bob');
});
after(() => server.stop());

const media = '/_matrix/client/v1/media';

async function upload(bytes: Uint8Array, type: string, filename?: string): Promise<string> {
  const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v3/upload', bytes, {
    headers: { 'content-type': type },
    ...(filename !== undefined && { query: { filename } }),
  });
  assert.match(uri, /^mxc:\/\/[^/]+\/[\w-]+$/);
  return uri.slice('mxc://'.length);
}

const download = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  bob.call('GET', `${media}/download/${path}`, undefined, { headers });

/** A picture of one colour, written by hand. */
function png(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = 0xffffffff;
    for (const byte of body) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length);
    frame.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc((width * 3 + 1) * height))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('uploads', () => {
  it('come back byte for byte, to members only, sandboxed and cacheable', async () => {
    const bytes = Buffer.from('<script>alert(1)</script>');
    const path = await upload(bytes, 'text/html; charset=utf-8', 'صفحة (1).html');
    const answer = await download(path);
    assert.equal(answer.status, 200);
    assert.deepEqual(Buffer.from(answer.bytes), bytes);
    assert.equal(answer.headers.get('content-type'), 'text/html');
    assert.equal(
      answer.headers.get('content-disposition'),
      `attachment; filename*=utf-8''${encodeURIComponent('صفحة ')}%281%29.html`,
    );
    assert.match(answer.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.match(answer.headers.get('cache-control') ?? '', /private.*immutable/);
    const named = await download(`${path}/other.html`);
    assert.equal(named.headers.get('content-disposition'), 'attachment; filename=other.html');
    const etag = answer.headers.get('etag') ?? '';
    assert.equal((await download(path, { 'if-none-match': etag })).status, 304);
    assert.equal((await fetch(`${server.url}${media}/download/${path}`)).status, 401);
    const legacy = await fetch(`${server.url}/_matrix/media/v3/download/${path}`);
    assert.equal(((await legacy.json()) as { errcode: string }).errcode, 'M_UNRECOGNIZED');
  });

  it('have the type of their content, whatever the uploader says', async () => {
    const picture = png(2, 2);
    const types = async (bytes: Uint8Array, said: string): Promise<string | null> =>
      (await download(await upload(bytes, said))).headers.get('content-type');
    assert.equal(await types(picture, 'text/html'), 'image/png');
    assert.equal(await types(Buffer.from('no picture'), 'image/png'), 'application/octet-stream');
    assert.equal(await types(Buffer.from('OggS....'), 'video/ogg'), 'video/ogg');
    assert.equal(await types(Buffer.from('plain'), 'text/plain'), 'text/plain');
    assert.equal(await types(Buffer.from('plain'), 'bad\ttype'), 'application/octet-stream');
    assert.equal((await download(await upload(Buffer.alloc(0), 'text/plain'))).bytes.length, 0);
  });

  it('answer ranges', async () => {
    const path = await upload(Buffer.from('0123456789'), 'text/plain');
    const part = async (range: string): Promise<string> => {
      const answer = await download(path, { range });
      return `${answer.status} ${answer.headers.get('content-range')} ${Buffer.from(answer.bytes).toString()}`;
    };
    assert.equal(await part('bytes=2-4'), '206 bytes 2-4/10 234');
    assert.equal(await part('bytes=7-'), '206 bytes 7-9/10 789');
    assert.equal(await part('bytes=-3'), '206 bytes 7-9/10 789');
    assert.equal(await part('bytes=5-99'), '206 bytes 5-9/10 56789');
    assert.equal(await part('bytes=0-1,3-4'), '200 null 0123456789');
    assert.equal(await part('bytes=4-2'), '200 null 0123456789');
    const beyond = await download(path, { range: 'bytes=10-' });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get('content-range'), 'bytes */10');
  });

  it('are cut off at the limit, announced or not', async () => {
    await alice.refused(413, 'M_TOO_LARGE', 'POST', '/_matrix/media/v3/upload', Buffer.alloc(65_537));
    // Without a length: the server must stop reading by itself.
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const sending = request(
        {
          hostname,
          port,
          path: '/_matrix/media/v3/upload',
          method: 'POST',
          headers: { authorization: `Bearer ${alice.token}` },
        },
        (answer) => {
          resolve(answer.statusCode);
          sending.destroy();
        },
      );
      const block = Buffer.alloc(16_384);
      const write = (): void => {
        while (!sending.destroyed && sending.write(block));
        sending.once('drain', write);
      };
      sending.on('error', (error) => (sending.destroyed ? undefined : reject(error)));
      write();
    });
    assert.equal(status, 413);
    assert.equal((await alice.ok('GET', `${media}/config`))['m.upload.size'], 65_536);
  });

  it('can be reserved, are waited for, and are filled once', async () => {
    const { content_uri: uri, unused_expires_at: end } = await alice.ok(
      'POST',
      '/_matrix/media/v1/create',
      {},
    );
    assert.ok(end > Date.now());
    const path: string = uri.slice('mxc://'.length);
    const early = await bob.call('GET', `${media}/download/${path}`, undefined, { query: { timeout_ms: 0 } });
    assert.equal(`${early.status} ${early.body.errcode}`, '504 M_NOT_YET_UPLOADED');
    const waiting = bob.call('GET', `${media}/download/${path}`, undefined, {
      query: { timeout_ms: 60_000 },
    });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', `/_matrix/media/v3/upload/${path}`, 'not mine');
    await alice.ok('PUT', `/_matrix/media/v3/upload/${path}`, 'at last', {
      headers: { 'content-type': 'text/plain' },
    });
    assert.equal(Buffer.from((await waiting).bytes).toString(), 'at last');
    await alice.refused(409, 'M_CANNOT_OVERWRITE_MEDIA', 'PUT', `/_matrix/media/v3/upload/${path}`, 'again');
    for (let count = 0; count < 20; count += 1) await alice.ok('POST', '/_matrix/media/v1/create', {});
    await alice.refused(429, 'M_LIMIT_EXCEEDED', 'POST', '/_matrix/media/v1/create', {});
  });

  it('never lead out of their folder', async () => {
    const own = server.serverName;
    for (const id of [
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      '..',
      'a%00b',
      'a'.repeat(300),
      '%2Fetc%2Fpasswd',
    ]) {
      const answer = await download(`${encodeURIComponent(own)}/${id}`);
      assert.ok(answer.status === 404 || answer.status === 400, `${id}: ${answer.status}`);
    }
    assert.equal((await download('other.example/abc')).status, 404);
  });
});

describe('thumbnails', () => {
  const thumbnail = (path: string, query: Record<string, string | number | boolean>): Promise<Answer> =>
    bob.call('GET', `${media}/thumbnail/${path}`, undefined, { query });

  it('are smaller pictures of known formats', async () => {
    const path = await upload(png(400, 300), 'image/png');
    const scaled = await thumbnail(path, { width: 100, height: 100, method: 'scale' });
    assert.equal(scaled.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual([...scaled.bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    const cropped = await thumbnail(path, { width: 96, height: 96, method: 'crop' });
    assert.equal(cropped.status, 200);
    assert.ok(cropped.bytes.length < scaled.bytes.length);
    const again = await thumbnail(path, { width: 96, height: 96, method: 'crop' });
    assert.deepEqual(again.bytes, cropped.bytes);
  });

  it('are refused for other files, damaged ones, and too many pixels', async () => {
    const size = { width: 32, height: 32 };
    const svg = await upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml');
    assert.equal((await thumbnail(svg, size)).status, 400);
    const damaged = await upload(png(10, 10).subarray(0, 45), 'image/png');
    assert.equal((await thumbnail(damaged, size)).status, 400);
    const bomb = await upload(png(4_000, 4_000), 'image/png');
    assert.equal((await thumbnail(bomb, size)).status, 413);
    assert.equal((await thumbnail(svg, { width: 32 })).status, 400);
    assert.equal((await thumbnail(svg, { width: 0, height: 5 })).status, 400);
    assert.equal((await thumbnail(svg, { ...size, method: 'stretch' })).status, 400);
  });
});
