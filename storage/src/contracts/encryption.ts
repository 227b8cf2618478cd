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
}

export interface EncryptionStore extends ToDeviceStore, DeviceListReader {
  keyCounts(userId: string, deviceId: string): Promise<OneTimeKeyCounts>;
}
