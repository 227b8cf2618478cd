// The first account: by the command line with and without a running server, and by the link of the start.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ServerProcess } from '../dev/server-process.ts';
import { startServerProcess } from '../dev/server-process.ts';
import { callApi, registerAccount, signIn } from '../operator/matrix-client.ts';

const base = mkdtempSync(join(tmpdir(), 'majlis-user-'));
const data = join(base, 'data');
const serve = ['--port', '0', '--data', data, '--no-web-app', '--no-meetings'];
const password = 'correct horse';
let running: ServerProcess | undefined;

after(async () => {
  running?.signalGroup('SIGKILL');
  await running?.ended;
  rmSync(base, { recursive: true, force: true });
});

/** Runs `majlis user …` with a password on standard input. */
function user(...args: string[]): Promise<{ code: number | null; output: string }> {
  const entry = join(import.meta.dirname, '../../majlis.js');
  const child = spawn(process.execPath, [entry, 'user', ...args, '--data', data], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(`${password}\n`);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

describe('the first account', () => {
  it('is made by the command line while no server runs', async () => {
    const { code, output } = await user('create', 'early', '--server-name', 'localhost:1');
    assert.equal(code, 0, output);
    assert.equal(output, '@early:localhost:1 is there.\n');
  });

  it('is made by the command line while the server runs, and can sign in', async () => {
    running = await startServerProcess(serve);
    const { code, output } = await user('create', 'later', '--admin');
    assert.equal(code, 0, output);
    assert.equal(output, '@later:localhost:1 is there and is an administrator.\n');
    for (const username of ['early', 'later']) {
      const session = await signIn(running.url, { username, password, deviceId: 'TEST' });
      assert.equal(session?.userId, `@${username}:localhost:1`);
    }
    assert.equal(
      statSync(join(data, 'operator.sock')).mode & 0o077,
      0,
      'others may open the operator socket',
    );
  });

  it('refuses a name that is taken, and words it does not know', async () => {
    assert.deepEqual([(await user('create', 'later')).code, (await user('destroy', 'later')).code], [1, 2]);
  });

  it('is made by the link of the start, once; without it registration is closed', async () => {
    running?.signal('SIGTERM');
    await running?.ended;
    const fresh = ['--port', '0', '--data', join(base, 'fresh'), '--no-web-app', '--no-meetings'];
    running = await startServerProcess(fresh);
    const token = /\/sign-in#registration-token=([\w-]+)/.exec(running.output())?.[1];
    assert.ok(token !== undefined, running.output());
    const dummy = { username: 'anyone', password, auth: { type: 'm.login.dummy' } };
    assert.notEqual((await callApi(running.url, 'POST', '/_matrix/client/v3/register', dummy)).status, 200);
    await registerAccount(running.url, { username: 'first', password, token });
    await assert.rejects(registerAccount(running.url, { username: 'second', password, token }));
    running.signal('SIGTERM');
    await running.ended;
    running = await startServerProcess(fresh);
    assert.doesNotMatch(running.output(), /registration-token/, 'there is an account, so no link is printed');
  });
});
