import { encodeBase64 } from '../crypto/base64.ts';
import type { Crypto, SigningKey } from '../crypto/crypto.ts';
import { canonicalJson, compareCodePoints, quoted, sortedKeys } from '../json/canonical.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { eventIdOfText, redactedText } from './hashes.ts';
import { asJson, type Pdu, type UnsignedPdu } from './pdu.ts';
import { redactContent } from './redaction.ts';

/** A signed event, its id, and its canonical text: what is stored and sent, byte for byte. */
export interface SignedEvent {
  pdu: Pdu;
  eventId: string;
  text: string;
}

/**
 * Hashes, signs and names an event. Every send takes this path, so each field is written in canonical form once and
 * the three texts (content hash, signature and id, whole event) are put together from the pieces.
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
  const sha256 = encodeBase64(crypto.sha256(join(fields, (name) => name !== 'unsigned')));
  insert(fields, 'hashes', `{"sha256":"${sha256}"}`);

  const keeps = version.redaction.event;
  const content = redactContent(event.type, event.content, version);
  const kept = content === event.content ? undefined : canonicalJson(content);
  const signed = join(fields, (name) => keeps.has(name), kept);
  const signature = encodeBase64(key.sign(signed));
  insert(fields, 'signatures', `{${quoted(key.serverName)}:{${quoted(key.keyId)}:"${signature}"}}`);

  return {
    pdu: { ...event, hashes: { sha256 }, signatures: { [key.serverName]: { [key.keyId]: signature } } },
    eventId: eventIdOfText(signed, crypto),
    text: join(fields, everything),
  };
}

/**
 * Adds a further signature to a signed event: the inviting server's, or that of the server that vouches for a
 * restricted join. Returns a copy with its text; the id stays what it was.
 */
export function addSignature(pdu: Pdu, version: RoomVersion, key: SigningKey): { pdu: Pdu; text: string } {
  const signature = encodeBase64(key.sign(redactedText(pdu, version)));
  const ours = { ...pdu.signatures?.[key.serverName], [key.keyId]: signature };
  const signed: Pdu = { ...pdu, signatures: { ...pdu.signatures, [key.serverName]: ours } };
  return { pdu: signed, text: canonicalJson(asJson(signed)) };
}

interface Field {
  name: string;
  /** Canonical text of the value alone. */
  value: string;
}

const everything = (): boolean => true;

function canonicalFields(event: JsonObject): Field[] {
  const fields: Field[] = [];
  for (const name of sortedKeys(event)) {
    if (name === 'hashes' || name === 'signatures') continue;
    const value = event[name] as JsonValue | undefined;
    if (value !== undefined) fields.push({ name, value: canonicalJson(value) });
  }
  return fields;
}

function insert(fields: Field[], name: string, value: string): void {
  let place = fields.length;
  while (place > 0 && compareCodePoints(name, (fields[place - 1] as Field).name) < 0) place -= 1;
  fields.splice(place, 0, { name, value });
}

function join(fields: Field[], wanted: (name: string) => boolean, content?: string): string {
  let text = '';
  for (const field of fields) {
    if (!wanted(field.name)) continue;
    const value = field.name === 'content' && content !== undefined ? content : field.value;
    text += (text === '' ? '' : ',') + quoted(field.name) + ':' + value;
  }
  return '{' + text + '}';
}
