// The operator's accent over HTTP: a style sheet of the server's own origin.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMajlis, startServerProcess } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';

describe('the accent of the operator', () => {
  let server: TestServer;

  before(async () => {
    server = await startMajlis({ webApp: true, args: ['--accent', '#7b1fa2'] });
  });
  after(() => server?.stop());

  it('is a sheet of tokens for both themes', async () => {
    const answer = await fetch(`${server.url}/accent.css`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/css; charset=utf-8');
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
    const text = await answer.text();
    assert.equal(answer.headers.get('content-length'), String(text.length));
    assert.match(text, /^:root:root\{--accent:#7B1FA2;.*--soft-ink:#5E147D\}$/m);
    assert.match(text, /^\[data-theme='dark'\]\[data-theme='dark'\]\{--accent:#D79DF7;/m);
  });

  it('is kept by browsers for a while, and asked for again by its tag', async () => {
    const { headers } = await fetch(`${server.url}/accent.css`);
    assert.equal(headers.get('cache-control'), 'public, max-age=600, stale-while-revalidate=31536000');
    const tag = headers.get('etag') ?? '';
    const ask = (method: string, known: string): Promise<Response> =>
      fetch(`${server.url}/accent.css?any`, { method, headers: { 'If-None-Match': known } });
    const same = await ask('GET', `"another", W/${tag}`);
    assert.deepEqual([same.status, await same.text(), same.headers.get('etag')], [304, '', tag]);
    assert.equal((await ask('GET', '"another"')).status, 200);
    const head = await ask('HEAD', '');
    assert.deepEqual([head.status, await head.text()], [200, '']);
    assert.ok(Number(head.headers.get('content-length')) > 100);
    assert.equal((await ask('POST', '')).status, 405);
  });

  it('that cannot be read ends the start with one sentence and exit code 2', async () => {
    await assert.rejects(
      startServerProcess(['--accent', '#FFFF00']),
      ({ code, output }: { code?: number; output?: string }) =>
        code === 2 &&
        (output ?? '').trim().split('\n').length === 1 &&
        (output ?? '').includes('--accent cannot be "#FFFF00": it takes a darker colour, such as #6A6A00: '),
    );
  });
});
