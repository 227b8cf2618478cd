import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeBase64 } from '../crypto/base64.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { keyFromSeed, nodeCrypto, testKey } from '../testing/node-crypto.ts';
import { keyValidityMaxMs, readKeyDocument, readNotaryAnswer, writeKeyDocument } from './key-document.ts';
import {
  parseAuthorization,
  signRequest,
  verifyRequest,
  writeAuthorization,
  type SignedRequest,
} from './request.ts';
import { signatureOf, signedText, signingKeyIds, signJson, verifyJson } from './sign-json.ts';
import { runs } from '../testing/runs.ts';

const key = testKey('a.example');
const second = keyFromSeed('a.example', 'ed25519:second', hash('sha256', 'second', 'buffer'));
const other = testKey('b.example');
const now = 1_000_000_000_000;

function verifies(object: JsonObject, by = key): boolean {
  return verifyJson(object, by.serverName, by.keyId, by.publicKey, nodeCrypto);
}

test('signatures join those that are there; unsigned is left out', () => {
  const object = { b: 1, a: { __proto: 2 }, unsigned: { age: 1 } };
  assert.equal(signedText({ ...object, signatures: { x: {} } }), '{"a":{"__proto":2},"b":1}');
  const all = signJson(signJson(signJson(object, key), other), second);
  assert.deepEqual(Object.keys(all.signatures), ['a.example', 'b.example']);
  assert.deepEqual(Object.keys(all.signatures['a.example'] as JsonObject), [
    'ed25519:test',
    'ed25519:second',
  ]);
  assert.deepEqual(all.unsigned, { age: 1 });
  for (const by of [key, second, other]) assert.equal(verifies(all, by), true);
  assert.equal(verifies({ ...all, unsigned: { age: 2 } }), true);
  assert.equal(verifies({ ...all, b: 2 }), false);
  assert.deepEqual(object, { b: 1, a: { __proto: 2 }, unsigned: { age: 1 } });
});

test('broken signatures are none, and nothing throws', () => {
  const signed = signJson({ a: 1 }, key);
  const signature = (signed.signatures['a.example'] as JsonObject)['ed25519:test'] as string;
  const broken: JsonValue[] = [
    {},
    [],
    'x',
    null,
    { 'a.example': 'x' },
    { 'a.example': { 'ed25519:test': 5 } },
    { 'a.example': { 'ed25519:test': '' } },
    { 'a.example': { 'ed25519:test': '***' } },
    { 'a.example': { 'ed25519:test': signature.slice(0, 20) } },
    { 'a.example': { 'ed25519:test': `${signature}AAAA` } },
    { 'a.example': { 'ed25519:other': signature } },
    { 'b.example': { 'ed25519:test': signature } },
  ];
  for (const signatures of broken) assert.equal(verifies({ a: 1, signatures }), false);
  assert.equal(verifies({ a: 1 }), false);
  assert.equal(verifies({ ...signed, b: 1.5 }), false);
  assert.equal(verifyJson(signed, 'a.example', 'ed25519:test', other.publicKey, nodeCrypto), false);
  let deep: JsonValue = 1;
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  assert.equal(verifies({ ...signed, deep }), false);
  assert.equal(signatureOf(signed, 'a.example', 'ed25519:test')?.length, 64);
});

test('a bug in the cryptography is not taken for a bad signature', () => {
  const failing = {
    verify: (): boolean => {
      throw new Error('no such algorithm');
    },
  };
  assert.throws(
    () => verifyJson(signJson({}, key), 'a.example', key.keyId, key.publicKey, failing),
    /no such algorithm/,
  );
});

test('only Ed25519 signatures are looked at', () => {
  const signatures = { a: { 'ed25519:1': 'x', 'rsa:1': 'y', 'ed25519:2': 5 }, b: 'x' };
  assert.deepEqual(signingKeyIds({ signatures }, 'a'), ['ed25519:1']);
  assert.deepEqual(signingKeyIds({ signatures }, 'b'), []);
  assert.deepEqual(signingKeyIds({ signatures }, 'c'), []);
  assert.deepEqual(signingKeyIds({}, 'a'), []);
});

test('property: sign, then verify; any changed value breaks it', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ unit: 'grapheme' }),
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger()),
        { noNullPrototype: true },
      ),
      (object) => {
        delete object['signatures'];
        delete object['unsigned'];
        const signed = signJson(object, key);
        assert.equal(verifies(signed), true);
        assert.equal(verifies({ ...signed, 'one key more': 1 }), false);
        for (const name of Object.keys(object)) {
          const { [name]: _gone, ...rest } = signed;
          assert.equal(verifies(rest as JsonObject), false);
        }
      },
    ),
    { numRuns: runs(50) },
  );
});

const oldKey = { keyId: 'ed25519:old', publicKey: other.publicKey, expiredTs: now - 5000 };

test('a key document as it is written is read', () => {
  const document = writeKeyDocument([key, second], [oldKey], now + 1000);
  assert.equal(verifies(document), true);
  assert.equal(verifies(document, second), true);
  const read = readKeyDocument(document, 'a.example', now, nodeCrypto);
  assert.ok(read.ok);
  assert.equal(read.serverName, 'a.example');
  assert.equal(read.validUntilTs, now + 1000);
  assert.deepEqual(read.keys.get('ed25519:test'), { publicKey: key.publicKey, validUntilTs: now + 1000 });
  assert.deepEqual(read.keys.get('ed25519:second'), {
    publicKey: second.publicKey,
    validUntilTs: now + 1000,
  });
  assert.deepEqual(read.keys.get('ed25519:old'), { publicKey: other.publicKey, validUntilTs: now - 5000 });
});

test('no document counts for more than seven days', () => {
  const read = readKeyDocument(writeKeyDocument([key], [], now * 2), 'a.example', now, nodeCrypto);
  assert.equal(read.ok && read.validUntilTs, now + 7 * 24 * 3600 * 1000);
  assert.equal(read.ok && read.keys.get('ed25519:test')?.validUntilTs, now + keyValidityMaxMs);
});

test('documents that count for nothing', () => {
  const good = writeKeyDocument([key], [oldKey], now + 1000);
  const check = (document: JsonValue, name = 'a.example'): string => {
    const read = readKeyDocument(document, name, now, nodeCrypto);
    return read.ok ? '' : read.reason;
  };
  const resigned = (change: JsonObject): JsonObject => {
    const { signatures: _gone, ...rest } = good;
    return signJson({ ...rest, ...change }, key);
  };
  assert.equal(check(good), '');
  assert.match(check([]), /is an object/);
  assert.match(check(good, 'b.example'), /another server/);
  assert.match(check(resigned({ server_name: 'b.example' })), /another server/);
  for (const until of ['x', null, -1, 1.5])
    assert.match(check({ ...good, valid_until_ts: until }), /valid_until_ts/);
  assert.match(check({ ...good, valid_until_ts: now + 2000 }), /not signed/);
  assert.match(check(resigned({ verify_keys: {} })), /not signed/);
  assert.match(check(resigned({ verify_keys: { 'ed25519:test': { key: 'short' } } })), /not signed/);
  assert.match(check(resigned({ verify_keys: { 'ed25519:test': 'x' } })), /not signed/);
  const onlyOld = {
    verify_keys: {},
    old_verify_keys: { 'ed25519:test': { key: encodeBase64(key.publicKey), expired_ts: now } },
  };
  assert.match(check(resigned(onlyOld)), /not signed/);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`ed25519:${index}`, {}]));
  assert.match(check(resigned({ old_verify_keys: many })), /more than 100 keys/);
});

test('old keys without a time, and keys of other algorithms, are passed over', () => {
  const { signatures: _gone, ...rest } = writeKeyDocument([key], [oldKey], now);
  const verifyKeys = {
    ...(rest['verify_keys'] as JsonObject),
    'rsa:1': { key: encodeBase64(key.publicKey) },
  };
  const read = readKeyDocument(
    signJson(
      {
        ...rest,
        verify_keys: verifyKeys,
        old_verify_keys: { 'ed25519:x': { key: encodeBase64(key.publicKey) } },
      },
      key,
    ),
    'a.example',
    now,
    nodeCrypto,
  );
  assert.deepEqual(read.ok && [...read.keys.keys()], ['ed25519:test']);
});

test("a notary's answer: what it signed and what is valid by itself", () => {
  const notary = testKey('notary.example');
  const keys = new Map([[notary.keyId, notary.publicKey]]);
  const read = (documents: JsonValue): Map<string, unknown> =>
    readNotaryAnswer({ server_keys: documents }, { serverName: 'notary.example', keys }, now, nodeCrypto);
  const ours = writeKeyDocument([key], [], now + 1000);
  const theirs = writeKeyDocument([other], [], now + 1000);
  const later = writeKeyDocument([key, second], [], now + 2000);
  const found = read([
    signJson(ours, notary),
    signJson(later, notary),
    signJson(ours, notary),
    theirs,
    5,
  ]) as Map<string, Map<string, { validUntilTs: number }>>;
  assert.deepEqual([...found.keys()], ['a.example']);
  assert.deepEqual([...(found.get('a.example')?.keys() ?? [])], ['ed25519:test', 'ed25519:second']);
  assert.equal(found.get('a.example')?.get('ed25519:test')?.validUntilTs, now + 2000);
  assert.equal(read([signJson(ours, other)]).size, 0);
  assert.equal(read([signJson({ ...ours, valid_until_ts: 5 }, notary)]).size, 0);
  assert.equal(read('x').size, 0);
  assert.equal(readNotaryAnswer([], { serverName: 'notary.example', keys }, now, nodeCrypto).size, 0);
  const wrong = new Map([[notary.keyId, other.publicKey]]);
  const answer = { server_keys: [signJson(ours, notary)] };
  assert.equal(
    readNotaryAnswer(answer, { serverName: 'notary.example', keys: wrong }, now, nodeCrypto).size,
    0,
  );
  const many = [...Array.from({ length: 100 }, () => 5), signJson(ours, notary)];
  assert.equal(read(many).size, 0);
});

const request: SignedRequest = {
  method: 'PUT',
  uri: '/_matrix/federation/v1/send/1?a=b',
  origin: 'a.example',
  destination: 'b.example:8448',
  content: { pdus: [] },
};

test('a signed request verifies for what was signed alone', () => {
  const authorization = parseAuthorization(signRequest(request, key));
  assert.ok(authorization);
  const check = (change: Partial<SignedRequest>): boolean =>
    verifyRequest({ ...request, ...change }, authorization, key.publicKey, nodeCrypto);
  assert.equal(check({}), true);
  assert.equal(check({ method: 'GET' }), false);
  assert.equal(check({ uri: '/_matrix/federation/v1/send/1' }), false);
  assert.equal(check({ content: { pdus: [1] } }), false);
  assert.equal(check({ destination: 'c.example' }), false);
  assert.equal(check({ origin: 'c.example' }), false);
  const { content: _body, ...bare } = request;
  assert.equal(verifyRequest(bare, authorization, key.publicKey, nodeCrypto), false);
  assert.equal(verifyRequest(request, authorization, other.publicKey, nodeCrypto), false);
  const get = parseAuthorization(signRequest(bare, key));
  assert.ok(get);
  assert.equal(verifyRequest(bare, get, key.publicKey, nodeCrypto), true);
});

test('a request without destination is signed without it', () => {
  const { destination: _gone, ...rest } = request;
  const signed = signJson({ ...rest, content: request.content ?? null }, key);
  const signature = (signed.signatures['a.example'] as JsonObject)['ed25519:test'] as string;
  const authorization = { origin: 'a.example', keyId: 'ed25519:test', signature };
  assert.equal(verifyRequest(request, authorization, key.publicKey, nodeCrypto), true);
  const named = { ...authorization, destination: 'b.example:8448' };
  assert.equal(verifyRequest(request, named, key.publicKey, nodeCrypto), false);
});

test('the header as it is written and as others write it', () => {
  const whole = { origin: 'a.example', destination: 'b.example', keyId: 'ed25519:1', signature: 'AB+/c' };
  const text = 'X-Matrix origin="a.example",destination="b.example",key="ed25519:1",sig="AB+/c"';
  assert.equal(writeAuthorization(whole), text);
  const { destination: _none, ...without } = whole;
  assert.equal(writeAuthorization(without), 'X-Matrix origin="a.example",key="ed25519:1",sig="AB+/c"');
  const same = [
    text,
    'x-matrix   SIG="AB+/c" , Key="ed25519:1",\tdestination="b.example" ,origin="a.example"',
    'X-Matrix origin=a.example,destination=b.example,key=ed25519:1,sig="AB+/c"',
    'X-Matrix origin="a.ex\\ample",destination="b.example",key="ed25519\\:1",sig="AB+/c",extra="1,2"',
    'X-Matrix origin="a.example",destination="b.example",key="ed25519:1",sig=AB+/c',
  ];
  for (const header of same) assert.deepEqual(parseAuthorization(header), whole, header);
  assert.deepEqual(parseAuthorization('X-Matrix origin=a.example:8448,key=ed25519:1,sig=x'), {
    origin: 'a.example:8448',
    keyId: 'ed25519:1',
    signature: 'x',
  });
});

test('headers that are none', () => {
  const bad = [
    '',
    'X-Matrix',
    'X-Matrix ',
    'Bearer abc',
    'X-Matrixorigin="a"',
    'X-Matrix origin="a",key="k"',
    'X-Matrix origin="a",sig="s"',
    'X-Matrix key="k",sig="s"',
    'X-Matrix origin="a b",key="k",sig="s"',
    'X-Matrix origin="a",destination="b c",key="k",sig="s"',
    'X-Matrix origin="a",origin="a",key="k",sig="s"',
    'X-Matrix origin="a,key="k",sig="s"',
    'X-Matrix origin="a" key="k" sig="s"',
    'X-Matrix origin="a";key="k";sig="s"',
    `X-Matrix origin="a",key="k",sig="${'s'.repeat(5000)}"`,
  ];
  for (const header of bad) assert.equal(parseAuthorization(header), undefined, header);
});
