import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '../json/canonical.ts';
import { roomVersion, knownRoomVersions } from '../room-versions/versions.ts';
import { nodeCrypto, testKey } from '../testing/node-crypto.ts';
import { insertField, wholeText, type CanonicalField } from './canonical-fields.ts';
import { contentHash, eventIdOf } from './hashes.ts';
import { asJson, type UnsignedPdu } from './pdu.ts';
import { addSignature, signEvent } from './sign-event.ts';
import { verifyJson } from '../signing/sign-json.ts';
import { redactEvent } from './redaction.ts';

const key = testKey('a.example');

const message: UnsignedPdu = {
  type: 'm.room.message',
  room_id: '!room:a.example',
  sender: '@alice:a.example',
  content: { msgtype: 'm.text', body: 'Salut, مجلس \u{1f54c}' },
  depth: 7,
  prev_events: ['$bbb'],
  auth_events: ['$aaa'],
  origin_server_ts: 1_700_000_000_000,
  unsigned: { age: 3 },
};
const member: UnsignedPdu = {
  ...message,
  type: 'm.room.member',
  state_key: '@alice:a.example',
  content: { membership: 'join', displayname: 'Alice', join_authorised_via_users_server: '@b:b.example' },
};

for (const id of knownRoomVersions) {
  const version = roomVersion(id);
  assert.ok(version);
  for (const event of [message, member]) {
    test(`version ${id}: a signed ${event.type} has its hash, its signature, its id and its text`, () => {
      const signed = signEvent(event, version, key, nodeCrypto);
      assert.equal(signed.text, canonicalJson(asJson(signed.pdu)));
      assert.equal(signed.pdu.hashes?.sha256, contentHash(signed.pdu, nodeCrypto));
      assert.equal(signed.eventId, eventIdOf(signed.pdu, version, nodeCrypto));
      assert.match(signed.eventId, /^\$[A-Za-z0-9_-]{43}$/);
      const redacted = redactEvent(signed.pdu, version);
      assert.equal(verifyJson(asJson(redacted), 'a.example', key.keyId, key.publicKey, nodeCrypto), true);
      assert.equal(eventIdOf(redacted, version, nodeCrypto), signed.eventId);
    });
  }
}

test('a second signature joins the first and leaves the id', () => {
  const version = roomVersion('11');
  assert.ok(version);
  const first = signEvent(member, version, key, nodeCrypto);
  const both = addSignature(first.pdu, version, testKey('b.example'));
  assert.deepEqual(Object.keys(both.pdu.signatures ?? {}), ['a.example', 'b.example']);
  assert.equal(eventIdOf(both.pdu, version, nodeCrypto), first.eventId);
  assert.equal(both.text, canonicalJson(asJson(both.pdu)));
});

test('a first signature, and a second by the same server', () => {
  const version = roomVersion('11');
  assert.ok(version);
  const first = addSignature(message, version, key);
  assert.deepEqual(Object.keys(first.pdu.signatures ?? {}), ['a.example']);
  const second = addSignature(first.pdu, version, { ...key, keyId: 'ed25519:other' });
  assert.deepEqual(Object.keys(second.pdu.signatures?.['a.example'] ?? {}), [
    'ed25519:test',
    'ed25519:other',
  ]);
});

test('a field is put in its place, first, last and between', () => {
  const fields: CanonicalField[] = [];
  for (const name of ['m', 'z', 'a', 'n']) insertField(fields, name, '1');
  assert.equal(wholeText(fields), '{"a":1,"m":1,"n":1,"z":1}');
});

test('what canonical JSON cannot say is not signed', () => {
  const version = roomVersion('12');
  assert.ok(version);
  assert.throws(() => signEvent({ ...message, content: { size: 1.5 } }, version, key, nodeCrypto), TypeError);
});
