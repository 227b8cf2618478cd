import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { knownRoomVersions, roomVersion } from '../room-versions/versions.ts';
import type { VerifyKey } from '../signing/key-document.ts';
import { requiredKeys, requiredSignatures } from '../signing/required-signatures.ts';
import { nodeCrypto, testKey } from '../testing/node-crypto.ts';
import { eventIdOf } from './hashes.ts';
import { asJson, type Pdu, type UnsignedPdu } from './pdu.ts';
import { receiveEvent, receiveUnverifiedEvent, verifyEventSignatures, type Received } from './receive.ts';
import { redactEvent } from './redaction.ts';
import { addSignature, signEvent } from './sign-event.ts';
import { runs } from '../testing/runs.ts';

const v11 = roomVersion('11') as RoomVersion;
const own = testKey('a.example');

const message: UnsignedPdu = {
  type: 'm.room.message',
  room_id: '!room:a.example',
  sender: '@alice:a.example',
  content: { body: 'hello', deep: { a: [1, { b: 'c' }] } },
  depth: 7,
  prev_events: ['$b'],
  auth_events: ['$a'],
  origin_server_ts: 1000,
};

function keysUntil(
  validUntilTs: number,
  ...servers: string[]
): (name: string, id: string) => VerifyKey | undefined {
  return (name, id) => {
    const key = testKey(name);
    return servers.includes(name) && id === key.keyId
      ? { publicKey: key.publicKey, validUntilTs }
      : undefined;
  };
}

const keys = keysUntil(5000, 'a.example', 'b.example');

function receive(event: string | JsonValue, version = v11, lookup = keys): Received {
  return receiveEvent(event, version, lookup, nodeCrypto);
}

test('an honest event is accepted as it came', () => {
  const signed = signEvent(message, v11, own, nodeCrypto);
  const expected = { outcome: 'accepted', pdu: signed.pdu, eventId: signed.eventId, text: signed.text };
  assert.deepEqual(receive(signed.text), expected);
  assert.deepEqual(receive(asJson(signed.pdu)), expected);
  assert.deepEqual(receive(JSON.stringify(signed.pdu, undefined, 2)), expected);
  assert.deepEqual(receiveUnverifiedEvent(signed.text, v11, nodeCrypto), expected);
});

test('unsigned is thrown away', () => {
  const signed = signEvent(message, v11, own, nodeCrypto);
  const sent = { ...asJson(signed.pdu), unsigned: { membership: 'ban' } };
  assert.deepEqual(receive(sent), {
    outcome: 'accepted',
    pdu: signed.pdu,
    eventId: signed.eventId,
    text: signed.text,
  });
});

test('a changed content leaves the redacted event, under the same id', () => {
  const signed = signEvent(message, v11, own, nodeCrypto);
  const changed: Pdu = { ...signed.pdu, content: { body: 'other' } };
  const redacted = redactEvent(changed, v11);
  assert.deepEqual(receive(asJson(changed)), {
    outcome: 'redacted',
    pdu: redacted,
    eventId: signed.eventId,
    text: canonicalJson(asJson(redacted)),
  });
  assert.deepEqual(redacted.content, {});
  for (const sha256 of ['', 'x', '!!!']) {
    const odd = signEvent(message, v11, own, nodeCrypto).pdu;
    odd.hashes = { sha256 };
    assert.equal(receiveUnverifiedEvent(asJson(odd), v11, nodeCrypto).outcome, 'redacted');
  }
});

test('a padded hash is the same hash', () => {
  const { pdu } = signEvent(message, v11, own, nodeCrypto);
  const padded = { ...pdu, hashes: { sha256: `${pdu.hashes?.sha256}=` } };
  assert.equal(receiveUnverifiedEvent(asJson(padded), v11, nodeCrypto).outcome, 'accepted');
});

function dropped(received: Received): string {
  return received.outcome === 'dropped' ? received.reason : received.outcome;
}

test('broken, huge and deep events are dropped with the reason and the place', () => {
  const { pdu, text } = signEvent(message, v11, own, nodeCrypto);
  assert.equal(dropped(receive('{"depth":1.5}')), 'number with a fraction or an exponent at position 9');
  assert.match(dropped(receive('[]')), /JSON object/);
  assert.match(dropped(receive({ ...asJson(pdu), depth: 2 ** 53 })), /^depth must/);
  assert.match(
    dropped(receive(text.replace('"depth":7', '"depth":9007199254740992'))),
    /beyond 2\^53 - 1 at position/,
  );
  const nested = '['.repeat(200) + ']'.repeat(200);
  assert.match(dropped(receive(text.replace('"hello"', nested))), /nested deeper than 100 levels/);
  assert.match(
    dropped(receive({ ...asJson(pdu), content: { body: 'x'.repeat(65_536) } })),
    /at most 65536 bytes/,
  );
  assert.match(dropped(receive(`"${'x'.repeat(1_000_000)}"`)), /at most 65536 bytes/);
  assert.match(dropped(receive({ ...asJson(pdu), content: { size: 1.5 } })), /not canonical JSON/);
  assert.match(dropped(receive({ ...asJson(pdu), content: { text: '\ud800' } })), /not canonical JSON/);
  assert.match(
    dropped(receive({ ...asJson(pdu), auth_events: Array.from({ length: 10_000 }, () => '$a') })),
    /more than 10/,
  );
  assert.match(dropped(receive({ ...asJson(pdu), sender: `@${'x'.repeat(10_000)}:a.example` })), /sender/);
  let deep: JsonValue = 1;
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  assert.match(dropped(receive({ ...asJson(pdu), content: { deep } })), /not canonical JSON/);
});

test('an event as large as allowed is accepted, one byte more is not', () => {
  const grown = (size: number): string => {
    const base = signEvent({ ...message, content: { body: '' } }, v11, own, nodeCrypto).text.length;
    return signEvent({ ...message, content: { body: 'x'.repeat(size - base) } }, v11, own, nodeCrypto).text;
  };
  assert.equal(grown(65_536).length, 65_536);
  assert.equal(receive(grown(65_536)).outcome, 'accepted');
  assert.equal(receive(grown(65_537)).outcome, 'dropped');
});

test('signatures that are missing, wrong, or by keys that do not count', () => {
  const { pdu } = signEvent(message, v11, own, nodeCrypto);
  const without = (signatures: JsonObject): JsonObject => ({ ...asJson(pdu), signatures });
  assert.equal(dropped(receive(without({}))), 'no valid signature of a.example');
  assert.equal(dropped(receive(without({ 'a.example': {} }))), 'no valid signature of a.example');
  assert.equal(
    dropped(receive(without({ 'a.example': { 'ed25519:test': 'short' } }))),
    'no valid signature of a.example',
  );
  assert.equal(dropped(receive({ ...asJson(pdu), depth: 8 })), 'no valid signature of a.example');

  const unknown = receiveEvent(asJson(pdu), v11, () => undefined, nodeCrypto);
  assert.deepEqual(unknown, {
    outcome: 'dropped',
    reason: 'no valid signature of a.example',
    missingKeys: [{ serverName: 'a.example', keyId: 'ed25519:test' }],
  });
  assert.equal(
    dropped(receive(asJson(pdu), v11, keysUntil(999, 'a.example'))),
    'no valid signature of a.example',
  );
  assert.equal(receive(asJson(pdu), v11, keysUntil(1000, 'a.example')).outcome, 'accepted');
  const old = receive(asJson(pdu), v11, keysUntil(999, 'a.example'));
  assert.equal(old.outcome === 'dropped' && old.missingKeys?.length, 1);
});

test('a wrong signature by a key we have asks for no key', () => {
  const { pdu } = signEvent(message, v11, own, nodeCrypto);
  for (const until of [1000, 5000]) {
    assert.deepEqual(receive({ ...asJson(pdu), depth: 8 }, v11, keysUntil(until, 'a.example')), {
      outcome: 'dropped',
      reason: 'no valid signature of a.example',
    });
  }
});

test('without the signatures, a broken event is dropped all the same', () => {
  assert.deepEqual(receiveUnverifiedEvent('[]', v11, nodeCrypto), {
    outcome: 'dropped',
    reason: 'an event is a JSON object',
  });
});

test('one valid signature of a server is enough, among at most eight', () => {
  const { pdu } = signEvent(message, v11, own, nodeCrypto);
  const valid = pdu.signatures?.['a.example'] ?? {};
  const others = (count: number): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`ed25519:${index}`, 'x']));
  assert.equal(
    receive({ ...asJson(pdu), signatures: { 'a.example': { ...others(7), ...valid } } }).outcome,
    'accepted',
  );
  assert.equal(
    receive({ ...asJson(pdu), signatures: { 'a.example': { ...others(8), ...valid } } }).outcome,
    'dropped',
  );
});

test('who must have signed', () => {
  const member = (content: JsonObject, sender = '@alice:a.example'): Pdu => ({
    ...message,
    type: 'm.room.member',
    state_key: '@alice:a.example',
    sender,
    content,
  });
  const voucher = { join_authorised_via_users_server: '@bob:b.example' };
  assert.deepEqual(requiredSignatures(message, v11), ['a.example']);
  assert.deepEqual(requiredSignatures(member({ membership: 'join' }), v11), ['a.example']);
  assert.deepEqual(requiredSignatures(member({ membership: 'join', ...voucher }), v11), [
    'a.example',
    'b.example',
  ]);
  assert.deepEqual(requiredSignatures(member({ membership: 'leave', ...voucher }), v11), ['a.example']);
  assert.deepEqual(requiredSignatures({ ...message, content: { membership: 'join', ...voucher } }, v11), [
    'a.example',
  ]);
  const v7 = roomVersion('7') as RoomVersion;
  assert.deepEqual(requiredSignatures(member({ membership: 'join', ...voucher }), v7), ['a.example']);
  const same = { join_authorised_via_users_server: '@bob:a.example' };
  assert.deepEqual(requiredSignatures(member({ membership: 'join', ...same }), v11), ['a.example']);
  assert.deepEqual(
    requiredSignatures(member({ membership: 'join', join_authorised_via_users_server: 5 }), v11),
    ['a.example'],
  );
  assert.deepEqual(requiredSignatures(member({ membership: 'invite', third_party_invite: {} }), v11), []);
  assert.deepEqual(requiredSignatures(member({ membership: 'join', third_party_invite: {} }), v11), [
    'a.example',
  ]);
  assert.deepEqual(
    requiredSignatures({ ...message, content: { membership: 'invite', third_party_invite: {} } }, v11),
    ['a.example'],
  );
});

test('a restricted join needs the signature of the server that vouches', () => {
  const join = signEvent(
    {
      ...message,
      type: 'm.room.member',
      state_key: '@alice:a.example',
      content: { membership: 'join', join_authorised_via_users_server: '@bob:b.example' },
    },
    v11,
    own,
    nodeCrypto,
  );
  assert.equal(dropped(receive(join.text)), 'no valid signature of b.example');
  const both = addSignature(join.pdu, v11, testKey('b.example'));
  assert.equal(receive(both.text).outcome, 'accepted');
  assert.deepEqual(requiredKeys(both.pdu, v11), [
    { serverName: 'a.example', keyId: 'ed25519:test' },
    { serverName: 'b.example', keyId: 'ed25519:test' },
  ]);
  assert.deepEqual(verifyEventSignatures(both.pdu, v11, keys, nodeCrypto), { ok: true });
  assert.equal(verifyEventSignatures(join.pdu, v11, keys, nodeCrypto).ok, false);
});

const contents = fc.dictionary(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('membership', 'users', '__proto__', 'creator'),
  ),
  fc.oneof(
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(null, true),
    fc.constant([1]),
  ),
  { maxKeys: 6, noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;
const types = fc.constantFrom(
  'm.room.message',
  'm.room.member',
  'm.room.create',
  'm.room.power_levels',
  'm.room.redaction',
);
const events = fc.record({ type: types, content: contents, version: fc.constantFrom(...knownRoomVersions) });

function made(type: string, content: JsonObject, version: RoomVersion): UnsignedPdu {
  const { room_id: _room, ...rest } = message;
  if (!version.roomIdIsHash) return { ...message, type, content, state_key: '' };
  const room = type === 'm.room.create' ? {} : { room_id: '!lKc1vTZzZTPWuJZTXkfLVPKrVuI4WjVJVbEJVYYjJ3M' };
  return { ...rest, ...room, type, content, state_key: '' };
}

test('property: redaction is idempotent, keeps the id and the signature', () => {
  fc.assert(
    fc.property(events, ({ type, content, version: id }) => {
      const version = roomVersion(id) as RoomVersion;
      const { pdu, eventId } = signEvent(made(type, content, version), version, own, nodeCrypto);
      const redacted = redactEvent(pdu, version);
      assert.deepEqual(redactEvent(redacted, version), redacted);
      assert.equal(eventIdOf(redacted, version, nodeCrypto), eventId);
      assert.equal(eventIdOf(pdu, version, nodeCrypto), eventId);
    }),
    { numRuns: runs(300) },
  );
});

test('property: what is signed verifies, and any change is noticed', () => {
  const change = fc.constantFrom<(pdu: JsonObject) => void>(
    (pdu) => void (pdu['depth'] = 8),
    (pdu) => void (pdu['origin_server_ts'] = 1001),
    (pdu) => void (pdu['sender'] = '@eve:a.example'),
    (pdu) => void (pdu['type'] = 'm.other'),
    (pdu) => void (pdu['state_key'] = 'x'),
    (pdu) => void (pdu['prev_events'] = []),
    (pdu) => void (pdu['auth_events'] = ['$a', '$c']),
    (pdu) => void (pdu['hashes'] = { sha256: 'AAAA' }),
    (pdu) => void (pdu['content'] = { ...(pdu['content'] as JsonObject), changed: 1 }),
    (pdu) => void (pdu['org.example'] = 1),
  );
  fc.assert(
    fc.property(events, change, ({ type, content, version: id }, apply) => {
      const version = roomVersion(id) as RoomVersion;
      const { text } = signEvent(made(type, content, version), version, own, nodeCrypto);
      const honest = receive(text, version);
      assert.equal(honest.outcome, 'accepted');
      const changed = JSON.parse(text) as JsonObject;
      apply(changed);
      assert.notEqual(receive(changed, version).outcome, 'accepted');
    }),
    { numRuns: runs(300) },
  );
});
