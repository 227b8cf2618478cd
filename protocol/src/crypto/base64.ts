const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const urlSafe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const values = new Int8Array(128).fill(-1);
for (const alphabet of [standard, urlSafe]) {
  for (let index = 0; index < 64; index += 1) values[alphabet.charCodeAt(index)] = index;
}

/** Unpadded base64 with the standard alphabet: hashes, keys and signatures inside JSON. */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, standard);
}

/** Unpadded base64 with the URL-safe alphabet: event ids and, from version 12, room ids. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, urlSafe);
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  let index = 0;
  for (; index + 2 < bytes.length; index += 3) {
    const three =
      ((bytes[index] as number) << 16) | ((bytes[index + 1] as number) << 8) | (bytes[index + 2] as number);
    text +=
      (alphabet[three >> 18] as string) +
      (alphabet[(three >> 12) & 63] as string) +
      (alphabet[(three >> 6) & 63] as string) +
      (alphabet[three & 63] as string);
  }
  const rest = bytes.length - index;
  if (rest === 1) {
    const one = bytes[index] as number;
    text += (alphabet[one >> 2] as string) + (alphabet[(one & 3) << 4] as string);
  } else if (rest === 2) {
    const two = ((bytes[index] as number) << 8) | (bytes[index + 1] as number);
    text +=
      (alphabet[two >> 10] as string) +
      (alphabet[(two >> 4) & 63] as string) +
      (alphabet[(two & 15) << 2] as string);
  }
  return text;
}

/** Reads base64 in either alphabet, padded or not; undefined for anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text.charCodeAt(length - 1) === 0x3d) length -= 1;
  const padded = length < text.length;
  if (length % 4 === 1 || (padded && text.length % 4 !== 0)) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    const value = code < 128 ? (values[code] as number) : -1;
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  return bytes;
}
