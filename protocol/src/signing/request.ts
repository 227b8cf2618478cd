import type { Crypto, SigningKey } from '../crypto/crypto.ts';
import { isServerName } from '../identifiers/identifiers.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { signedText, verifyJson } from './sign-json.ts';

/** A request between servers as it is signed. */
export interface SignedRequest {
  method: string;
  /** The whole path with its query, as sent. */
  uri: string;
  origin: string;
  destination: string;
  /** The body as JSON; absent where there is none. */
  content?: JsonValue;
}

/** What an `Authorization: X-Matrix …` header says. */
export interface RequestAuthorization {
  origin: string;
  /** Older servers leave it out. */
  destination?: string;
  keyId: string;
  signature: string;
}

/**
 * The header that signs a request.
 * Specification: Server-Server API, "Request Authentication". Throws a TypeError on a body that canonical JSON cannot
 * say.
 */
export function signRequest(request: SignedRequest, key: SigningKey): string {
  const signature = key.sign(signedText(requestObject(request)));
  return writeAuthorization({
    origin: request.origin,
    destination: request.destination,
    keyId: key.keyId,
    signature,
  });
}

/**
 * Whether a request is signed as its header says. `request` is what this server has seen: its own name as destination,
 * unless the header leaves it out; the key is that of the origin and its validity the caller's question.
 */
export function verifyRequest(
  request: SignedRequest,
  authorization: RequestAuthorization,
  publicKey: Uint8Array,
  crypto: Pick<Crypto, 'verify'>,
): boolean {
  if (authorization.origin !== request.origin) return false;
  if (authorization.destination !== undefined && authorization.destination !== request.destination)
    return false;
  const object: JsonObject = {
    ...requestObject(request),
    signatures: { [authorization.origin]: { [authorization.keyId]: authorization.signature } },
  };
  if (authorization.destination === undefined) delete object['destination'];
  return verifyJson(object, authorization.origin, authorization.keyId, publicKey, crypto);
}

function requestObject({ method, uri, origin, destination, content }: SignedRequest): JsonObject {
  return { method, uri, origin, destination, ...(content === undefined ? {} : { content }) };
}

/** Writes the header: one space, lower-case names, quoted values, no spaces around commas. */
export function writeAuthorization({ origin, destination, keyId, signature }: RequestAuthorization): string {
  const to = destination === undefined ? '' : `,destination="${destination}"`;
  return `X-Matrix origin="${origin}"${to},key="${keyId}",sig="${signature}"`;
}

const headerUnitsMax = 4096;
const parameter =
  /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))[ \t]*(?:,[ \t]*|$)/y;

/**
 * Reads the header: names in any case and order, values quoted (with backslash escapes) or not (colons too), parameters
 * nobody knows left aside. Undefined if it is another scheme, too long, broken, says a parameter twice or lacks one.
 */
export function parseAuthorization(header: string): RequestAuthorization | undefined {
  if (header.length > headerUnitsMax) return undefined;
  const scheme = /^x-matrix +/i.exec(header);
  if (scheme === null) return undefined;
  const values = new Map<string, string>();
  parameter.lastIndex = scheme[0].length;
  while (parameter.lastIndex < header.length) {
    const match = parameter.exec(header);
    if (match === null) return undefined;
    const name = (match[1] ?? '').toLowerCase();
    if (values.has(name)) return undefined;
    values.set(name, match[2] === undefined ? (match[3] ?? '') : match[2].replace(/\\(.)/g, '$1'));
  }
  const [origin, keyId, signature] = [values.get('origin'), values.get('key'), values.get('sig')];
  const destination = values.get('destination');
  if (!isServerName(origin) || keyId === undefined || signature === undefined) return undefined;
  if (destination !== undefined && !isServerName(destination)) return undefined;
  return { origin, keyId, signature, ...(destination === undefined ? {} : { destination }) };
}
