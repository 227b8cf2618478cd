import type { Crypto, SigningKey, VerifyKey } from '@majlis/protocol';
import { nodeCrypto, testKey } from '@majlis/protocol/testing';

const keys = new Map<string, SigningKey>();

/** The key of a simulated server. */
export function keyOf(serverName: string): SigningKey {
  const known = keys.get(serverName);
  if (known !== undefined) return known;
  const key = testKey(serverName);
  keys.set(serverName, key);
  return key;
}

/** Every server knows every other's key. */
export function lookUpKey(serverName: string, keyId: string): VerifyKey | undefined {
  const key = keyOf(serverName);
  return keyId === key.keyId
    ? { publicKey: key.publicKey, validUntilTs: Number.MAX_SAFE_INTEGER }
    : undefined;
}

/** Real cryptography that remembers: several servers check the same signature of the same text. */
export function rememberingCrypto(): Crypto {
  const known = new Map<string, boolean>();
  return {
    sha256: nodeCrypto.sha256,
    verify(publicKey, message, signature) {
      const key = `${Buffer.from(publicKey).toString('hex')} ${Buffer.from(signature).toString('hex')} ${message}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const valid = nodeCrypto.verify(publicKey, message, signature);
      known.set(key, valid);
      return valid;
    },
  };
}
