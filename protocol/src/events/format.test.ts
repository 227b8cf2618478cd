import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { knownRoomVersions, roomVersion } from '../room-versions/versions.ts';
import { clientEvent, strippedState } from './client-format.ts';
import { checkEventFormat, checkEventSize, isHashRoomId } from './format.ts';
import { asJson, depthMax, nextDepth, type Checked, type Pdu } from './pdu.ts';
import { redactionTarget } from './redaction.ts';
import { runs } from '../testing/runs.ts';

const v10 = roomVersion('10') as RoomVersion;
const v11 = roomVersion('11') as RoomVersion;
const v12 = roomVersion('12') as RoomVersion;
const hashRoomId = '!lKc1vTZzZTPWuJZTXkfLVPKrVuI4WjVJVbEJVYYjJ3M';

const whole: Pdu = {
  type: 'm.room.message',
  room_id: '!room:a.example',
  sender: '@alice:a.example',
  content: {},
  depth: 3,
  prev_events: ['$b'],
  auth_events: ['$a'],
  origin_server_ts: 1,
  hashes: { sha256: 'x' },
  signatures: { 'a.example': { 'ed25519:1': 'x' } },
};

function reason(checked: Checked): string {
  return checked.ok ? '' : checked.reason;
}

/** What is said of the whole event with one field set, or left out (undefined). */
function change(key: string, value: JsonValue | undefined, version = v11, base: Pdu = whole): string {
  const event = { ...asJson(base) };
  if (value === undefined) delete event[key];
  else event[key] = value;
  return reason(checkEventFormat(event, version));
}

test('a whole event passes in every version, as does one with unknown keys', () => {
  for (const id of knownRoomVersions) {
    const version = roomVersion(id) as RoomVersion;
    const event = version.roomIdIsHash ? { ...whole, room_id: hashRoomId } : whole;
    assert.equal(reason(checkEventFormat(asJson(event), version)), '');
    const odd = {
      ...asJson(event),
      'org.example': [1],
      state_key: '',
      unsigned: {},
      redacts: '$x',
      origin: 'a',
    };
    assert.equal(reason(checkEventFormat(odd, version)), '');
  }
});

test('what is no event', () => {
  for (const value of [null, [], 'x', 5, true])
    assert.match(reason(checkEventFormat(value, v11)), /JSON object/);
});

test('fields that are missing or of a wrong type are named', () => {
  const wrong: Array<[key: string, values: Array<JsonValue | undefined>, said: RegExp]> = [
    ['type', [undefined, 5, null, 'x'.repeat(256), 'é'.repeat(128)], /^type must/],
    ['sender', [undefined, 5, 'alice', '@alice', `@${'x'.repeat(250)}:a.example`], /^sender must/],
    ['state_key', [5, null, 'x'.repeat(256)], /^state_key must/],
    [
      'room_id',
      [undefined, 5, 'room', '!room', '!room:', hashRoomId, `!${'x'.repeat(250)}:a.example`],
      /^room_id must/,
    ],
    ['content', [undefined, null, [], 'x'], /^content must/],
    ['depth', [undefined, '3', -1, 2 ** 53, 1.5, null], /^depth must/],
    ['origin_server_ts', [undefined, '1', 2 ** 53, 1.5], /^origin_server_ts must/],
    ['prev_events', [undefined, {}, 'x', [5], ['b'], [['$b', {}]]], /^prev_events must/],
    ['auth_events', [undefined, {}, [null], ['']], /^auth_events must/],
    ['prev_events', [Array.from({ length: 21 }, () => '$b')], /^prev_events has more than 20/],
    [
      'auth_events',
      [Array.from({ length: 11 }, () => '$a'), Array.from({ length: 10_000 }, () => '$a')],
      /^auth_events has more than 10/,
    ],
    ['hashes', [undefined, null, {}, { sha256: 5 }, []], /^hashes must/],
    ['signatures', [undefined, null, [], { a: 'x' }, { a: null }, { a: { k: 5 } }], /^signatures must/],
    ['unsigned', [null, [], 'x'], /^unsigned must/],
  ];
  for (const [key, values, said] of wrong) {
    for (const value of values)
      assert.match(change(key, value), said, `${key}: ${JSON.stringify(value)?.slice(0, 50)}`);
  }
});

test('limits are kept to the last', () => {
  assert.equal(
    change(
      'prev_events',
      Array.from({ length: 20 }, () => '$b'),
    ),
    '',
  );
  assert.equal(
    change(
      'auth_events',
      Array.from({ length: 10 }, () => '$a'),
    ),
    '',
  );
  assert.equal(change('prev_events', []), '');
  assert.equal(change('depth', 0), '');
  assert.equal(change('depth', 2 ** 53 - 1), '');
  assert.equal(change('origin_server_ts', -5), '');
  assert.equal(change('type', 'x'.repeat(255)), '');
  assert.equal(change('state_key', 'x'.repeat(255)), '');
  assert.equal(change('signatures', {}), '');
});

test('the room id has the form of its version', () => {
  assert.equal(isHashRoomId(hashRoomId), true);
  assert.equal(isHashRoomId(`x${hashRoomId}`), false);
  for (const text of [
    '!room:a.example',
    hashRoomId.slice(0, -1),
    `${hashRoomId}a`,
    '$' + hashRoomId.slice(1),
    5,
  ]) {
    assert.equal(isHashRoomId(text), false);
  }
  assert.match(change('room_id', '!room:a.example', v12), /hash of a create event/);
  assert.match(change('room_id', undefined, v12), /hash of a create event/);
  assert.equal(change('room_id', hashRoomId, v12), '');
  const create = { ...whole, type: 'm.room.create', state_key: '' };
  assert.equal(change('room_id', undefined, v12, create), '');
  assert.equal(change('room_id', '!anything', v12, create), '');
  assert.match(change('room_id', 5, v12, create), /^room_id must be a string/);
  assert.match(change('room_id', undefined, v11, create), /^room_id must/);
});

test('redacts is looked at where it counts', () => {
  assert.match(change('redacts', 5, v10), /^redacts must/);
  assert.equal(change('redacts', 5, v11), '');
  const redaction: Pdu = {
    ...whole,
    type: 'm.room.redaction',
    redacts: '$top',
    content: { redacts: '$inside' },
  };
  assert.equal(redactionTarget(redaction, v10), '$top');
  assert.equal(redactionTarget(redaction, v11), '$inside');
  assert.equal(redactionTarget({ ...redaction, content: { redacts: 5 } }, v11), undefined);
  assert.equal(redactionTarget({ ...redaction, type: 'm.room.message' }, v11), undefined);
});

test('the size of an event', () => {
  const check = (pdu: Pdu, text = canonicalJson(asJson(pdu))): string => reason(checkEventSize(pdu, text));
  assert.equal(check(whole), '');
  assert.equal(check(whole, 'x'.repeat(65_536)), '');
  assert.match(check(whole, 'x'.repeat(65_537)), /at most 65536 bytes/);
  assert.match(check(whole, 'é'.repeat(32_769)), /at most 65536 bytes/);
  assert.equal(check(whole, 'é'.repeat(32_768)), '');
  assert.match(check({ ...whole, type: 'x'.repeat(256) }), /^type has at most/);
  assert.match(check({ ...whole, sender: '@' + 'x'.repeat(255) }), /^sender has at most/);
  assert.match(check({ ...whole, room_id: '!' + 'é'.repeat(128) }), /^room_id has at most/);
  assert.match(check({ ...whole, state_key: 'é'.repeat(128) }), /^state_key has at most/);
  assert.equal(check({ ...whole, state_key: 'é'.repeat(127) }), '');
});

test('property: the check of the format never throws', () => {
  const key = fc.constantFrom(...Object.keys(whole), 'state_key', 'unsigned', '__proto__');
  fc.assert(
    fc.property(key, fc.jsonValue(), fc.constantFrom(...knownRoomVersions), (field, value, id) => {
      const event = { ...asJson(whole), [field]: value as JsonValue };
      assert.equal(typeof checkEventFormat(event, roomVersion(id) as RoomVersion).ok, 'boolean');
    }),
    { numRuns: runs(1000) },
  );
});

test('stripped state and client format', () => {
  assert.deepEqual(strippedState({ ...whole, type: 'm.room.name', state_key: '', content: { name: 'x' } }), {
    type: 'm.room.name',
    state_key: '',
    content: { name: 'x' },
    sender: '@alice:a.example',
  });
  const plain = {
    content: {},
    event_id: '$e',
    origin_server_ts: 1,
    room_id: '!room:a.example',
    sender: '@alice:a.example',
    type: 'm.room.message',
  };
  assert.deepEqual(clientEvent(whole, '$e', '!room:a.example', v11), plain);
  assert.deepEqual(clientEvent(whole, '$e', '!room:a.example', v11, {}), plain);
  assert.deepEqual(clientEvent({ ...whole, state_key: '' }, '$e', '!room:a.example', v11, { age: 5 }), {
    ...plain,
    state_key: '',
    unsigned: { age: 5 },
  });
});

test('stripped state keeps the state key, and has one always', () => {
  assert.equal(strippedState({ ...whole, state_key: '@a:b' })['state_key'], '@a:b');
  assert.equal(strippedState(whole)['state_key'], '');
});

test('what is no id is not shown as what is redacted', () => {
  const broken: Pdu = { ...whole, type: 'm.room.redaction', content: { redacts: 5 } };
  assert.equal('redacts' in clientEvent(broken, '$e', '!r:a', v11), false);
  assert.equal('redacts' in clientEvent({ ...broken, content: {} }, '$e', '!r:a', v11), false);
  const old = clientEvent({ ...broken, content: {} }, '$e', '!r:a', v10);
  assert.equal('redacts' in old, false);
  assert.deepEqual(old['content'], {});
});

test('clients find what a redaction redacts in both places', () => {
  const old: Pdu = { ...whole, type: 'm.room.redaction', redacts: '$x', content: { reason: 'y' } };
  const seen = clientEvent(old, '$e', '!r:a', v10);
  assert.deepEqual([seen['redacts'], seen['content']], ['$x', { reason: 'y', redacts: '$x' }]);
  const fresh: Pdu = { ...whole, type: 'm.room.redaction', content: { redacts: '$x' } };
  const shown = clientEvent(fresh, '$e', '!r:a', v11);
  assert.deepEqual([shown['redacts'], shown['content']], ['$x', { redacts: '$x' }]);
  assert.equal(clientEvent({ ...fresh, content: {} }, '$e', '!r:a', v11)['redacts'], undefined);
  assert.equal(clientEvent({ ...fresh, content: {} }, '$e', '!r:a', v10)['redacts'], undefined);
  assert.equal(clientEvent({ ...whole, redacts: '$x' }, '$e', '!r:a', v10)['redacts'], undefined);
});

test('depth grows by one and stops at the limit', () => {
  assert.equal(nextDepth([]), 1);
  assert.equal(nextDepth([3, 9, 4]), 10);
  assert.equal(nextDepth([depthMax]), depthMax);
  assert.equal(nextDepth([depthMax - 1]), depthMax);
});
