// The disk fills up: sends fail and say so, what was acknowledged stays, reading goes on, and with room on the disk sending goes on too.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { startMajlis, startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess, TestServer } from '@majlis/ops/dev';
import { Client, register } from '../http/client.ts';
import type { Json } from '../http/client.ts';

const diskMegabytes = 160;

describe('a database that says its disk is full (53100)', () => {
  let server: TestServer;
  after(() => server.stop());

  it('refuses sends with 503, loses nothing, reads on, and takes sends again', async () => {
    server = await startMajlis({ logLevel: 'error' });
    const noor = await register(server.url, 'noor');
    const roomId = await noor.createRoom();
    const before = await noor.send(roomId, 'before');
    const administration = new pg.Client({ connectionString: server.databaseUrl });
    await administration.connect();
    await administration.query(`
      create function disk_full() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
      create trigger disk_full before insert on events for each statement execute function disk_full()`);
    const path = `${server.url}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message`;
    const send = async (name: string): Promise<{ status: number; body: Json }> => {
      const response = await fetch(`${path}/${name}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${noor.token}` },
        body: JSON.stringify({ msgtype: 'm.text', body: name }),
      });
      return { status: response.status, body: await response.json() };
    };
    const refused = await Promise.all(['one', 'two', 'three'].map(send));
    for (const { status, body } of refused) {
      assert.equal(status, 503, JSON.stringify(body));
      assert.equal(body.errcode, 'M_UNKNOWN');
      assert.match(body.error, /cannot store anything right now/);
    }
    const texts = async (): Promise<string[]> =>
      (
        await noor.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages`, undefined, {
          query: { dir: 'f' },
        })
      ).chunk
        .filter(({ type }: { type: string }) => type === 'm.room.message')
        .map(({ content }: { content: { body: string } }) => content.body);
    assert.deepEqual(await texts(), ['before']);
    await administration.query('drop trigger disk_full on events');
    await administration.end();
    for (const name of ['one', 'two', 'three']) assert.equal((await send(name)).status, 200);
    assert.deepEqual(await texts(), ['before', 'one', 'two', 'three']);
    assert.ok(before.startsWith('$'));
  });
});

describe('a folder of media that takes nothing', () => {
  it('refuses uploads with 503, and takes them again when it does', async () => {
    const lines: string[] = [];
    const { write } = process.stderr;
    const server = await startMajlis({ logLevel: 'error' });
    const noor = await register(server.url, 'noor');
    const folder = join(server.data, 'media');
    const upload = async (): Promise<string> => {
      const response = await fetch(`${server.url}/_matrix/media/v3/upload`, {
        method: 'POST',
        headers: { authorization: `Bearer ${noor.token}` },
        body: new Uint8Array(300_000),
      });
      const body: Json = await response.json();
      return `${response.status} ${body.errcode ?? ''}`;
    };
    try {
      rmSync(folder, { recursive: true, force: true });
      writeFileSync(folder, 'this is no folder');
      process.stderr.write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
      assert.equal(await upload(), '503 M_UNKNOWN');
      process.stderr.write = write;
      assert.match(lines.join(''), /an upload could not be stored/);
      rmSync(folder);
      assert.equal(await upload(), '200 ');
    } finally {
      process.stderr.write = write;
      await server.stop();
    }
  });
});

/** Whether this process may mount a small disk of its own. */
function mount(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m,mode=0755`, 'tmpfs', folder]);
  return made.status === 0;
}

describe('a disk that is really full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'majlis-disk-'));
  const mounted = mount(folder);
  let server: ServerProcess | undefined;

  after(async () => {
    server?.signalGroup('SIGKILL');
    await server?.ended;
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    mounted ? 'fails sends until there is room again' : 'cannot be made here; the error above stands for it',
    async () => {
      if (!mounted) return;
      const args = ['--port', '0', '--server-name', 'localhost:1', '--data', join(folder, 'data')];
      server = await startServerProcess([...args, '--profile', 'open', '--no-web-app']);
      const noor: Client = await register(server.url, 'noor');
      const roomId = await noor.createRoom();
      const ballast = join(folder, 'ballast');
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, new Uint8Array(Math.max(0, bavail - 64) * bsize));
      const acknowledged = new Map<string, string>();
      const send = async (name: string): Promise<number> => {
        const response = await fetch(
          `${noor.url}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${name}`,
          {
            method: 'PUT',
            headers: { authorization: `Bearer ${noor.token}` },
            body: JSON.stringify({ msgtype: 'm.text', body: `${name} ${'x'.repeat(20_000)}` }),
          },
        );
        const body: Json = await response.json();
        if (response.status === 200) acknowledged.set(name, body.event_id);
        else assert.equal(`${response.status} ${body.errcode}`, '503 M_UNKNOWN', JSON.stringify(body));
        return response.status;
      };
      let count = 0;
      while ((await send(`m${count}`)) === 200) {
        count += 1;
        assert.ok(count < 5000, 'the disk does not fill');
      }
      rmSync(ballast);
      const late = `m${count}`;
      const deadline = performance.now() + 30_000;
      while ((await send(late)) !== 200) assert.ok(performance.now() < deadline, 'it does not come back');
      for (const [name, eventId] of acknowledged) {
        const event = await noor.ok(
          'GET',
          `/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`,
        );
        assert.ok(event.content.body.startsWith(`${name} `));
      }
      assert.ok(acknowledged.has(late));
    },
  );
});
