// The profile demo shows accounts, rooms and messages, and a second start makes nothing twice.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';

const base = mkdtempSync(join(tmpdir(), 'majlis-demo-'));
let running: ServerProcess | undefined;

after(async () => {
  running?.signalGroup('SIGKILL');
  await running?.ended;
  rmSync(base, { recursive: true, force: true });
});

interface Joined {
  readonly timeline: {
    readonly events: readonly { readonly type: string; readonly content: { readonly body?: string } }[];
  };
}

/** What the first account sees: names of those who wrote, and every message by room. */
async function look(url: string): Promise<{ displayName: string; messages: string[][] }> {
  const post = await fetch(`${url}/_matrix/client/v3/login`, {
    method: 'POST',
    body: JSON.stringify({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'layla' },
      password: 'majlis-demo',
    }),
  });
  const { access_token: token, user_id: userId } = (await post.json()) as {
    access_token: string;
    user_id: string;
  };
  const headers = { Authorization: `Bearer ${token}` };
  const profile = await fetch(`${url}/_matrix/client/v3/profile/${encodeURIComponent(userId)}`, { headers });
  const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { limit: 50 } } }));
  const sync = await fetch(`${url}/_matrix/client/v3/sync?filter=${filter}`, { headers });
  const { rooms } = (await sync.json()) as { rooms: { join: Record<string, Joined> } };
  return {
    displayName: ((await profile.json()) as { displayname: string }).displayname,
    messages: Object.values(rooms.join).map(({ timeline }) =>
      timeline.events
        .filter(({ type }) => type === 'm.room.message')
        .map(({ content }) => content.body ?? ''),
    ),
  };
}

it('shows accounts, rooms and messages in Arabic and English, once', async () => {
  const args = [
    '--port',
    '0',
    '--data',
    join(base, 'data'),
    '--profile',
    'demo',
    '--no-web-app',
    '--no-meetings',
  ];
  running = await startServerProcess(args);
  assert.match(running.output(), /Sign in as layla, .* with the password majlis-demo/);
  const first = await look(running.url);
  assert.equal(first.displayName, 'ليلى');
  assert.equal(first.messages.length, 3);
  for (const messages of first.messages) assert.ok(messages.length >= 2);
  assert.match(first.messages.flat().join(' '), /السلام عليكم/);
  assert.match(first.messages.flat().join(' '), /Good morning/);
  running.signal('SIGTERM');
  await running.ended;
  running = await startServerProcess(args);
  assert.deepEqual((await look(running.url)).messages, first.messages);
});
