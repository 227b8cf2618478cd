import {
  base64url,
  calculateJwkThumbprint,
  CompactEncrypt,
  compactDecrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { JWK, KeyLike } from 'jose';
import { isEpochNumber } from './epochs.ts';
import type { Epoch } from './epochs.ts';

/**
 * Keys for guests. The link's fragment holds a secret that no server sees. With it a guest vouches for a key of their own (an HS256
 * JWS around a P-256 key), and a member vouches for the meeting's secret (the same, inside a JWE for the guest's key). The server
 * passes both on and can neither read nor replace them. All of it is JOSE by the library `jose`.
 */

const offerUse = 'majlis-guest-offer';
const epochUse = 'majlis-epoch';

/** A new secret for a link: 256 random bits, base64url. */
export function newLinkSecret(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}

export interface GuestKey {
  readonly privateKey: KeyLike;
  /** Goes to the server with the knock. */
  readonly offer: string;
}

export async function makeOffer(linkId: string, secret: string): Promise<GuestKey> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
  const offer = await new SignJWT({ use: offerUse, jwk: publicJwk(await exportJWK(publicKey)) })
    .setProtectedHeader({ alg: 'HS256', kid: linkId })
    .sign(secretBytes(secret));
  return { privateKey, offer };
}

/** The key of a guest's offer, if it was made with the link's secret; undefined otherwise. */
export async function readOffer(offer: string, linkId: string, secret: string): Promise<JWK | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(offer, secretBytes(secret), {
      algorithms: ['HS256'],
    });
    const { jwk } = payload;
    if (payload['use'] !== offerUse || protectedHeader.kid !== linkId) return undefined;
    if (typeof jwk !== 'object' || jwk === null) return undefined;
    return publicJwk(jwk as JWK);
  } catch {
    return undefined; // Whatever is wrong with it, it proves nothing.
  }
}

/** The key of a guest's offer and the one of several secrets that it was made with. */
export async function proveOffer(
  offer: string,
  linkId: string,
  secrets: readonly string[],
): Promise<{ readonly key: JWK; readonly secret: string } | undefined> {
  for (const secret of secrets) {
    const key = await readOffer(offer, linkId, secret);
    if (key !== undefined) return { key, secret };
  }
  return undefined;
}

/** Which link an offer names, before anything is proved. */
export function linkOfOffer(offer: string): string | undefined {
  try {
    const header = JSON.parse(new TextDecoder().decode(base64url.decode(offer.split('.', 1)[0] ?? ''))) as {
      kid?: unknown;
    };
    return typeof header.kid === 'string' ? header.kid : undefined;
  } catch {
    return undefined; // Not an offer.
  }
}

/** The epoch in a box that only this guest can open, with proof that the sealer holds the link's secret. */
export async function sealEpoch(epoch: Epoch, guest: JWK, linkId: string, secret: string): Promise<string> {
  const vouched = await new SignJWT({
    use: epochUse,
    number: epoch.number,
    secret: base64url.encode(epoch.secret),
    by: epoch.by,
    for: await calculateJwkThumbprint(guest),
  })
    .setProtectedHeader({ alg: 'HS256', kid: linkId })
    .sign(secretBytes(secret));
  return new CompactEncrypt(new TextEncoder().encode(vouched))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(await importJWK(guest, 'ECDH-ES'));
}

/** Opens a box. Undefined when it is not for this guest, not vouched for by the link's secret, or damaged. */
export async function openSealed(
  sealed: string,
  key: GuestKey,
  linkId: string,
  secret: string,
): Promise<Epoch | undefined> {
  try {
    const { plaintext } = await compactDecrypt(sealed, key.privateKey, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const vouched = new TextDecoder().decode(plaintext);
    const { payload, protectedHeader } = await jwtVerify(vouched, secretBytes(secret), {
      algorithms: ['HS256'],
    });
    const own = await readOffer(key.offer, linkId, secret);
    const mine = own !== undefined && payload['for'] === (await calculateJwkThumbprint(own));
    if (payload['use'] !== epochUse || protectedHeader.kid !== linkId || !mine) return undefined;
    return epochFrom(payload);
  } catch {
    return undefined; // Not ours, or tampered with: there is nothing to learn from it.
  }
}

/** Reads an epoch out of JSON; undefined when it is none. */
export function epochFrom(value: Readonly<Record<string, unknown>>): Epoch | undefined {
  const { number, secret, by } = value;
  if (!isEpochNumber(number)) return undefined;
  if (typeof secret !== 'string' || typeof by !== 'string') return undefined;
  const bytes = new Uint8Array(base64url.decode(secret));
  return bytes.length === 32 ? { number, secret: bytes, by } : undefined;
}

export function epochJson(epoch: Epoch): { number: number; secret: string; by: string } {
  return { number: epoch.number, secret: base64url.encode(epoch.secret), by: epoch.by };
}

function secretBytes(secret: string): Uint8Array {
  const bytes = base64url.decode(secret);
  if (bytes.length !== 32) throw new TypeError('The secret of the link is not complete.');
  return bytes;
}

/** Only the public members, whatever else was sent. */
function publicJwk({ kty, crv, x, y }: JWK): JWK {
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined)
    throw new TypeError('Not a P-256 key.');
  return { kty, crv, x, y };
}
