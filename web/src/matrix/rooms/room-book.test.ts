import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import type { WireSync } from '../sync/wire.ts';
import { openBook } from '../testing/open-book.ts';
import { isGap } from '../timeline/log.ts';
import type { EventRecord, RawEvent } from '../timeline/log.ts';
import { logWrites } from './room.ts';
import type { Room } from './room.ts';

const roomId = '!r:s';

/** A device whose next write takes as long as the test wants. */
function slowDevice() {
  const store = openMemoryStore();
  let gate: PromiseWithResolvers<void> | undefined;
  let arrived = Promise.withResolvers<void>();
  const slow: Store = {
    get: (...given) => store.get(...given),
    range: (...given) => store.range(...given),
    clear: () => store.clear(),
    close: () => store.close(),
    async write(changes) {
      const waiting = gate;
      gate = undefined;
      arrived.resolve();
      await waiting?.promise;
      await store.write(changes);
    },
  };
  return {
    store: slow,
    /** Holds the next write. Answers when it has come, and how to let it through. */
    hold() {
      const held = Promise.withResolvers<void>();
      gate = held;
      arrived = Promise.withResolvers<void>();
      return { came: arrived.promise, release: () => held.resolve() };
    },
  };
}

function message(id: string): RawEvent {
  return {
    event_id: id,
    type: 'm.room.encrypted',
    sender: '@sara:s',
    origin_server_ts: 5,
    content: { session_id: 'a' },
  };
}

const answer = (...events: RawEvent[]): WireSync => ({
  pos: '1',
  rooms: { [roomId]: { timeline: events, num_live: events.length } },
});

const ids = (room: Room): string[] =>
  (room.tail ?? []).flatMap((entry) => (isGap(entry) ? [] : [entry.event.event_id]));

function firstOf(room: Room): EventRecord {
  const first = room.tail?.[0];
  assert.ok(first !== undefined && !isGap(first));
  return first;
}

test('what the device notes of a room while an answer of sync is written is kept, and so is the answer', async () => {
  const device = slowDevice();
  const book = openBook(device.store);
  const held = device.hold();
  const applied = book.apply(answer(message('$1')), undefined, []);
  await held.came;
  const adopted = book.adopt(roomId, ({ time }) => ({ markedUnread: true, joined: time }));
  held.release();
  await Promise.all([applied, adopted]);
  const room = book.room(roomId);
  assert.equal(room.record.markedUnread, true);
  assert.equal(room.record.joined, 5, 'what it notes follows from the answer');
  assert.deepEqual(ids(room), ['$1']);
  assert.equal((await device.store.get('rooms', roomId))?.markedUnread, true);
});

test('a message that was decrypted while an answer of sync is written stays decrypted', async () => {
  const device = slowDevice();
  const book = openBook(device.store);
  await book.apply(answer(message('$1')), undefined, []);
  const room = book.room(roomId);
  const held = device.hold();
  const applied = book.apply(answer(message('$2')), undefined, []);
  await held.came;
  const decrypted = book.inTurn(async () => {
    const clear = { type: 'm.room.message', content: { body: 'مرحبا' }, authenticity: 'ok' } as const;
    const done = { ...firstOf(room), clear };
    room.replaceRecords([done]);
    await device.store.write(logWrites(roomId, { put: [done], remove: [], entries: [], added: [] }));
  });
  held.release();
  await Promise.all([applied, decrypted]);
  assert.deepEqual(ids(room), ['$1', '$2']);
  assert.equal(firstOf(room).clear?.content['body'], 'مرحبا');
});

test('answers of sync are worked in one after another', async () => {
  const device = slowDevice();
  const book = openBook(device.store);
  const held = device.hold();
  const first = book.apply(answer(message('$1')), undefined, []);
  await held.came;
  const second = book.apply(answer(message('$2')), undefined, []);
  held.release();
  await Promise.all([first, second]);
  assert.deepEqual(ids(book.room(roomId)), ['$1', '$2']);
});

test('whoever is ignored is not seen typing, and is again afterwards; nobody ignores themselves', async () => {
  const book = openBook(openMemoryStore());
  const ignore = (...people: string[]) =>
    book.takeAccountDatum('m.ignored_user_list', {
      ignored_users: Object.fromEntries(people.map((userId) => [userId, {}])),
    });
  await book.apply(answer(message('$1')), undefined, []);
  const room = book.room(roomId);
  room.opened = 1;
  const typing = () => room.typing.value.map(({ userId }) => userId);
  ignore('@sara:s', '@own:s');
  assert.deepEqual([...book.ignored.value], ['@sara:s']);
  room.setTyping(['@sara:s', '@omar:s', '@own:s']);
  assert.deepEqual(typing(), ['@omar:s']);
  ignore();
  room.refreshNow();
  assert.deepEqual(typing(), ['@sara:s', '@omar:s']);
});
