import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json/value.ts';
import { eventFilter, type FilteredEvent } from './event-filter.ts';

const message: FilteredEvent = {
  type: 'm.room.message',
  sender: '@a:a.example',
  content: { body: 'hi', url: 'mxc://a/b' },
  roomId: '!r:a.example',
};

const cases: Array<[definition: JsonObject | undefined, passes: boolean]> = [
  [undefined, true],
  [{}, true],
  [{ types: ['m.room.message'] }, true],
  [{ types: ['m.room.*'] }, true],
  [{ types: ['m.*.message', 'x'] }, true],
  [{ types: ['M.room.message'] }, false],
  [{ types: ['m.room.messag?'] }, false],
  [{ types: [] }, false],
  [{ types: [5] }, false],
  [{ types: 'm.room.member' }, true],
  [{ not_types: ['m.room.*'] }, false],
  [{ types: ['m.room.message'], not_types: ['*'] }, false],
  [{ not_types: [] }, true],
  [{ senders: ['@a:a.example'] }, true],
  [{ senders: ['@b:a.example'] }, false],
  [{ senders: [] }, false],
  [{ not_senders: ['@a:a.example'] }, false],
  [{ senders: ['@a:a.example'], not_senders: ['@a:a.example'] }, false],
  [{ rooms: ['!r:a.example'] }, true],
  [{ rooms: ['!x:a.example'] }, false],
  [{ not_rooms: ['!r:a.example'] }, false],
  [{ contains_url: true }, true],
  [{ contains_url: false }, false],
  [{ contains_url: 'no' }, true],
];

for (const [definition, passes] of cases) {
  test(`${JSON.stringify(definition)} ${passes ? 'lets a message through' : 'keeps it out'}`, () => {
    assert.equal(eventFilter(definition)(message), passes);
  });
}

test('events without sender, room or url', () => {
  const receipt: FilteredEvent = { type: 'm.receipt', content: { url: 7 } };
  assert.equal(eventFilter({ senders: ['@a:b'] })(receipt), false);
  assert.equal(eventFilter({ not_senders: ['@a:b'] })(receipt), true);
  assert.equal(eventFilter({ rooms: [] })(receipt), true);
  assert.equal(eventFilter({ contains_url: true })(receipt), false);
  assert.equal(eventFilter({ contains_url: false })(receipt), true);
});
