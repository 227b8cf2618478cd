import type { DeviceAddress, DeviceMessage, JsonContent, Signalling } from '../matrix/door.ts';
import { isMember, provenSender, senderKey } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';

/** Encrypted to-device message by which a MatrixRTC client gives the media key that it sends with. Draft: MSC4143 as Element Call does it. */
export const mediaKeyType = 'io.element.call.encryption_keys';

/** Messages that came before the media server told of their sender. */
const earlyAtMost = 200;
const keyBytes = { least: 16, most: 64 };

export interface MediaKey {
  /** Place in the sender's key ring, 0 to 255. */
  readonly index: number;
  /** Material for LiveKit's HKDF. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** The sender's clock, milliseconds; 0 when the message does not say. */
  readonly sentAt: number;
}

export interface ElementCallKeysParts {
  readonly roomId: string;
  readonly own: DeviceAddress;
  readonly signalling: Signalling;
  readonly now: () => number;
  ownIdentity(): string;
  participants(): readonly Participant[];
  /** Whoever of these is a member of the Matrix room. */
  withRights(participants: readonly Participant[]): Promise<readonly Participant[]>;
  /** Another program's key for what it sends. */
  adoptKey(identity: string, key: MediaKey): void;
  /** Another program has what it needs to decrypt this device's media in this epoch. */
  gave(identity: string, epoch: number): void;
}

/**
 * Media keys between this device and members in Element Call, who know no epochs: each gives the other the key that it sends with. Ours is
 * the one derived from the epoch, so that it changes whenever the epoch does.
 */
export class ElementCallKeys {
  private readonly parts: ElementCallKeysParts;
  /** The newest epoch whose key was given, by stay. */
  private readonly given = new Map<string, number>();
  /** When the key in each place was sent, by identity and place. */
  private readonly taken = new Map<string, number>();
  private early: DeviceMessage[] = [];

  constructor(parts: ElementCallKeysParts) {
    this.parts = parts;
  }

  /** Gives the own key to those who have not got it. @throws MatrixError; call again. */
  async give(epoch: Epoch): Promise<void> {
    const { participants, signalling, roomId, own } = this.parts;
    const missing = participants().filter(
      (one) => isMember(one) && !one.epochs && (this.given.get(one.stay) ?? -1) < epoch.number,
    );
    if (missing.length === 0) return;
    const people = await this.parts.withRights(missing);
    const targets = people.map(({ userId = '', deviceId = '' }) => ({ userId, deviceId }));
    if (targets.length === 0) return;
    const key = await senderKey(epoch, this.parts.ownIdentity());
    const content = mediaKeyContent(roomId, own, epoch.number % 256, key, this.parts.now());
    const unreachable = await signalling.sendToDevices(targets, mediaKeyType, content);
    for (const { stay, identity, userId, deviceId } of people) {
      if (unreachable.some((one) => one.userId === userId && one.deviceId === deviceId)) continue;
      this.given.set(stay, epoch.number);
      this.parts.gave(identity, epoch.number);
    }
  }

  /** Takes a key if Olm proves that the very device sent it that is in the call under this name. */
  receive(message: DeviceMessage): void {
    const key = readMediaKey(message, this.parts.roomId);
    if (key === undefined) return;
    const participants = this.parts.participants();
    const sender = participants.find(({ identity }) => provenSender(message, identity, participants));
    if (sender === undefined) {
      this.early = [...this.early.slice(1 - earlyAtMost), message];
      return;
    }
    if (sender.epochs) return;
    const place = `${sender.identity} ${key.index}`;
    if (key.sentAt < (this.taken.get(place) ?? 0)) return;
    this.taken.set(place, key.sentAt);
    this.parts.adoptKey(sender.identity, key);
  }

  /** Somebody came or went: looks again at what came too early. */
  changed(): void {
    for (const message of this.early.splice(0)) this.receive(message);
  }
}

export function mediaKeyContent(
  roomId: string,
  { userId, deviceId }: DeviceAddress,
  index: number,
  key: Uint8Array,
  now: number,
): JsonContent {
  return {
    keys: { index, key: btoa(String.fromCharCode(...key)) },
    room_id: roomId,
    member: { id: `${userId}:${deviceId}`, claimed_device_id: deviceId },
    session: { application: 'm.call', call_id: '', scope: 'm.room' },
    sent_ts: now,
  };
}

/** The key in a message about this room's call, if the device that it claims is the one that Olm proves; undefined otherwise. */
export function readMediaKey({ content, senderDevice }: DeviceMessage, roomId: string): MediaKey | undefined {
  const { keys, room_id: room, member, session, sent_ts: sentAt } = content as Record<string, unknown>;
  if (room !== roomId || !isObject(keys) || !isObject(member)) return undefined;
  if (member['claimed_device_id'] !== senderDevice) return undefined;
  // The call of the room; others (of two people, of a slot) are not ours.
  if (isObject(session) && (session['application'] !== 'm.call' || (session['call_id'] ?? '') !== ''))
    return undefined;
  const { index, key } = keys;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index > 255) return undefined;
  const bytes = typeof key === 'string' ? readBase64(key) : undefined;
  if (bytes === undefined) return undefined;
  return { index, key: bytes, sentAt: typeof sentAt === 'number' ? sentAt : 0 };
}

/** Padded or not, of either alphabet; undefined when it is none or not as long as a key. */
function readBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > 2 * keyBytes.most || !/^[\w+/-]+={0,2}$/.test(text)) return undefined;
  try {
    const bytes = Uint8Array.from(
      atob(text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')),
      (character) => character.charCodeAt(0),
    );
    return bytes.length < keyBytes.least || bytes.length > keyBytes.most ? undefined : bytes;
  } catch {
    return undefined; // Of a length that no bytes have.
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
