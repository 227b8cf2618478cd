import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { MediaBlobs } from '@majlis/homeserver';
import { diskBlobs } from './disk-blobs.ts';
import { s3Blobs } from './s3-blobs.ts';

const base = mkdtempSync(join(tmpdir(), 'majlis-blobs-'));
const objects = new Map<string, Buffer>();

const keys = { accessKey: 'key', secretKey: 'secret' };

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Whether the request is signed with our secret key as Amazon describes it (Signature Version 4, "Authenticating Requests"). */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const parts = /^AWS4-HMAC-SHA256 Credential=key\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
    headers.authorization ?? '',
  );
  if (parts === null) return false;
  const [, scope = '', signed = '', signature] = parts;
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`);
  const { pathname, search } = new URL(url ?? '', 'http://s3');
  const canonical = [
    method,
    pathname,
    search.slice(1),
    ...lines,
    '',
    signed,
    headers['x-amz-content-sha256'],
  ];
  const digest = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${keys.secretKey}`);
  return signed.split(';').includes('host') && hmac(key, text).toString('hex') === signature;
}

/** An S3 of one bucket, as far as it is needed: signed PUT, ranged GET and DELETE of objects by path. */
function answerS3(request: IncomingMessage, response: ServerResponse): void {
  const name = request.url ?? '';
  if (!isSigned(request) || !name.startsWith('/bucket/')) {
    response.writeHead(403).end();
    return;
  }
  if (request.method === 'PUT') {
    if (request.headers['content-length'] === undefined) {
      response.writeHead(411).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      objects.set(name, Buffer.concat(chunks));
      response.writeHead(200).end();
    });
    return;
  }
  const object = objects.get(name);
  if (request.method === 'DELETE') {
    objects.delete(name);
    response.writeHead(204).end();
  } else if (object === undefined) {
    response.writeHead(404).end();
  } else {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range === null) response.writeHead(200).end(object);
    else response.writeHead(206).end(object.subarray(Number(range[1]), Number(range[2]) + 1));
  }
}

const s3 = createServer(answerS3);
await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
const address = s3.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

after(() => {
  s3.close();
  s3.closeAllConnections();
  rmSync(base, { recursive: true });
});

async function* streamOf(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part));
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('half'));
  throw new Error('the client went away');
}

async function textOf(stream: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
  if (stream === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const bucket = {
  endpoint: `http://127.0.0.1:${port}`,
  bucket: 'bucket',
  region: 'here-1',
  spool: join(base, 'spool'),
};

const stores: Readonly<Record<string, MediaBlobs>> = {
  disk: diskBlobs(join(base, 'media')),
  s3: s3Blobs({ ...bucket, ...keys }),
};

for (const [name, blobs] of Object.entries(stores)) {
  describe(`media on ${name}`, () => {
    it('gives back what was put, whole and in part', async () => {
      assert.equal(await blobs.put('abcdefgh12345678', streamOf('hello ', 'world'), 100), 11);
      assert.equal(await textOf(await blobs.get('abcdefgh12345678')), 'hello world');
      assert.equal(await textOf(await blobs.get('abcdefgh12345678', { start: 6, end: 8 })), 'wor');
    });

    it('keeps nothing of a stream that is too long or breaks off', async () => {
      await assert.rejects(blobs.put('toolong12345678', streamOf('hello ', 'world'), 10), RangeError);
      await assert.rejects(blobs.put('broken123456789', broken(), 100), /went away/);
      assert.equal(await blobs.get('toolong12345678'), undefined);
      assert.equal(await blobs.get('broken123456789'), undefined);
      const left = existsSync(base)
        ? readdirSync(base, { recursive: true }).filter((path) => String(path).includes('unfinished'))
        : [];
      assert.deepEqual(left, []);
    });

    it('forgets what was deleted, and forgives deleting twice', async () => {
      await blobs.put('shortlived12345', streamOf('x'), 1);
      await blobs.delete('shortlived12345');
      await blobs.delete('shortlived12345');
      assert.equal(await blobs.get('shortlived12345'), undefined);
    });
  });
}

describe('media on s3', () => {
  it('a wrong secret key is refused, not taken for an absent file', async () => {
    const strangers = s3Blobs({ ...bucket, ...keys, secretKey: 'another' });
    await assert.rejects(strangers.put('abcdefgh12345678', streamOf('x'), 1));
    await assert.rejects(async () => textOf(await strangers.get('abcdefgh12345678')));
  });
});

describe('media on disk', () => {
  it('makes no path of a key that is none', async () => {
    const blobs = diskBlobs(join(base, 'media'));
    for (const key of ['../../etc/passwd', 'a/b', '', '..', 'abcdefgh\0.txt']) {
      await assert.rejects(async () => blobs.get(key), RangeError, key);
    }
  });
});
