// The only file of the server that touches a library for hashes and signatures: Node's own.

import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '@majlis/protocol';
import type { Crypto, SigningKey } from '@majlis/protocol';
import { Problem } from '../problem.ts';
import { keptText } from './secrets.ts';

/** DER heads of a raw Ed25519 key (RFC 8410): what stands before the 32 bytes. */
const publicHead = Buffer.from('302a300506032b6570032100', 'hex');
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex');

const keysRemembered = 256;

/** Hashes and verifies with `node:crypto`; recently used public keys stay parsed. */
export function createCrypto(): Crypto {
  const parsed = new Map<string, KeyObject>();
  const keyObject = (publicKey: Uint8Array): KeyObject => {
    const name = Buffer.from(publicKey).toString('latin1');
    const known = parsed.get(name);
    if (known !== undefined) return known;
    const key = createPublicKey({ key: Buffer.concat([publicHead, publicKey]), format: 'der', type: 'spki' });
    if (parsed.size >= keysRemembered) parsed.delete(parsed.keys().next().value ?? '');
    parsed.set(name, key);
    return key;
  };
  return {
    sha256: (data, alphabet) => hash('sha256', data, alphabet).slice(0, 43),
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      try {
        return verify(null, Buffer.from(message), keyObject(publicKey), signature);
      } catch {
        return false;
      }
    },
  };
}

/**
 * The key that signs in the server's name, made at the first start. The file is one line: algorithm, version, 32 secret bytes in
 * unpadded base64.
 * @throws Problem when the file is not such a line
 */
export function serverSigningKey(data: string, serverName: string): SigningKey {
  const line = keptText(
    data,
    'signing-key',
    () => `ed25519 ${randomBytes(3).toString('hex')} ${encodeBase64(randomBytes(32))}`,
  );
  const match = /^ed25519 (\w+) ([A-Za-z0-9+/]{43})$/.exec(line);
  const seed = match?.[2] === undefined ? undefined : decodeBase64(match[2]);
  if (match === null || seed === undefined || seed.length !== 32) {
    throw new Problem(
      'The signing key in the data folder (secrets/signing-key) is damaged.',
      'Restore it from a backup.',
    );
  }
  const privateKey = createPrivateKey({
    key: Buffer.concat([privateHead, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(publicHead.length);
  return {
    serverName,
    keyId: `ed25519:${match[1] ?? ''}`,
    publicKey,
    sign: (message) => sign(null, Buffer.from(message), privateKey).toString('base64').slice(0, 86),
  };
}
