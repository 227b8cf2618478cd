const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * The module without its custom sections called `name`. A module is an eight-byte header and sections of (id byte, size, bytes);
 * custom sections have id 0 and begin with their name (WebAssembly core specification, "Binary format").
 * Throws `TypeError` when `module` is not WebAssembly of version 1 or ends early.
 */
export function withoutCustomSection(module: Uint8Array, name: string): Uint8Array {
  if (magic.some((byte, at) => module[at] !== byte)) throw new TypeError('Not a WebAssembly module.');
  const kept: Uint8Array[] = [module.subarray(0, magic.length)];
  let at = magic.length;
  while (at < module.length) {
    const size = readUnsigned(module, at + 1);
    const end = size.next + size.value;
    if (end > module.length) throw new TypeError('The WebAssembly module ends early.');
    if (module[at] !== 0 || sectionName(module, size.next) !== name) kept.push(module.subarray(at, end));
    at = end;
  }
  return concatenate(kept);
}

function sectionName(module: Uint8Array, at: number): string {
  const length = readUnsigned(module, at);
  return new TextDecoder().decode(module.subarray(length.next, length.next + length.value));
}

/** An unsigned LEB128 number of at most 32 bits. */
function readUnsigned(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  for (let at = start; at < start + 5; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new TypeError('A number of the WebAssembly module does not end.');
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
