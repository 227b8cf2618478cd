// The server is killed while an account is being erased: the next start finishes it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Client, register, until } from '../http/client.ts';
import type { Json } from '../http/client.ts';
import { OwnServer } from './own-server.ts';

const own = new OwnServer('closing');
const roomCount = 70;

it('is finished at the next start', async () => {
  const first = await own.start();
  const alice = await register(first.url, 'alice', 'Alice');
  const bob = await register(first.url, 'bob');
  const rooms: string[] = [];
  for (let count = 0; count < roomCount; count += 1) {
    const roomId = await bob.createRoom({ preset: 'public_chat' });
    rooms.push(roomId);
    await alice.join(roomId);
  }
  const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v3/upload', 'mine');
  const { next_batch: since } = await bob.sync();
  const { body } = await alice.call('POST', '/account/deactivate', { erase: true });
  const closing = alice
    .call('POST', '/account/deactivate', {
      erase: true,
      auth: { type: 'm.login.password', session: body.session, password: 'correct horse' },
    })
    .catch(() => undefined);
  await bob.sync(since, { timeout: 30_000 });
  await own.kill(first);
  await closing;

  const second = await own.start();
  const again = new Client(second.url, bob.token);
  const left = async (roomId: string): Promise<true | undefined> => {
    const path = `/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${alice.userId}`;
    const member: Json = await again.ok('GET', path);
    return member.membership === 'leave' ? true : undefined;
  };
  for (const roomId of rooms) assert.ok(await until(() => left(roomId), 'the leave'));
  const path = `/_matrix/client/v1/media/download/${uri.slice('mxc://'.length)}`;
  await until(async () => ((await again.call('GET', path)).status === 404 ? true : undefined), 'the end');
  await own.kill(second);
});
