import type { Crypto } from '../crypto/crypto.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { canonicalFields, contentText, redactedText } from './canonical-fields.ts';
import { asJson, type Pdu } from './pdu.ts';

/**
 * The content hash, unpadded base64 of SHA-256 over the event without `unsigned`, `signatures` and `hashes`: what
 * `hashes.sha256` must say, or the receiver keeps only the redacted event.
 * Specification: Server-Server API, "Calculating the content hash for an event".
 */
export function contentHash(pdu: Pdu, crypto: Pick<Crypto, 'sha256'>): string {
  return hashOfText(contentText(canonicalFields(asJson(pdu))), crypto);
}

/** The unpadded base64 of a text's SHA-256. */
export function hashOfText(text: string, crypto: Pick<Crypto, 'sha256'>): string {
  return crypto.sha256(text, 'base64');
}

/** The canonical text that servers sign and whose hash is the event id. */
export function signedTextOf(pdu: Pdu, version: RoomVersion): string {
  return redactedText(canonicalFields(asJson(pdu)), pdu, version);
}

/**
 * The event id: `$` and the URL-safe unpadded base64 of the reference hash.
 * Specification: Server-Server API, "Calculating the reference hash for an event"; room version 4, "Event IDs".
 */
export function eventIdOf(pdu: Pdu, version: RoomVersion, crypto: Pick<Crypto, 'sha256'>): string {
  return eventIdOfText(signedTextOf(pdu, version), crypto);
}

/** {@link eventIdOf} for a text of {@link signedTextOf}. */
export function eventIdOfText(text: string, crypto: Pick<Crypto, 'sha256'>): string {
  return '$' + crypto.sha256(text, 'base64url');
}
