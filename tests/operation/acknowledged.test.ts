// What the server has acknowledged survives a SIGKILL of everything at any moment.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';

const base = mkdtempSync(join(tmpdir(), 'majlis-acknowledged-'));
const running = new Set<ServerProcess>();
const senders = 8;
const acknowledgedMin = 150;

async function start(): Promise<ServerProcess> {
  const args = [
    '--port',
    '0',
    '--server-name',
    'localhost:1',
    '--data',
    join(base, 'data'),
    '--profile',
    'open',
    '--no-web-app',
  ];
  const server = await startServerProcess(args);
  running.add(server);
  void server.ended.then(() => running.delete(server));
  return server;
}

after(async () => {
  for (const server of running) {
    server.signalGroup('SIGKILL');
    await server.ended;
  }
  rmSync(base, { recursive: true, force: true });
});

async function api(
  url: string,
  method: string,
  path: string,
  token: string | undefined,
  body?: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/_matrix/client/v3${path}`, {
    method,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

it('loses no acknowledged message to a SIGKILL of the whole group, and repeats none', async () => {
  const first = await start();
  const account = { username: 'sender', password: 'long enough', auth: { type: 'm.login.dummy' } };
  const { access_token: token } = (await api(first.url, 'POST', '/register', undefined, account)) as {
    access_token: string;
  };
  const { room_id: room } = (await api(first.url, 'POST', '/createRoom', token, {})) as { room_id: string };
  const send = (url: string, name: string): Promise<Record<string, unknown>> =>
    api(url, 'PUT', `/rooms/${encodeURIComponent(room)}/send/m.room.message/${name}`, token, {
      msgtype: 'm.text',
      body: name,
    });

  const acknowledged = new Map<string, string>();
  const loops = Array.from({ length: senders }, async (_, sender) => {
    for (let number = 0; ; number += 1) {
      const name = `${sender}-${number}`;
      try {
        acknowledged.set(name, String((await send(first.url, name))['event_id']));
      } catch {
        return;
      }
      if (acknowledged.size === acknowledgedMin) first.signalGroup('SIGKILL');
    }
  });
  await Promise.all(loops);
  await first.ended;
  assert.ok(acknowledged.size >= acknowledgedMin);

  const second = await start();
  const [repeated] = acknowledged;
  assert.ok(repeated !== undefined);
  assert.equal(
    (await send(second.url, repeated[0]))['event_id'],
    repeated[1],
    'a repeated transaction answers the same event',
  );

  const found = new Map<string, string[]>();
  for (let from: string | undefined = ''; from !== undefined;) {
    const query = `?dir=b&limit=100${from === '' ? '' : `&from=${encodeURIComponent(from)}`}`;
    const page = await api(second.url, 'GET', `/rooms/${encodeURIComponent(room)}/messages${query}`, token);
    for (const event of page['chunk'] as { event_id: string; type: string; content: { body: string } }[]) {
      if (event.type === 'm.room.message')
        found.set(event.content.body, [...(found.get(event.content.body) ?? []), event.event_id]);
    }
    from = page['end'] as string | undefined;
  }
  for (const [name, eventId] of acknowledged) assert.deepEqual(found.get(name), [eventId], `message ${name}`);
  second.signal('SIGTERM');
  assert.deepEqual(await second.ended, { code: 0, signal: null });
});
