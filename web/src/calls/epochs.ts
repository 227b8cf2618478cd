/**
 * The key of a meeting and its changes. Pure.
 *
 * At each change of who is there, the member who has been there longest draws a new secret (an epoch) and gives it to everybody who is
 * there now: to members by Olm, to guests sealed for the key that they offered. From the secret each sender's own media key is derived,
 * so that no two senders ever use the same key.
 */
export interface Epoch {
  /** Counts up from when the meeting's first member came, in milliseconds of the server's clock; the key ring's index is its remainder. */
  readonly number: number;
  /** 32 random bytes. */
  readonly secret: Uint8Array<ArrayBuffer>;
  /** Identity of the participant who drew it. */
  readonly by: string;
}

export interface Participant {
  readonly identity: string;
  /** Absent for guests. */
  readonly userId?: string;
  readonly deviceId?: string;
  readonly guestId?: string;
  /** Whose program derives media keys from epochs: guests' and members' of this app. Others send a media key of their own. */
  readonly epochs: boolean;
  /** Names this stay: an identity that comes back has another. */
  readonly stay: string;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly joinedAt: number;
}

/** Size of LiveKit's key ring, that of Element Call too: a key's place is one byte. */
export const keyRing = 256;
/** Numbers of epochs go no further: a member who skips ahead cannot make the next one impossible. */
const numberAtMost = 2 ** 48;

export function isMember(participant: Participant): boolean {
  return participant.userId !== undefined && participant.deviceId !== undefined;
}

/** The members who can draw a secret, in the order of their coming; everyone computes the same. */
export function drawers(participants: readonly Participant[]): Participant[] {
  return participants
    .filter((one) => isMember(one) && one.epochs)
    .sort((a, b) => a.joinedAt - b.joinedAt || (a.identity < b.identity ? -1 : 1));
}

/** Who draws the next secret: the member who has been there longest. */
export function leaderOf(participants: readonly Participant[]): Participant | undefined {
  return drawers(participants)[0];
}

export function isEpochNumber(number: unknown): number is number {
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= numberAtMost;
}

/** Which of two epochs is in force: the later one; of two drawn at once, the one by the smaller identity. */
export function newerEpoch(known: Epoch | undefined, offered: Epoch): Epoch {
  if (known === undefined || offered.number > known.number) return offered;
  if (offered.number < known.number) return known;
  return offered.by < known.by ? offered : known;
}

/**
 * Whether a key message counts: its Olm sender must be the very user and device that the server let in under the identity that the
 * message names, now in the call.
 */
export function provenSender(
  message: { readonly sender: string; readonly senderDevice: string },
  identity: string,
  participants: readonly Participant[],
): boolean {
  const named = participants.find((one) => one.identity === identity);
  return named !== undefined && named.userId === message.sender && named.deviceId === message.senderDevice;
}

/** What a key is for: frames, still pictures, or what participants tell one another. */
export type KeyUse = 'media' | 'still' | 'words';

/** The key of one sender and one use in one epoch: 32 bytes, of which those of others cannot be told. */
export async function senderKey(
  epoch: Epoch,
  identity: string,
  use: KeyUse = 'media',
): Promise<Uint8Array<ArrayBuffer>> {
  const secret = await crypto.subtle.importKey('raw', epoch.secret, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode(`majlis ${use} ${identity}`);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info },
    secret,
    256,
  );
  return new Uint8Array(bits);
}
