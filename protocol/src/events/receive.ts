import { decodeBase64, encodeBase64 } from '../crypto/base64.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import type { JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import type { KeyLookup } from '../signing/key-document.ts';
import { requiredSignatures, type KeyName } from '../signing/required-signatures.ts';
import { signatureOf, signingKeyIds } from '../signing/sign-json.ts';
import { checkEventFormat, checkEventSize, eventBytesMax } from './format.ts';
import {
  canonicalFields,
  contentText,
  redactedText,
  wholeText,
  type CanonicalField,
} from './canonical-fields.ts';
import { eventIdOfText, hashOfText, signedTextOf } from './hashes.ts';
import { asJson, type Pdu } from './pdu.ts';
import { redactEvent } from './redaction.ts';

/**
 * What becomes of a received event before the authorisation rules: it is taken as it came, or redacted because its
 * content hash is wrong, or dropped. `text` is the canonical text to store; `missingKeys` are those without which a
 * signature could not be checked: fetch them and try again.
 */
export type Received =
  | { outcome: 'accepted' | 'redacted'; pdu: Pdu; eventId: string; text: string }
  | { outcome: 'dropped'; reason: string; missingKeys?: KeyName[] };

/**
 * Steps 1 to 3 of what is done with a received PDU: its format, its signatures, its content hash. What the sender put
 * into `unsigned` is thrown away; it is covered by no signature.
 * Specification: Server-Server API, "Checks performed on receipt of a PDU".
 */
export function receiveEvent(
  event: string | JsonValue,
  version: RoomVersion,
  keys: KeyLookup,
  crypto: Crypto,
): Received {
  const shaped = readEvent(event, version);
  if (!shaped.ok) return { outcome: 'dropped', reason: shaped.reason };
  const signed = redactedText(shaped.fields, shaped.pdu, version);
  const signatures = checkSignatures(shaped.pdu, signed, version, keys, crypto);
  if (!signatures.ok) {
    const { reason, missingKeys } = signatures;
    return { outcome: 'dropped', reason, ...(missingKeys.length === 0 ? {} : { missingKeys }) };
  }
  return hashed(shaped, signed, version, crypto);
}

/**
 * {@link receiveEvent} without the signatures: for events whose signatures are checked elsewhere (in a worker), and for
 * measuring.
 */
export function receiveUnverifiedEvent(
  event: string | JsonValue,
  version: RoomVersion,
  crypto: Pick<Crypto, 'sha256'>,
): Received {
  const shaped = readEvent(event, version);
  if (!shaped.ok) return { outcome: 'dropped', reason: shaped.reason };
  return hashed(shaped, redactedText(shaped.fields, shaped.pdu, version), version, crypto);
}

/**
 * Whether every required signature of an event is there and valid: by a key that counted when the event says it was
 * made. One valid signature of a server is enough; those by unknown keys are passed over.
 * Specification: Server-Server API, "Validating hashes and signatures on received events"; room version 5.
 */
export function verifyEventSignatures(
  pdu: Pdu,
  version: RoomVersion,
  keys: KeyLookup,
  crypto: Pick<Crypto, 'verify'>,
): { ok: true } | { ok: false; reason: string; missingKeys: KeyName[] } {
  return checkSignatures(pdu, signedTextOf(pdu, version), version, keys, crypto);
}

interface Shaped {
  ok: true;
  pdu: Pdu;
  fields: CanonicalField[];
  text: string;
}

function readEvent(event: string | JsonValue, version: RoomVersion): Shaped | { ok: false; reason: string } {
  let value = event;
  if (typeof event === 'string') {
    // Nothing that long can be an event, however it is escaped: six characters say one, at most.
    if (event.length > 8 * eventBytesMax)
      return { ok: false, reason: `an event has at most ${eventBytesMax} bytes` };
    const parsed = parseJson(event);
    if (!parsed.ok) return { ok: false, reason: `${parsed.reason} at position ${parsed.position}` };
    value = parsed.value;
  }
  const format = checkEventFormat(value, version);
  if (!format.ok) return format;
  const pdu = withoutUnsigned(value as unknown as Pdu);
  const fields = fieldsOf(pdu);
  if (fields === undefined) return { ok: false, reason: 'the event is not canonical JSON' };
  const text = wholeText(fields);
  const size = checkEventSize(pdu, text);
  return size.ok ? { ok: true, pdu, fields, text } : size;
}

function withoutUnsigned(pdu: Pdu): Pdu {
  if (pdu.unsigned === undefined) return pdu;
  const { unsigned: _unsigned, ...rest } = pdu;
  return rest;
}

/** The canonical fields, or undefined where the form cannot say a value (which came parsed, by a laxer reader). */
function fieldsOf(pdu: Pdu): CanonicalField[] | undefined {
  try {
    return canonicalFields(asJson(pdu));
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function hashed(
  { pdu, fields, text }: Shaped,
  signed: string,
  version: RoomVersion,
  crypto: Pick<Crypto, 'sha256'>,
): Received {
  const eventId = eventIdOfText(signed, crypto);
  const claimed = decodeBase64(pdu.hashes?.sha256 ?? '');
  if (claimed !== undefined && encodeBase64(claimed) === hashOfText(contentText(fields), crypto)) {
    return { outcome: 'accepted', pdu, eventId, text };
  }
  const redacted = redactEvent(pdu, version);
  return { outcome: 'redacted', pdu: redacted, eventId, text: canonicalJson(asJson(redacted)) };
}

/** Signatures of one server that are tried; an honest event has one or two. */
const signaturesMax = 8;

function checkSignatures(
  pdu: Pdu,
  signed: string,
  version: RoomVersion,
  keys: KeyLookup,
  crypto: Pick<Crypto, 'verify'>,
): { ok: true } | { ok: false; reason: string; missingKeys: KeyName[] } {
  const event = asJson(pdu);
  for (const serverName of requiredSignatures(pdu, version)) {
    const missingKeys: KeyName[] = [];
    const valid = signingKeyIds(event, serverName)
      .slice(0, signaturesMax)
      .some((keyId) => {
        const key = keys(serverName, keyId);
        // A key known from an older answer may have been prolonged since.
        if (key === undefined || key.validUntilTs < pdu.origin_server_ts)
          missingKeys.push({ serverName, keyId });
        const signature = signatureOf(event, serverName, keyId);
        if (key === undefined || signature === undefined || key.validUntilTs < pdu.origin_server_ts)
          return false;
        return crypto.verify(key.publicKey, signed, signature);
      });
    if (!valid) return { ok: false, reason: `no valid signature of ${serverName}`, missingKeys };
  }
  return { ok: true };
}
