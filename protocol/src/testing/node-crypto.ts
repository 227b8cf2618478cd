import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { Crypto, SigningKey } from '../crypto/crypto.ts';

/** The tests' cryptography: `node:crypto`. */
export const nodeCrypto: Crypto = {
  sha256: (data, alphabet) => hash('sha256', data, alphabet).slice(0, 43),
  verify(publicKey, message, signature) {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    });
    return verify(null, Buffer.from(message), key, signature);
  },
};

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A signing key from 32 bytes of seed. */
export function keyFromSeed(serverName: string, keyId: string, seed: Uint8Array): SigningKey {
  const secret = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const jwk = createPublicKey(secret).export({ format: 'jwk' });
  return {
    serverName,
    keyId,
    publicKey: new Uint8Array(Buffer.from(jwk.x ?? '', 'base64url')),
    sign: (message) => sign(null, Buffer.from(message), secret).toString('base64').slice(0, 86),
  };
}

/** A server's key in tests, the same on every run. */
export function testKey(serverName: string): SigningKey {
  return keyFromSeed(serverName, 'ed25519:test', hash('sha256', `key of ${serverName}`, 'buffer'));
}
