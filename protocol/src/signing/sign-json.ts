import { decodeBase64 } from '../crypto/base64.ts';
import type { Crypto, SigningKey } from '../crypto/crypto.ts';
import { canonicalJson } from '../json/canonical.ts';
import { own, ownObject, ownString, setOwn, type JsonObject } from '../json/value.ts';

/** What is signed of a JSON object: its canonical text without `signatures` and `unsigned`. */
export function signedText(object: JsonObject): string {
  const rest: JsonObject = {};
  for (const key of Object.keys(object)) {
    if (key !== 'signatures' && key !== 'unsigned') setOwn(rest, key, object[key] ?? null);
  }
  return canonicalJson(rest);
}

/**
 * A copy of an object with a signature added beside those it has.
 * Specification: appendices, "Signing JSON". Throws a TypeError on what canonical JSON cannot say.
 */
export function signJson<T extends JsonObject>(object: T, key: SigningKey): T & { signatures: JsonObject } {
  const signature = key.sign(signedText(object));
  const signatures: JsonObject = {};
  const before = ownObject(object, 'signatures') ?? {};
  for (const name of Object.keys(before)) setOwn(signatures, name, before[name] ?? null);
  setOwn(signatures, key.serverName, { ...ownObject(before, key.serverName), [key.keyId]: signature });
  return { ...object, signatures };
}

/**
 * Whether an object carries a valid signature by this name (a server or a user) with this key. A missing or broken
 * signature is no valid one; nothing is thrown.
 * Specification: appendices, "Checking for a Signature".
 */
export function verifyJson(
  object: JsonObject,
  name: string,
  keyId: string,
  publicKey: Uint8Array,
  crypto: Pick<Crypto, 'verify'>,
): boolean {
  const signature = signatureOf(object, name, keyId);
  if (signature === undefined) return false;
  let text: string;
  try {
    text = signedText(object);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
  return crypto.verify(publicKey, text, signature);
}

/** The bytes of one signature in an object, if it has 64 of them. */
export function signatureOf(object: JsonObject, name: string, keyId: string): Uint8Array | undefined {
  const signatures = ownObject(object, 'signatures');
  const byName = signatures === undefined ? undefined : ownObject(signatures, name);
  const written = byName === undefined ? undefined : ownString(byName, keyId);
  const bytes = written === undefined ? undefined : decodeBase64(written);
  return bytes?.length === 64 ? bytes : undefined;
}

/** The ids of the Ed25519 keys with which a name signed an object. */
export function signingKeyIds(object: JsonObject, name: string): string[] {
  const signatures = ownObject(object, 'signatures');
  const byName = signatures === undefined ? undefined : ownObject(signatures, name);
  if (byName === undefined) return [];
  return Object.keys(byName).filter((id) => id.startsWith('ed25519:') && typeof own(byName, id) === 'string');
}
