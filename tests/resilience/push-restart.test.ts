// What a push gateway could not be told yet outlives the server: killed or stopped, the next one tells it, once and in order.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { ServerProcess } from '@majlis/ops/dev';
import { Client, register } from '../http/client.ts';
import { Gateway } from '../http/push-gateway.ts';
import { OwnServer } from './own-server.ts';

const own = new OwnServer('push-restart');
const gateway = new Gateway();
let open = false;

const at = (server: ServerProcess, client: Client): Client => {
  const again = new Client(server.url, client.token);
  again.userId = client.userId;
  return again;
};

after(async () => {
  if (open) await gateway.close();
});

it('tells after a kill and after a stop what had to wait, once and in order', async () => {
  const origin = await gateway.listen();
  open = true;
  const first = await own.start('--push-gateways', origin);
  let alice = await register(first.url, 'alice', 'Alice');
  let bob = await register(first.url, 'bob');
  const roomId = await alice.createRoom({ name: 'مجلس', invite: [bob.userId] });
  await bob.join(roomId);
  await alice.send(roomId, 'before there was a pusher');
  await bob.ok('POST', '/pushers/set', {
    kind: 'http',
    app_id: 'org.example.app',
    pushkey: 'key',
    app_display_name: 'Example',
    device_display_name: 'Phone',
    lang: 'ar',
    data: { url: `${origin}/_matrix/push/v1/notify` },
  });
  const told = await alice.send(roomId, 'told at once');
  assert.equal((await gateway.next()).event_id, told);

  await gateway.close();
  open = false;
  const read = await alice.send(roomId, 'read before the gateway is back');
  await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${read}`, {});
  const waiting = [await alice.send(roomId, 'one'), await alice.send(roomId, 'two')];
  await alice.send(roomId, { msgtype: 'm.notice', body: 'notices do not push' });
  await own.kill(first);

  const second = await own.start('--push-gateways', origin);
  alice = at(second, alice);
  bob = at(second, bob);
  await gateway.listen();
  open = true;
  for (const eventId of waiting) {
    const notice = await gateway.next();
    assert.deepEqual(
      [notice.event_id, notice.room_name, notice.sender_display_name],
      [eventId, 'مجلس', 'Alice'],
    );
  }
  const later = await alice.createRoom({ name: 'Another', invite: [bob.userId] });
  const invitation = await gateway.next();
  assert.deepEqual([invitation.room_id, invitation.user_is_target], [later, true]);
  second.signal('SIGTERM');
  assert.deepEqual(await second.ended, { code: 0, signal: null });

  const third = await own.start('--push-gateways', origin);
  const last = await at(third, alice).send(roomId, 'after all that');
  assert.equal((await gateway.next()).event_id, last, 'nothing was told twice');
  await own.kill(third);
});
