import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpClient } from '../http.ts';
import { openMemoryStore } from '../store/memory.ts';
import type { WireRoom } from '../sync/wire.ts';
import { openBook } from '../testing/open-book.ts';
import type { RawEvent } from '../timeline/log.ts';
import { loadMembers } from './members.ts';

const roomId = '!r:s';

function member(userId: string, membership: string): RawEvent {
  return {
    event_id: `$${membership} ${userId}`,
    type: 'm.room.member',
    sender: userId,
    origin_server_ts: 1,
    content: { membership },
    state_key: userId,
  };
}

function makeRoom() {
  const store = openMemoryStore();
  const book = openBook(store);
  let there: readonly string[] = [];
  const request: HttpClient['request'] = async () => ({
    chunk: there.map((userId) => member(userId, 'join')),
  });
  const source = { book, store, http: { request } };
  return {
    book,
    sync: (wire: WireRoom) => book.apply({ pos: '1', rooms: { [roomId]: wire } }, undefined, []),
    /** Who is there by the server, and what this device makes of it. */
    async members(...userIds: string[]) {
      there = userIds;
      return Object.keys(await loadMembers(book.room(roomId), source)).toSorted();
    },
  };
}

test('who left unseen and comes again is a member again', async () => {
  const { sync, members } = makeRoom();
  await sync({ initial: true, required_state: [member('@own:s', 'join'), member('@sara:s', 'join')] });
  assert.deepEqual(await members('@own:s', '@sara:s'), ['@own:s', '@sara:s']);
  // Their leaving lies in what this answer leaves out.
  await sync({ limited: true, prev_batch: 'p', timeline: [member('@own:s', 'join')] });
  assert.deepEqual(await members('@own:s'), ['@own:s']);
  await sync({ timeline: [member('@sara:s', 'join')] });
  assert.deepEqual(await members('@own:s', '@sara:s'), ['@own:s', '@sara:s']);
});

test('a room that this device only knows by its address is not in the list', async () => {
  const { book, sync } = makeRoom();
  book.room('!nowhere:s');
  await sync({ initial: true, required_state: [member('@own:s', 'join')] });
  await Promise.resolve();
  assert.deepEqual(
    book.all.value.map((room) => room.roomId),
    [roomId],
  );
  assert.equal(book.room('!nowhere:s').summary.value?.membership, 'leave');
});
