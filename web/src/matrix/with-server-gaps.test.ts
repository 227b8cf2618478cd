import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MessageItem, OpenRoom, TimelineItem } from './door.ts';
import type { OutgoingRecord } from './sending/outgoing.ts';
import { openMemoryStore } from './store/memory.ts';
import { join, messageIn, openDevice, signIn, signUp, stopEverything } from './testing/people.ts';
import type { TestClient } from './testing/node-client.ts';
import type { Someone } from './testing/people.ts';
import { waitFor } from './testing/wait-for.ts';

// What happened while a device was away, against the real server.

after(stopEverything);

/** More than an answer of sync brings at once. */
const many = 45;

async function openGroup(sara: Someone, omar: Someone) {
  const roomId = await sara.client.rooms.createGroup({
    name: 'Open',
    invite: [omar.username],
    encrypted: false,
  });
  const his = await join(omar, roomId);
  return { roomId, his, hers: sara.client.rooms.open(roomId) };
}

async function say(room: OpenRoom, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 1) await room.sendText(`message ${at}`);
  await waitFor('all sent', () => {
    const last = messageIn(room, `message ${to - 1}`)();
    return last?.eventId !== undefined;
  });
}

/** The item of an event once it is on the server. */
async function sent(room: OpenRoom, body: string): Promise<MessageItem & { eventId: string }> {
  await room.sendText(body);
  return waitFor(body, () => {
    const item = messageIn(room, body)();
    return item?.eventId === undefined ? undefined : { ...item, eventId: item.eventId };
  });
}

const hasGap = (room: OpenRoom): boolean => room.items.value.some((item) => item.type === 'gap');
const itemOf = (room: OpenRoom, eventId: string): TimelineItem | undefined =>
  room.items.value.find((item) => item.type !== 'gap' && item.eventId === eventId);

test('a gap in a chat that is known to its beginning can be filled, and brings the deletions that were made in it', async () => {
  const sara = await signUp('Sara');
  const omar = await signUp('Omar');
  const { his, hers } = await openGroup(sara, omar);
  const { eventId } = await sent(his, 'secret');
  await waitFor('secret', messageIn(hers, 'secret'));
  while (hers.older.value !== 'end') await hers.loadOlder();
  sara.network(false);
  await his.redact(eventId);
  await say(his, 0, many);
  sara.network(true);
  await waitFor('the newest', messageIn(hers, `message ${many - 1}`));
  assert.equal(hasGap(hers), true, 'more was said than an answer brings');
  for (let page = 0; page < 4 && hasGap(hers); page += 1) await hers.loadOlder();
  assert.equal(hasGap(hers), false);
  assert.equal(itemOf(hers, eventId)?.type, 'redacted');
  assert.equal(hers.items.value.filter((item) => item.type === 'message').length, many);
  assert.equal(hers.older.value, 'end');
});

test('what was read offline is told when it is marked again, and the clock of this device does not count', async () => {
  const store = openMemoryStore();
  const ahead = 3_600_000;
  const sara = await signUp('Sara', await openDevice(store, true, { now: () => Date.now() + ahead }));
  const omar = await signUp('Omar');
  const { roomId, his, hers } = await openGroup(sara, omar);
  const second = await signIn(sara.username);
  const unread = () => second.client.rooms.summary(roomId).value?.unread;
  await sent(his, 'one');
  await waitFor('one', messageIn(hers, 'one'));
  await waitFor('unread on the other device', () => (unread() ?? 0) > 0);
  sara.network(false);
  await assert.rejects(hers.markRead(), { kind: 'network' });
  sara.network(true);
  await hers.markRead();
  await waitFor('read on the other device', () => unread() === 0);

  const next = await sent(his, 'two');
  await waitFor('unread again', () => (unread() ?? 0) > 0);
  const other = second.client.rooms.open(roomId);
  await waitFor('two', messageIn(other, 'two'));
  await other.markRead();
  hers.close();
  const readUpTo = () => {
    const room = sara.client.rooms.open(roomId);
    const { value } = room.readUpTo;
    room.close();
    return value;
  };
  await waitFor('read elsewhere', () => sara.client.rooms.summary(roomId).value?.unread === 0);
  assert.equal(readUpTo(), next.eventId);
});

test('a message whose echo is lost in a gap does not stay at the end', async () => {
  const sara = await signUp('Sara');
  const omar = await signUp('Omar');
  const { roomId, his } = await openGroup(sara, omar);
  await waitFor('synced', () => sara.client.rooms.summary(roomId).value?.members === 2);
  const second = await signIn(sara.username);
  const other = second.client.rooms.open(roomId);
  await waitFor('the room', () => other.summary.value?.members === 2);
  await sara.client.stop();
  // As if the answer to a send had come, and the app had been closed before the echo.
  const { eventId } = await sent(other, 'mine');
  const record: OutgoingRecord = {
    order: 0,
    txnId: 'answered',
    roomId,
    time: 1,
    type: 'm.room.message',
    content: { msgtype: 'm.text', body: 'mine' },
    state: 'sent',
    eventId,
  };
  await sara.store.write([{ table: 'outgoing', key: 0, value: record }]);
  await say(his, 0, many);
  const again = await openDevice(sara.store);
  const hers = again.client.rooms.open(roomId);
  await waitFor('the newest', messageIn(hers, `message ${many - 1}`));
  await waitFor('the echo has gone', () => messageIn(hers, 'mine')() === undefined);
  assert.deepEqual(await sara.store.range('outgoing'), []);
});

test('a room that was left elsewhere goes from the list also when the server has forgotten this connection', async () => {
  const sara = await signUp('Sara');
  const omar = await signUp('Omar');
  const { roomId } = await openGroup(sara, omar);
  const kept = await sara.client.rooms.createGroup({ name: 'Kept', invite: [] });
  const inList = (device: TestClient, id: string) => () =>
    device.client.rooms.all.value.some((room) => room.roomId === id);
  await waitFor('both rooms', () => inList(sara, roomId)() && inList(sara, kept)());
  const second = await signIn(sara.username);
  await waitFor('the room', inList(second, roomId));
  await sara.client.stop();
  await second.client.rooms.leave(roomId);
  await sara.store.write([{ table: 'meta', key: 'position', value: { pos: 'forgotten', window: 20 } }]);
  const again = await openDevice(sara.store);
  await waitFor('gone', () => again.client.rooms.loaded.value && !inList(again, roomId)());
  assert.equal(inList(again, kept)(), true);
});
