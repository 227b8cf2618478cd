import type { JsonBody, Method } from '../http.ts';
import type { DeviceAddress, DeviceMessage, JsonContent } from '../door.ts';
import type { EncryptedFile } from '../timeline/items.ts';
import type { ClearEvent, DecryptionFailure, RawEvent } from '../timeline/log.ts';
import type {
  BackupState,
  IdentityState,
  RecoverySecret,
  RecoveryState,
  VerificationEmoji,
  VerificationPhase,
} from './contract.ts';

/** What one sync answer has for the crypto machine. Stored before the server is told that it arrived. */
export interface CryptoDelivery {
  readonly toDevice: readonly JsonBody[];
  readonly changed: readonly string[];
  readonly left: readonly string[];
  readonly oneTimeKeys?: Readonly<Record<string, number>>;
  readonly unusedFallbackKeys?: readonly string[];
  /** The connection began anew, so changes of devices may have been missed. */
  readonly anyDeviceMayHaveChanged?: boolean;
}

export interface DecryptionOutcome {
  readonly eventId: string;
  readonly clear?: ClearEvent;
  readonly failed?: DecryptionFailure;
}

/** What the machine must know of a room to encrypt for it. */
export interface EncryptedRoom {
  readonly roomId: string;
  /** Everyone who is to read: joined, and invited where the history is visible to them. */
  readonly members: readonly string[];
  readonly historyVisibility: 'invited' | 'joined' | 'shared' | 'world_readable';
  /** From the room's `m.room.encryption`. */
  readonly rotateAfterMessages?: number;
  readonly rotateAfterMs?: number;
}

export interface VerificationFacts {
  readonly id: string;
  readonly userId: string;
  readonly deviceId?: string;
  readonly ownDevices: boolean;
  readonly incoming: boolean;
  readonly phase: VerificationPhase;
  readonly emoji?: readonly VerificationEmoji[];
  readonly cancelCode?: string;
  readonly cancelledByUs?: boolean;
}

export interface DeviceTrust {
  readonly deviceId: string;
  readonly name?: string;
  readonly verified: boolean;
  /** Milliseconds; 0 when the machine does not know. */
  readonly firstSeen: number;
}

export type EngineEvent =
  | {
      readonly is: 'roomKeys';
      readonly sessions: readonly { readonly roomId: string; readonly sessionId: string }[];
    }
  /** Devices or identities changed: what was said of the authenticity of their messages may be old. */
  | { readonly is: 'peopleChanged'; readonly userIds: readonly string[] }
  | { readonly is: 'verifications'; readonly list: readonly VerificationFacts[] }
  | { readonly is: 'identity'; readonly state: IdentityState }
  | { readonly is: 'backup'; readonly state: BackupState }
  | { readonly is: 'recovery'; readonly state: RecoveryState }
  | { readonly is: 'identityChanged'; readonly userId: string; readonly wasVerified: boolean }
  | { readonly is: 'ownDevices'; readonly devices: readonly DeviceTrust[] };

/** What the engine asks of the thread that owns the session. Rejections are `MatrixError`. */
export interface EngineHost {
  request(method: Method, path: string, body?: JsonBody): Promise<JsonBody>;
  /** Sends an event into a room, encrypted if the room is. The same `txnId` gives the same event. Answers the event id. */
  sendRoomEvent(roomId: string, type: string, content: JsonBody, txnId?: string): Promise<string>;
  emit(event: EngineEvent): void;
}

export interface EngineStart {
  readonly userId: string;
  readonly deviceId: string;
  /** Name of the crypto machine's database; absent: in memory. */
  readonly storeName?: string;
}

/** The crypto machine as the client sees it, on the other side of a worker. All arguments and answers can be cloned. */
export interface EncryptionEngine {
  start(parameters: EngineStart): Promise<void>;
  stop(): Promise<void>;
  receive(delivery: CryptoDelivery): Promise<readonly DeviceMessage[]>;
  decrypt(roomId: string, events: readonly RawEvent[]): Promise<readonly DecryptionOutcome[]>;
  /** Shares the room's key with every device that needs it, then encrypts. Answers the content of `m.room.encrypted`. */
  encrypt(room: EncryptedRoom, type: string, content: JsonBody): Promise<JsonBody>;
  encryptFile(
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; file: Omit<EncryptedFile, 'url'> }>;
  /** Rejects with kind `encryption` when the bytes are not what the sender encrypted. */
  decryptFile(bytes: Uint8Array<ArrayBuffer>, file: EncryptedFile): Promise<Uint8Array<ArrayBuffer>>;
  sendToDevices(
    targets: readonly DeviceAddress[],
    type: string,
    content: JsonContent,
  ): Promise<readonly DeviceAddress[]>;
  sendToPeople(userIds: readonly string[], type: string, content: JsonContent): Promise<void>;

  /**
   * `auth` answers the server's wish for User-Interactive Authentication: a 401 `MatrixError` tells its session. After a rejection it is
   * called again, or `giveUpIdentity`.
   */
  createIdentity(auth: JsonBody | undefined): Promise<void>;
  /** The identity that the server knows counts again, and its keys come back. */
  giveUpIdentity(): Promise<void>;
  setUpRecovery(words: readonly string[]): Promise<RecoverySecret>;
  recover(phraseOrKey: string): Promise<void>;
  acceptIdentity(userId: string): Promise<void>;
  isVerified(userId: string): Promise<boolean>;
  fingerprint(): Promise<string>;
  ownDevices(): Promise<readonly DeviceTrust[]>;

  verifyOwnDevices(deviceId: string | undefined): Promise<string>;
  verifyPerson(userId: string, roomId: string): Promise<string>;
  verificationStep(id: string, step: 'accept' | 'confirm' | 'mismatch' | 'cancel' | 'dismiss'): Promise<void>;
  receiveVerificationEvent(roomId: string, event: JsonBody): Promise<void>;
}

export type StartEncryption = (host: EngineHost) => Promise<EncryptionEngine>;
