import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { senderKey } from './epochs.ts';
import type { Epoch } from './epochs.ts';

/**
 * A still picture in a box that only those in the call can open: a JWE by the library `jose`, its key derived from the meeting's secret for
 * this sender and this use. LiveKit's own encryption of data messages does not suffice: its receiver cannot tell an encrypted message from
 * one that came in the clear.
 */

/** A picture has at most so many bytes, and a box with one so many characters. */
export const pictureBytesAtMost = 5800;
export const sealedAtMost = 8000;
/** Longest side, pixels: a small file can still announce a huge picture. */
const sideAtMost = 320;
const use = 'majlis-still';

/** Pictures of one sender are numbered upwards; an empty one takes the picture before it back. */
export interface NumberedPicture {
  readonly number: number;
  readonly picture: Uint8Array<ArrayBuffer>;
}

/** A box to be sent as it is: what it holds can be opened by whoever has the epoch. */
export async function sealPicture(
  { number, picture }: NumberedPicture,
  identity: string,
  epoch: Epoch,
): Promise<Uint8Array<ArrayBuffer>> {
  const sealed = await new CompactEncrypt(picture)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: String(epoch.number), use, number })
    .encrypt(await senderKey(epoch, identity, 'still'));
  return new TextEncoder().encode(sealed);
}

/** Opens a box of this sender. Undefined when it is none of theirs, its epoch is not known, or it holds no small picture. */
export async function openPicture(
  sealed: Uint8Array,
  identity: string,
  epochOf: (number: number) => Epoch | undefined,
): Promise<NumberedPicture | undefined> {
  if (sealed.length > sealedAtMost) return undefined;
  try {
    const text = new TextDecoder().decode(sealed);
    const epoch = epochOf(Number(decodeProtectedHeader(text).kid));
    if (epoch === undefined) return undefined;
    const { plaintext, protectedHeader } = await compactDecrypt(
      text,
      await senderKey(epoch, identity, 'still'),
      { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
    const { number } = protectedHeader;
    const picture = new Uint8Array(plaintext);
    if (protectedHeader['use'] !== use || typeof number !== 'number' || !Number.isSafeInteger(number))
      return undefined;
    return picture.length === 0 || isSmallJpeg(picture) ? { number, picture } : undefined;
  } catch {
    return undefined; // Damaged, or not theirs: there is nothing to show.
  }
}

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
