// The database dies in the middle of sending: sends fail clearly, nothing acknowledged is lost, nothing is doubled, and the service is
// back without anybody's help.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';
import type { Json } from '../http/client.ts';

const base = mkdtempSync(join(tmpdir(), 'majlis-database-lost-'));
const data = join(base, 'data');
const senders = 8;
const sentBefore = 120;
const sentAfter = 120;
let server: ServerProcess;
let stopped = false;
let token: string;
let room: string;

interface Answer {
  readonly status: number;
  readonly body: Json;
}

before(async () => {
  server = await startServerProcess(
    ['--port', '0', '--server-name', 'localhost:1', '--data', data, '--profile', 'open', '--no-web-app'],
    {},
  );
  const account = { username: 'noor', password: 'long enough', auth: { type: 'm.login.dummy' } };
  token = (await api('POST', '/register', account)).body.access_token;
  room = encodeURIComponent((await api('POST', '/createRoom', {})).body.room_id);
});
after(async () => {
  if (!stopped) server.signalGroup('SIGKILL');
  await server.ended;
  rmSync(base, { recursive: true, force: true });
});

async function api(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${server.url}/_matrix/client/v3${path}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const send = (name: string): Promise<Answer> =>
  api('PUT', `/rooms/${room}/send/m.room.message/${name}`, { msgtype: 'm.text', body: name });

/** All messages of the room, by text. */
async function stored(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (let from: string | undefined = ''; from !== undefined;) {
    const query: string = from === '' ? '' : `&from=${encodeURIComponent(from)}`;
    const { status, body }: Answer = await api('GET', `/rooms/${room}/messages?dir=b&limit=100${query}`);
    assert.equal(status, 200);
    for (const { type, content, event_id: id } of body.chunk) {
      if (type === 'm.room.message') found.set(content.body, [...(found.get(content.body) ?? []), id]);
    }
    from = body.end;
  }
  return found;
}

/** Reads the room by long polls until `done`; what is refused meanwhile is asked again. */
async function follow(seen: Map<string, string[]>, done: () => boolean): Promise<void> {
  const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { limit: 1000 } } }));
  let since: string = (await api('GET', '/sync')).body.next_batch;
  while (!done()) {
    const { status, body } = await api('GET', `/sync?timeout=1000&filter=${filter}&since=${since}`);
    if (status === 503) continue;
    assert.equal(status, 200, JSON.stringify(body));
    since = body.next_batch;
    const timeline = body.rooms?.join?.[decodeURIComponent(room)]?.timeline;
    if (timeline?.limited === true) assert.fail('the reader fell behind');
    for (const { type, content, event_id: id } of timeline?.events ?? [])
      if (type === 'm.room.message') seen.set(content.body, [...(seen.get(content.body) ?? []), id]);
  }
}

it('is killed while people send, and comes back', async () => {
  const acknowledged = new Map<string, string>();
  const refusals: Answer[] = [];
  const seen = new Map<string, string[]>();
  let killed = false;
  let sent = false;
  const enough = (): boolean => killed && acknowledged.size >= sentBefore + sentAfter;
  const reading = follow(seen, () => sent && [...acknowledged.keys()].every((name) => seen.has(name)));
  const loops = Array.from({ length: senders }, async (_, sender) => {
    for (let number = 0; !enough(); number += 1) {
      const name = `${sender}-${number}`;
      // As a client does: the same transaction until it is answered.
      for (;;) {
        const answer = await send(name);
        if (answer.status === 200) {
          acknowledged.set(name, answer.body.event_id);
          break;
        }
        refusals.push(answer);
      }
      if (!killed && acknowledged.size >= sentBefore) {
        killed = true;
        const [pid] = readFileSync(join(data, 'postgres/postmaster.pid'), 'utf8').split('\n');
        process.kill(Number(pid), 'SIGKILL');
      }
    }
  });
  await Promise.all(loops);
  sent = true;
  await reading;

  assert.ok(refusals.length > 0, 'nobody noticed');
  for (const { status, body } of refusals) {
    assert.equal(status, 503, JSON.stringify(body));
    assert.equal(body.errcode, 'M_UNKNOWN');
    assert.match(body.error, /try again/);
  }
  const found = await stored();
  for (const [name, eventId] of acknowledged) {
    assert.deepEqual(found.get(name), [eventId], `message ${name}`);
    assert.deepEqual(seen.get(name), [eventId], `message ${name} as the reader saw it`);
  }
  assert.match(server.output(), /the database ended and is started again/);
  const health = (await (await fetch(`${server.url}/_majlis/health`)).json()) as Json;
  assert.equal(health.parts.database.ok, true);
});

it('lets no second server in afterwards: the lock is held again', async () => {
  const [, , , port, folder] = readFileSync(join(data, 'postgres/postmaster.pid'), 'utf8').split('\n');
  assert.ok(port !== undefined && folder !== undefined);
  const socket = folder.startsWith('/') ? folder : join(data, 'postgres');
  const url = `postgres://majlis@localhost:${port}/majlis?host=${encodeURIComponent(socket)}`;
  await assert.rejects(
    startServerProcess(['--port', '0', '--data', join(base, 'other'), '--no-web-app', '--no-meetings'], {
      DATABASE_URL: url,
    }),
    ({ code, output }: { code: number; output: string }) => {
      assert.equal(code, 1);
      const lines = output.trim().split('\n');
      assert.match(
        lines.at(-1) ?? '',
        /Another Majlis is running on this database\. Stop it first, or choose another --data or DATABASE_URL\./,
      );
      assert.doesNotMatch(output, /^\s+at /m, 'no stack');
      return true;
    },
  );
  assert.equal((await send('still here')).status, 200);
});

it('stops in order afterwards', async () => {
  server.signal('SIGTERM');
  const ended = await server.ended;
  stopped = true;
  assert.deepEqual(ended, { code: 0, signal: null });
});
