import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { senderKey } from './epochs.ts';
import type { Epoch, KeyUse } from './epochs.ts';

/**
 * What one participant tells others in a meeting, in a box that only those with the epoch can open: a JWE by the library `jose`, its key
 * derived from the meeting's secret for this sender and this use. LiveKit's own encryption of data messages does not suffice: its receiver
 * cannot tell an encrypted message from one that came in the clear, so that the media server could say anything in anybody's name.
 */

export interface NumberedMessage {
  /** Messages of one sender and use are numbered upwards, so that none is taken for new that the server passes on again. */
  readonly number: number;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** A box to be sent as it is: four characters for three bytes of content, and some 140 more. */
export async function sealMessage(
  { number, content }: NumberedMessage,
  identity: string,
  use: KeyUse,
  epoch: Epoch,
): Promise<Uint8Array<ArrayBuffer>> {
  const sealed = await new CompactEncrypt(content)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: String(epoch.number), number })
    .encrypt(await senderKey(epoch, identity, use));
  return new TextEncoder().encode(sealed);
}

/** Opens a box of this sender. Undefined when it is none of theirs for this use, or its epoch is not known. */
export async function openMessage(
  sealed: Uint8Array,
  identity: string,
  use: KeyUse,
  epochOf: (number: number) => Epoch | undefined,
): Promise<(NumberedMessage & { readonly epoch: number }) | undefined> {
  try {
    const text = new TextDecoder().decode(sealed);
    const epoch = epochOf(Number(decodeProtectedHeader(text).kid));
    if (epoch === undefined) return undefined;
    const { plaintext, protectedHeader } = await compactDecrypt(text, await senderKey(epoch, identity, use), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const { number } = protectedHeader;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return undefined;
    return { number, content: new Uint8Array(plaintext), epoch: epoch.number };
  } catch {
    return undefined; // Damaged, or not theirs: nobody said anything.
  }
}
