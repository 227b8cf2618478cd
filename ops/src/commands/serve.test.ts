// The contract for machines: options, the ready line, exit codes, signals, and what a kill leaves behind.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import type { ServerProcess } from '../dev/server-process.ts';
import { StartFailed, startServerProcess } from '../dev/server-process.ts';

const base = mkdtempSync(join(tmpdir(), 'majlis-contract-'));
const data = join(base, 'data');
const quick = ['--port', '0', '--data', data, '--no-web-app', '--no-meetings'];
const stopMsMax = 5000;
const secondStartMsMax = 6000;

/** Processes of a group that still live. */
function livingOf(group: number): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!existsSync(`/proc/${pid}/stat`)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(processGroup) === group && state !== 'Z')
        found.push(stat.slice(0, stat.lastIndexOf(')') + 1));
    } catch {
      // It ended while it was looked at.
      continue;
    }
  }
  return found;
}

async function stop(server: ServerProcess): Promise<void> {
  const begun = performance.now();
  server.signal('SIGTERM');
  const { code, signal } = await server.ended;
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, server.output());
  assert.ok(performance.now() - begun < stopMsMax, `stopping took ${performance.now() - begun} ms`);
  assert.deepEqual(livingOf(server.pid), []);
}

/** The exit code and the output of a start that must fail. */
async function failedStart(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const failure = await startServerProcess(args, env).then(
    (server) => {
      server.signalGroup('SIGKILL');
      return undefined;
    },
    (error: unknown) => error,
  );
  assert.ok(failure instanceof StartFailed, `the start did not fail: ${String(failure)}`);
  return { code: failure.code, output: failure.output };
}

/** One sentence and its cure: no stack, no second line. */
function assertOneSentence(output: string, sentence: RegExp): void {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith('…'));
  assert.equal(lines.length, 1, output);
  assert.match(lines[0] ?? '', sentence);
  assert.match(lines[0] ?? '', /\.\s.+\.$/, 'the cure is missing');
}

/** From the lock file of the database; 0 when there is none. */
function postmasterPid(): number {
  const lock = join(data, 'postgres/postmaster.pid');
  return existsSync(lock) ? Number(readFileSync(lock, 'utf8').split('\n')[0]) : 0;
}

async function sql<Row>(statement: string): Promise<Row[]> {
  const client = new Client({
    connectionString: `postgres://majlis@localhost/majlis?host=${encodeURIComponent(join(data, 'postgres'))}`,
  });
  await client.connect();
  try {
    return (await client.query(statement)).rows as Row[];
  } finally {
    await client.end();
  }
}

const started: ServerProcess[] = [];

/** Starts a server that is killed at the end if a failed test left it running. */
async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const server = await startServerProcess(args);
  started.push(server);
  return server;
}

after(async () => {
  for (const server of started) {
    if (livingOf(server.pid).length > 0) server.signalGroup('SIGKILL');
    await server.ended;
  }
  rmSync(base, { recursive: true, force: true });
});

describe('serve: a first start, a second, and the ends in between', () => {
  let name = '';

  before(async () => {
    const first = await startServer(quick);
    assert.match(
      first.output().trimEnd().split('\n').at(-1) ?? '',
      /^Majlis is ready at http:\/\/127\.0\.0\.1:\d+$/,
    );
    name = (JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { serverName: string }).serverName;
    assert.equal(name, `localhost:${new URL(first.url).port}`);
    const health = await fetch(`${first.url}/_majlis/health`);
    assert.equal(health.status, 200);
    const { status, parts } = (await health.json()) as {
      status: string;
      parts: Record<string, { ok: boolean }>;
    };
    assert.equal(status, 'ok');
    assert.equal(parts['database']?.ok, true);
    assert.equal(parts['homeserver']?.ok, true);
    await sql('create table contract (value text)');
    await sql("insert into contract values ('kept')");
    await stop(first);
  });

  it('keeps secrets where only its own account reads them', () => {
    for (const secret of readdirSync(join(data, 'secrets'))) {
      assert.equal(statSync(join(data, 'secrets', secret)).mode & 0o777, 0o600, secret);
    }
    assert.equal(statSync(data).mode & 0o777, 0o700);
  });

  it('starts again in six seconds with the same data and name, on another port too', async () => {
    const begun = performance.now();
    const second = await startServer(quick);
    assert.ok(performance.now() - begun < secondStartMsMax, `the start took ${performance.now() - begun} ms`);
    assert.deepEqual(await sql('select value from contract'), [{ value: 'kept' }]);
    assert.equal(
      (JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { serverName: string }).serverName,
      name,
    );
    await stop(second);
  });

  it('repairs what a SIGKILL of the whole group leaves', async () => {
    const killed = await startServer(quick);
    await sql("insert into contract values ('before the kill')");
    killed.signalGroup('SIGKILL');
    await killed.ended;
    const next = await startServer(quick);
    assert.deepEqual(await sql("select value from contract where value = 'before the kill'"), [
      { value: 'before the kill' },
    ]);
    await stop(next);
  });

  it('takes over from a database that outlived its server', async () => {
    const killed = await startServer(quick);
    killed.signal('SIGKILL');
    await killed.ended;
    assert.notDeepEqual(livingOf(killed.pid), [], 'the database should have outlived the server');
    const next = await startServer(quick);
    assert.deepEqual(livingOf(killed.pid), []);
    assert.deepEqual(await sql("select value from contract where value = 'kept'"), [{ value: 'kept' }]);
    await stop(next);
  });

  it('is not misled by a lock file that names another living process', async () => {
    execFileSync('sh', [
      '-c',
      `printf '%s\\n/proc/self/cwd\\n0\\n5432\\n' ${process.pid} > "$0/postmaster.pid"`,
      join(data, 'postgres'),
    ]);
    const server = await startServer(quick);
    await stop(server);
  });

  it('restarts its database when that dies, and is healthy again', async () => {
    const server = await startServer(quick);
    const pid = postmasterPid();
    process.kill(pid, 'SIGKILL');
    const deadline = performance.now() + 20_000;
    for (let healthy = false; !healthy;) {
      assert.ok(performance.now() < deadline, `the database did not come back: ${server.output()}`);
      const current = postmasterPid();
      const response = await fetch(`${server.url}/_majlis/health`);
      healthy = response.status === 200 && current !== pid && current > 0;
    }
    assert.deepEqual(await sql("select value from contract where value = 'kept'"), [{ value: 'kept' }]);
    await stop(server);
  });

  it('refuses data that another server uses', async () => {
    const server = await startServer(quick);
    const { code, output } = await failedStart(quick);
    assert.equal(code, 1);
    assertOneSentence(output, /Another Majlis \(process \d+\) is running/);
    assert.equal((await fetch(`${server.url}/_majlis/health`)).status, 200);
    await stop(server);
  });

  it('refuses another server name for the same data', async () => {
    const { code, output } = await failedStart([...quick, '--server-name', 'example.org']);
    assert.equal(code, 1);
    assertOneSentence(output, /belong to the server name localhost:\d+, not example\.org/);
  });

  it('refuses data of a newer schema, and leaves them as they are', async () => {
    const server = await startServer(quick);
    await sql("insert into schema_version (number, name) values (9999, '9999_from_the_future.sql')");
    await stop(server);
    const { code, output } = await failedStart(quick);
    assert.equal(code, 1);
    assertOneSentence(output, /newer version of Majlis/);
    assert.equal(existsSync(join(data, 'postgres/postmaster.pid')), false, 'the database was left running');
  });
});

const fresh = (name: string): string[] => ['--data', join(base, name), '--no-web-app', '--no-meetings'];

describe('serve: refusals', () => {
  it('says that a port is taken, before it makes anything', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, output } = await failedStart([...fresh('taken'), '--port', String(port)]);
    holder.close();
    assert.equal(code, 1);
    assertOneSentence(output, new RegExp(`port ${port} on 127.0.0.1 is taken`));
    assert.equal(existsSync(join(base, 'taken/postgres')), false);
  });

  it('gives bad options exit code 2', async () => {
    for (const args of [
      ['--prot', '1'],
      ['--port', '99999'],
      ['--profile', 'wild'],
    ]) {
      const { code, output } = await failedStart([...fresh('bad'), ...args]);
      assert.equal(code, 2, output);
      assertOneSentence(output, /--\w+/);
    }
    const { code } = await failedStart(fresh('bad'), { MAJLIS_PORT: 'x' });
    assert.equal(code, 2);
    assert.equal(existsSync(join(base, 'bad')), false);
  });

  it('keeps demo and open on loopback', async () => {
    for (const profile of ['demo', 'open']) {
      const { code, output } = await failedStart([
        ...fresh('open'),
        '--profile',
        profile,
        '--host',
        '0.0.0.0',
        '--port',
        '0',
      ]);
      assert.equal(code, 2);
      assertOneSentence(output, /refuses to listen on 0\.0\.0\.0/);
    }
  });

  it('says that a database cannot be reached, without the password', async () => {
    const { code, output } = await failedStart([...fresh('unreachable'), '--port', '0'], {
      DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x',
    });
    assert.equal(code, 1);
    assertOneSentence(output, /database cannot be reached/);
    assert.doesNotMatch(output, /hunter2/);
  });

  it('says that a data folder cannot be made', async () => {
    const { code, output } = await failedStart([
      '--data',
      '/dev/null/data',
      '--no-web-app',
      '--no-meetings',
      '--port',
      '0',
    ]);
    assert.equal(code, 1);
    assertOneSentence(output, /cannot be written/);
  });
});
