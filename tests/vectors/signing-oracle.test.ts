import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  canonicalJson,
  contentHash,
  encodeBase64,
  eventIdOf,
  knownRoomVersions,
  redactEvent,
  roomVersion,
  signEvent,
  signJson,
  type JsonObject,
  type JsonValue,
  type Pdu,
  type RoomVersion,
} from '@majlis/protocol';
import { keyFromSeed, nodeCrypto } from '@majlis/protocol/testing';

const script = fileURLToPath(new URL('oracle.py', import.meta.url));
const environment = fileURLToPath(new URL('../../.cache/oracle-python', import.meta.url));
const seed = new Uint8Array(32).map((_, index) => index * 7);
const key = keyFromSeed('oracle.example', 'ed25519:oracle', seed);

/** A Python that has signedjson and canonicaljson: the machine's own, or one made in `.cache`. */
function oraclePython(): string {
  const has = (python: string): boolean =>
    spawnSync(python, ['-c', 'import signedjson.sign, canonicaljson']).status === 0;
  const own = `${environment}/bin/python`;
  for (const python of [own, 'python3']) if (has(python)) return python;
  if (!existsSync(own)) spawnSync('python3', ['-m', 'venv', environment]);
  spawnSync(own, ['-m', 'pip', 'install', '--quiet', 'signedjson==1.1.4', 'canonicaljson==2.0.0']);
  assert.ok(
    has(own),
    'The signing oracle is missing: install python3-signedjson, or let pip reach a registry.',
  );
  return own;
}

interface Task {
  value: JsonValue;
  signed?: JsonObject;
}

interface Answer {
  canonical: string;
  sha256: string;
  id: string;
  signature?: string;
  verified?: boolean;
}

function ask(tasks: Task[]): Answer[] {
  const input = tasks.map((task) => JSON.stringify({ ...task, seed: encodeBase64(seed) })).join('\n');
  const { stdout, stderr, status } = spawnSync(oraclePython(), [script], { input, maxBuffer: 2 ** 28 });
  assert.equal(status, 0, stderr.toString());
  const lines = stdout.toString().trimEnd().split('\n');
  assert.equal(lines.length, tasks.length);
  return lines.map((line) => JSON.parse(line) as Answer);
}

const text = fc.string({ unit: 'grapheme', maxLength: 10 });
const names = fc.oneof(
  text,
  fc.constantFrom('\uff61', '\u{1f600}', '\ue000', '10', '9', 'membership', 'users'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const json = value as fc.Arbitrary<JsonValue>;
const object = fc.dictionary(names, json, { maxKeys: 6, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;

test('canonical JSON and signatures are those of the Python libraries, on 2,000 generated values', () => {
  const values = fc.sample(fc.oneof(json, object), { numRuns: 2000, seed: 4 });
  const tasks = values.map((made): Task => {
    const isObject = typeof made === 'object' && made !== null && !Array.isArray(made);
    return isObject ? { value: made, signed: signJson(made, key) } : { value: made };
  });
  for (const [index, answer] of ask(tasks).entries()) {
    const made = values[index] as JsonValue;
    const ours = canonicalJson(made);
    assert.equal(ours, answer.canonical);
    assert.equal(nodeCrypto.sha256(ours, 'base64'), answer.sha256);
    const signed = tasks[index]?.signed;
    if (signed === undefined) continue;
    const signatures = signed['signatures'] as JsonObject;
    assert.equal((signatures['oracle.example'] as JsonObject)['ed25519:oracle'], answer.signature);
    assert.equal(answer.verified, true);
  }
});

const events = fc.record({
  version: fc.constantFrom(...knownRoomVersions),
  type: fc.oneof(
    text,
    fc.constantFrom('m.room.message', 'm.room.member', 'm.room.power_levels', 'm.room.create'),
  ),
  content: object,
  depth: fc.nat(),
  ts: fc.maxSafeNat(),
});

test('hashes, ids and signatures of events are those of the Python libraries, on 1,000 generated events', () => {
  const pdus = fc
    .sample(events, { numRuns: 1000, seed: 5 })
    .map(({ version: id, type, content, depth, ts }) => {
      const version = roomVersion(id) as RoomVersion;
      const event = {
        type,
        content,
        depth,
        room_id: '!room:oracle.example',
        sender: '@a:oracle.example',
        state_key: '',
        origin_server_ts: ts,
        prev_events: ['$b'],
        auth_events: ['$a'],
      };
      return { version, ...signEvent(event, version, key, nodeCrypto) };
    });
  const without = (pdu: Pdu, ...keys: string[]): JsonObject =>
    Object.fromEntries(Object.entries(pdu).filter(([name]) => !keys.includes(name))) as JsonObject;
  const contents = ask(pdus.map(({ pdu }) => ({ value: without(pdu, 'hashes', 'signatures', 'unsigned') })));
  const redacted = ask(
    pdus.map(({ pdu, version }) => {
      const kept = redactEvent(pdu, version);
      return { value: without(kept, 'signatures'), signed: without(kept) };
    }),
  );
  for (const [index, { pdu, eventId, version }] of pdus.entries()) {
    assert.equal(contents[index]?.sha256, contentHash(pdu, nodeCrypto));
    assert.equal(contents[index]?.sha256, pdu.hashes?.sha256);
    assert.equal(redacted[index]?.id, eventId);
    assert.equal(eventIdOf(pdu, version, nodeCrypto), eventId);
    assert.equal(redacted[index]?.signature, pdu.signatures?.['oracle.example']?.['ed25519:oracle']);
    assert.equal(redacted[index]?.verified, true);
  }
});
