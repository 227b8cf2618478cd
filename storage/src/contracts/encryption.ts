import type { DeviceListReader } from './device-lists.ts';

export interface OneTimeKeyCounts {
  /** Unclaimed one-time keys by algorithm. */
  readonly counts: Readonly<Record<string, number>>;
  /** Algorithms whose fallback key has not been used. */
  readonly unusedFallback: readonly string[];
}

export interface ToDeviceMessage {
  readonly position: number;
  readonly sender: string;
  readonly type: string;
  /** JSON */
  readonly content: string;
}

export interface NewToDeviceMessage {
  readonly userId: string;
  /** `*` for all devices of the user. */
  readonly deviceId: string;
  readonly content: string;
}

export interface ToDeviceStore {
  /**
   * Puts messages into inboxes, once per transaction id; unknown devices are left out.
   * @returns false when the transaction id was seen before.
   */
  putToDevice(message: {
    sender: string;
    senderDevice: string;
    txnId: string;
    type: string;
    messages: readonly NewToDeviceMessage[];
    ts: number;
  }): Promise<boolean>;
  /** Messages with `after < position <= upTo`, oldest first; a position is never cut in two. */
  toDeviceMessages(
    userId: string,
    deviceId: string,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<ToDeviceMessage[]>;
  /** Deletes for good what the device says it has. */
  acknowledgeToDevice(userId: string, deviceId: string, upTo: number): Promise<void>;
  /** Deletes at most `limit` messages, the oldest of inboxes that hold more than `keep`. @returns how many. */
  pruneToDevice(keep: number, limit: number): Promise<number>;
}

export interface NewKey {
  readonly algorithm: string;
  readonly keyId: string;
  /** JSON */
  readonly key: string;
}

export interface DeviceKeyRow {
  readonly userId: string;
  readonly deviceId: string;
  readonly displayName: string | null;
  /** JSON of the signed device key object. */
  readonly keys: string;
}

export interface CrossSigningKeyRow {
  readonly userId: string;
  readonly usage: 'master' | 'self_signing' | 'user_signing';
  /** JSON */
  readonly key: string;
}

/** A signature over a device key or cross-signing key. */
export interface KeySignature {
  readonly signer: string;
  /** `ed25519:…` */
  readonly signerKeyId: string;
  readonly target: string;
  /** A device id, or the public part of a cross-signing key. */
  readonly targetKeyId: string;
  readonly signature: string;
}

export interface ClaimedKey {
  readonly userId: string;
  readonly deviceId: string;
  readonly algorithm: string;
  readonly keyId: string;
  readonly key: string;
}

export interface EncryptionStore extends ToDeviceStore, DeviceListReader {
  keyCounts(userId: string, deviceId: string): Promise<OneTimeKeyCounts>;
  /**
   * Stores what a device uploads, all or nothing.
   * @throws Conflict when a one-time key id is taken by another key.
   */
  uploadKeys(upload: {
    userId: string;
    deviceId: string;
    deviceKeys: string | undefined;
    oneTimeKeys: readonly NewKey[];
    fallbackKeys: readonly NewKey[];
  }): Promise<void>;
  /** Device keys of whole users, or of single devices. */
  deviceKeys(
    wanted: ReadonlyArray<{ userId: string; deviceIds: readonly string[] }>,
  ): Promise<DeviceKeyRow[]>;
  crossSigningKeys(userIds: readonly string[]): Promise<CrossSigningKeyRow[]>;
  /** Replaces cross-signing keys; signatures made with or over the earlier ones go with them. */
  setCrossSigningKeys(userId: string, keys: ReadonlyArray<Omit<CrossSigningKeyRow, 'userId'>>): Promise<void>;
  /** Signatures over keys of these users. */
  keySignatures(targets: readonly string[]): Promise<KeySignature[]>;
  addKeySignatures(signatures: readonly KeySignature[]): Promise<void>;
  /** Hands out one key per device: the oldest one-time key, each only once, else the fallback key. */
  claimKeys(
    wanted: ReadonlyArray<{ userId: string; deviceId: string; algorithm: string }>,
  ): Promise<ClaimedKey[]>;

  dehydratedDevice(userId: string): Promise<{ deviceId: string; deviceData: string } | undefined>;
  /** Puts a dehydrated device in place of the user's earlier one, which is deleted like any device. */
  setDehydratedDevice(device: {
    userId: string;
    deviceId: string;
    displayName: string | null;
    deviceData: string;
    deviceKeys: string;
    oneTimeKeys: readonly NewKey[];
    fallbackKeys: readonly NewKey[];
    ts: number;
  }): Promise<void>;
}
