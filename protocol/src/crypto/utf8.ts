/** How many bytes a string takes in UTF-8. A lone surrogate counts three, as its replacement character would. */
export function utf8Length(text: string): number {
  const units = text.length;
  let bytes = units;
  for (let index = 0; index < units; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    if (code < 0x800) {
      bytes += 1;
    } else {
      bytes += 2;
      // A pair is four bytes in two units; its first half has just counted three of them.
      if (code >= 0xd800 && code < 0xdc00 && isLow(text.charCodeAt(index + 1))) index += 1;
    }
  }
  return bytes;
}

/** Whether a string takes at most so many bytes in UTF-8; counts them only where the length leaves it open. */
export function fitsUtf8(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return false;
  return text.length * 3 <= bytesMax || utf8Length(text) <= bytesMax;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
