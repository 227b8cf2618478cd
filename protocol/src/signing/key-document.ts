import { decodeBase64, encodeBase64 } from '../crypto/base64.ts';
import type { Crypto, SigningKey } from '../crypto/crypto.ts';
import {
  own,
  ownObject,
  ownString,
  setOwn,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../json/value.ts';
import { signingKeyIds, signJson, verifyJson } from './sign-json.ts';

/** A server's public key and how long it counts. */
export interface VerifyKey {
  readonly publicKey: Uint8Array;
  /** Milliseconds since 1970; events and requests with a later time need a newer answer. */
  readonly validUntilTs: number;
}

/** Finds a server's key; undefined while it is not known. */
export type KeyLookup = (serverName: string, keyId: string) => VerifyKey | undefined;

/** No answer counts for longer: seven days, in milliseconds. */
export const keyValidityMaxMs = 7 * 24 * 60 * 60 * 1000;

/** Key ids in one document; an honest one has one or two current keys and a handful of old ones. */
export const keysMax = 100;

/** What a key document says; or why it counts for nothing. */
export type KeyDocumentRead =
  | { ok: true; serverName: string; validUntilTs: number; keys: Map<string, VerifyKey> }
  | { ok: false; reason: string };

/**
 * Reads a server's answer to `/_matrix/key/v2/server`. It must be about the server that was asked and signed by one of
 * the current keys it names, and counts until `valid_until_ts`, seven days from `nowMs` at most. Old keys count for what
 * was signed before they expired.
 * Specification: Server-Server API, "Publishing Keys".
 */
export function readKeyDocument(
  document: JsonValue,
  serverName: string,
  nowMs: number,
  crypto: Pick<Crypto, 'verify'>,
): KeyDocumentRead {
  if (!isJsonObject(document)) return { ok: false, reason: 'a key document is an object' };
  if (own(document, 'server_name') !== serverName)
    return { ok: false, reason: 'the document is of another server' };
  const until = own(document, 'valid_until_ts');
  if (!isTime(until)) return { ok: false, reason: 'valid_until_ts must be an integer' };
  const current = ownObject(document, 'verify_keys') ?? {};
  const old = ownObject(document, 'old_verify_keys') ?? {};
  if (Object.keys(current).length + Object.keys(old).length > keysMax) {
    return { ok: false, reason: `more than ${keysMax} keys` };
  }
  const validUntilTs = Math.min(until, nowMs + keyValidityMaxMs);
  const keys = new Map<string, VerifyKey>();
  addKeys(keys, old, (entry) => own(entry, 'expired_ts'));
  addKeys(keys, current, () => validUntilTs);
  const signed = signingKeyIds(document, serverName).some((keyId) => {
    const key = Object.hasOwn(current, keyId) ? keys.get(keyId) : undefined;
    return key !== undefined && verifyJson(document, serverName, keyId, key.publicKey, crypto);
  });
  if (!signed) return { ok: false, reason: 'the document is not signed by a key in it' };
  return { ok: true, serverName, validUntilTs, keys };
}

function addKeys(
  keys: Map<string, VerifyKey>,
  entries: JsonObject,
  validUntil: (entry: JsonObject) => JsonValue | undefined,
): void {
  for (const keyId of Object.keys(entries)) {
    const entry = ownObject(entries, keyId);
    const written = entry === undefined ? undefined : ownString(entry, 'key');
    const publicKey = written === undefined ? undefined : decodeBase64(written);
    const validUntilTs = entry === undefined ? undefined : validUntil(entry);
    if (!keyId.startsWith('ed25519:') || publicKey?.length !== 32 || !isTime(validUntilTs)) continue;
    keys.set(keyId, { publicKey, validUntilTs });
  }
}

function isTime(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A key a server signed with until some time. */
export interface OldKey {
  keyId: string;
  publicKey: Uint8Array;
  /** Milliseconds since 1970. */
  expiredTs: number;
}

/**
 * The document by which a server publishes its keys, signed by each current one. The first key names the server.
 * Specification: Server-Server API, "GET /_matrix/key/v2/server".
 */
export function writeKeyDocument(
  keys: readonly [SigningKey, ...SigningKey[]],
  oldKeys: readonly OldKey[],
  validUntilTs: number,
): JsonObject {
  const current: JsonObject = {};
  for (const key of keys) setOwn(current, key.keyId, { key: encodeBase64(key.publicKey) });
  const old: JsonObject = {};
  for (const { keyId, publicKey, expiredTs } of oldKeys) {
    setOwn(old, keyId, { expired_ts: expiredTs, key: encodeBase64(publicKey) });
  }
  const document: JsonObject = {
    old_verify_keys: old,
    server_name: keys[0].serverName,
    valid_until_ts: validUntilTs,
    verify_keys: current,
  };
  return keys.reduce<JsonObject>((signed, key) => signJson(signed, key), document);
}

/** Documents in one answer of a notary that are looked at. */
export const notaryDocumentsMax = 100;

/**
 * Reads a notary's answer: the documents in `server_keys` that the notary has signed with one of its keys and that are
 * valid by themselves, by server; of two for one server that which counts for longer, with the keys of both.
 * Specification: Server-Server API, "Querying Keys Through Another Server".
 */
export function readNotaryAnswer(
  answer: JsonValue,
  notary: { serverName: string; keys: ReadonlyMap<string, Uint8Array> },
  nowMs: number,
  crypto: Pick<Crypto, 'verify'>,
): Map<string, Map<string, VerifyKey>> {
  const found = new Map<string, Map<string, VerifyKey>>();
  const documents = isJsonObject(answer) ? own(answer, 'server_keys') : undefined;
  if (!Array.isArray(documents)) return found;
  for (const document of documents.slice(0, notaryDocumentsMax)) {
    const serverName = isJsonObject(document) ? ownString(document, 'server_name') : undefined;
    if (!isJsonObject(document) || serverName === undefined || !isSignedByNotary(document, notary, crypto))
      continue;
    const read = readKeyDocument(document, serverName, nowMs, crypto);
    if (!read.ok) continue;
    const keys = found.get(serverName) ?? new Map<string, VerifyKey>();
    found.set(serverName, keys);
    for (const [keyId, key] of read.keys) {
      const known = keys.get(keyId);
      if (known === undefined || known.validUntilTs < key.validUntilTs) keys.set(keyId, key);
    }
  }
  return found;
}

function isSignedByNotary(
  document: JsonObject,
  notary: { serverName: string; keys: ReadonlyMap<string, Uint8Array> },
  crypto: Pick<Crypto, 'verify'>,
): boolean {
  return signingKeyIds(document, notary.serverName).some((keyId) => {
    const key = notary.keys.get(keyId);
    return key !== undefined && verifyJson(document, notary.serverName, keyId, key, crypto);
  });
}
