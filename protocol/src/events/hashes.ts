import { encodeBase64, encodeBase64Url } from '../crypto/base64.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { canonicalJson, quoted, sortedKeys } from '../json/canonical.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { asJson, type Pdu } from './pdu.ts';
import { redactContent } from './redaction.ts';

const outsideContentHash = new Set(['unsigned', 'signatures', 'hashes']);

/**
 * The content hash, unpadded base64 of SHA-256 over the event without `unsigned`, `signatures` and `hashes`: what
 * `hashes.sha256` must say, or the receiver keeps only the redacted event.
 * Specification: Server-Server API, "Calculating the content hash for an event".
 */
export function contentHash(pdu: Pdu, crypto: Pick<Crypto, 'sha256'>): string {
  const event = asJson(pdu);
  return encodeBase64(crypto.sha256(canonicalWith(event, (key) => !outsideContentHash.has(key))));
}

/**
 * The canonical text of the redacted event without `signatures` and `unsigned`. Servers sign this text and its hash is
 * the event id: both steps of the specification come to the same bytes.
 */
export function redactedText(pdu: Pdu, version: RoomVersion): string {
  const keeps = version.redaction.event;
  return canonicalWith(
    asJson(pdu),
    (key) => key !== 'signatures' && keeps.has(key),
    redactContent(pdu.type, pdu.content, version),
  );
}

/**
 * The event id: `$` and the URL-safe unpadded base64 of the reference hash.
 * Specification: Server-Server API, "Calculating the reference hash for an event"; room version 4, "Event IDs".
 */
export function eventIdOf(pdu: Pdu, version: RoomVersion, crypto: Pick<Crypto, 'sha256'>): string {
  return eventIdOfText(redactedText(pdu, version), crypto);
}

/** {@link eventIdOf} for a text of {@link redactedText}. */
export function eventIdOfText(text: string, crypto: Pick<Crypto, 'sha256'>): string {
  return '$' + encodeBase64Url(crypto.sha256(text));
}

/** The canonical text of an object with some of its keys, and perhaps another `content`. */
function canonicalWith(object: JsonObject, wanted: (key: string) => boolean, content?: JsonObject): string {
  let text = '';
  for (const key of sortedKeys(object)) {
    if (!wanted(key)) continue;
    const value = key === 'content' && content !== undefined ? content : (object[key] as JsonValue);
    text += (text === '' ? '' : ',') + quoted(key) + ':' + canonicalJson(value);
  }
  return '{' + text + '}';
}
