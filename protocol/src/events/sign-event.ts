import type { Crypto, SigningKey } from '../crypto/crypto.ts';
import { canonicalJson, quoted } from '../json/canonical.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { canonicalFields, contentText, insertField, redactedText, wholeText } from './canonical-fields.ts';
import { eventIdOfText, hashOfText, signedTextOf } from './hashes.ts';
import { asJson, type Pdu, type UnsignedPdu } from './pdu.ts';

/** A signed event, its id, and its canonical text: what is stored and sent, byte for byte. */
export interface SignedEvent {
  pdu: Pdu;
  eventId: string;
  text: string;
}

/**
 * Hashes, signs and names an event. Every send takes this path, so each field is written in canonical form once.
 * Specification: Server-Server API, "Signing Events". Throws a TypeError on content canonical JSON cannot say: check
 * what users send with `parseJson` first.
 */
export function signEvent(
  event: UnsignedPdu,
  version: RoomVersion,
  key: SigningKey,
  crypto: Pick<Crypto, 'sha256'>,
): SignedEvent {
  const fields = canonicalFields(asJson(event));
  const sha256 = hashOfText(contentText(fields), crypto);
  insertField(fields, 'hashes', `{"sha256":"${sha256}"}`);
  const signed = redactedText(fields, event, version);
  const signature = key.sign(signed);
  insertField(fields, 'signatures', `{${quoted(key.serverName)}:{${quoted(key.keyId)}:"${signature}"}}`);
  return {
    pdu: { ...event, hashes: { sha256 }, signatures: { [key.serverName]: { [key.keyId]: signature } } },
    eventId: eventIdOfText(signed, crypto),
    text: wholeText(fields),
  };
}

/**
 * Adds a further signature to a signed event: the inviting server's, or that of the server that vouches for a
 * restricted join. Returns a copy with its text; the id stays what it was.
 */
export function addSignature(pdu: Pdu, version: RoomVersion, key: SigningKey): { pdu: Pdu; text: string } {
  const signature = key.sign(signedTextOf(pdu, version));
  const ours = { ...pdu.signatures?.[key.serverName], [key.keyId]: signature };
  const signed: Pdu = { ...pdu, signatures: { ...pdu.signatures, [key.serverName]: ours } };
  return { pdu: signed, text: canonicalJson(asJson(signed)) };
}
