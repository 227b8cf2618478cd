/** A picture has at most so many bytes, and a box with one so many characters. */
export const pictureBytesAtMost = 5800;
export const sealedAtMost = 8000;
/** Longest side, pixels: a small file can still announce a huge picture. */
const sideAtMost = 320;

/** Whether this is a JPEG (ITU-T T.81, annex B) whose frame is announced, and small. */
export function isSmallJpeg(bytes: Uint8Array): boolean {
  if (bytes.length > pictureBytesAtMost || bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    // Baseline or progressive. The image data must not come first.
    if (marker === 0xc0 || marker === 0xc2) return isSmall(view.getUint16(at + 5), view.getUint16(at + 7));
    if (marker === 0xda) return false;
  }
  return false;
}

function isSmall(height: number, width: number): boolean {
  return height > 0 && width > 0 && height <= sideAtMost && width <= sideAtMost;
}
