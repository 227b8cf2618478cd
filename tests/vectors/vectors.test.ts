import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canonicalJson,
  contentHash,
  decodeBase64,
  encodeBase64,
  parseJson,
  parseLooseJson,
  redactEvent,
  roomVersion,
  signEvent,
  signJson,
  verifyJson,
  type JsonObject,
  type Pdu,
  type UnsignedPdu,
} from '@majlis/protocol';
import { keyFromSeed, nodeCrypto } from '@majlis/protocol/testing';
import { readVectors } from './read-vectors.ts';

interface CanonicalVectors {
  canonical: Array<[string, string]>;
  lenient: Array<[string, string]>;
  refused: string[];
}

const canonical = readVectors<CanonicalVectors>('canonical-json.json');

test('canonical JSON: every vector of the specification and ours', () => {
  for (const [text, expected] of canonical.canonical) {
    const parsed = parseJson(text);
    assert.ok(parsed.ok, text);
    assert.equal(canonicalJson(parsed.value), expected);
  }
  for (const [text, expected] of canonical.lenient) {
    assert.equal(parseJson(text).ok, false);
    const parsed = parseLooseJson(text);
    assert.equal(parsed.ok && canonicalJson(parsed.value), expected);
  }
  for (const text of canonical.refused) assert.equal(parseJson(text).ok, false, text);
});

interface SigningVectors {
  seed: string;
  server_name: string;
  key_id: string;
  public_key: string;
  json: Array<{ object: JsonObject; signature: string }>;
  events: Array<{ event: UnsignedPdu; sha256: string; signature: string }>;
  base64: Array<[string, string]>;
}

const signing = readVectors<SigningVectors>('signing.json');
const key = keyFromSeed(signing.server_name, signing.key_id, decodeBase64(signing.seed) ?? new Uint8Array());

test('base64: every vector of the specification', () => {
  for (const [text, expected] of signing.base64) {
    assert.equal(encodeBase64(new Uint8Array(Buffer.from(text))), expected);
    assert.deepEqual(Buffer.from(decodeBase64(expected) ?? []).toString(), text);
  }
});

test('signed JSON: every vector of the specification', () => {
  assert.equal(encodeBase64(key.publicKey), signing.public_key);
  for (const { object, signature } of signing.json) {
    const signed = signJson(object, key);
    assert.deepEqual(signed, { ...object, signatures: { domain: { 'ed25519:1': signature } } });
    assert.equal(verifyJson(signed, 'domain', 'ed25519:1', key.publicKey, nodeCrypto), true);
  }
});

test('signed events: every vector of the specification', () => {
  for (const id of ['6', '10']) {
    const version = roomVersion(id);
    assert.ok(version);
    for (const { event, sha256, signature } of signing.events) {
      const { pdu } = signEvent(event, version, key, nodeCrypto);
      assert.equal(contentHash(pdu, nodeCrypto), sha256);
      assert.deepEqual(pdu, {
        ...event,
        hashes: { sha256 },
        signatures: { domain: { 'ed25519:1': signature } },
      });
    }
  }
});

interface RedactionVectors {
  cases: Array<{ versions: string[]; event: Pdu; redacted: Pdu }>;
}

test('redaction: what each room version keeps', () => {
  for (const { versions, event, redacted } of readVectors<RedactionVectors>('redaction.json').cases) {
    for (const id of versions) {
      const version = roomVersion(id);
      assert.ok(version);
      const before = structuredClone(event);
      assert.deepEqual(redactEvent(event, version), redacted, `${event.type} in version ${id}`);
      assert.deepEqual(redactEvent(redacted, version), redacted);
      assert.deepEqual(event, before);
    }
  }
});
