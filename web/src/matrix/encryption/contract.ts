import type { ReadonlySignal } from '@preact/signals-core';
import type { Person } from '../timeline/items.ts';

/**
 * Asks the user for the account's password when the server wants it again (User-Interactive Authentication). Resolve with
 * `undefined` to give up: the operation then fails with kind `denied`.
 */
export type AskPassword = () => Promise<string | undefined>;

/** `loading` until the WebAssembly is there: messages show as `waiting`, outgoing ones stay queued. */
export type EncryptionState = 'off' | 'loading' | 'ready' | 'failed';

/**
 * The account's identity (cross-signing).
 * `unknown`: not asked yet. `none`: the account has none; `createIdentity`. `elsewhere`: it exists and this device is not signed
 * by it: verify with another device, or `recover`. `here`: this device is signed and holds the private keys.
 */
export type IdentityState = 'unknown' | 'none' | 'elsewhere' | 'here';

/**
 * The backup of message keys.
 * `unknown`: not asked yet. `none`: there is none; `setUpRecovery`. `locked`: one exists and this device lacks its key; `recover`
 * or verify. `on`: keys are being saved there.
 */
export interface BackupState {
  readonly is: 'unknown' | 'none' | 'locked' | 'on';
  /** Message keys known to this device and how many of them are in the backup. */
  readonly total: number;
  readonly saved: number;
  /** While keys are being fetched from the backup: how many are done. */
  readonly restoring?: { readonly done: number; readonly of: number };
}

/** `none`: no recovery phrase was ever set up for the account. `set`: one exists. */
export type RecoveryState = 'unknown' | 'none' | 'set';

export interface RecoverySecret {
  /** The phrase, twelve words in the order to be written down. Shown once, never stored. */
  readonly words: readonly string[];
  /** The same key in the specification's form (base58 in groups of four), for other Matrix clients. */
  readonly key: string;
}

/** Encryption speaks only when something is wrong. */
export type EncryptionNotice =
  /** A new device of the own account that nobody verified. */
  | {
      readonly id: string;
      readonly is: 'newOwnDevice';
      readonly deviceId: string;
      readonly name?: string;
    }
  /** A person's identity changed (they reset it, or somebody else is answering in their name). */
  | {
      readonly id: string;
      readonly is: 'identityChanged';
      readonly person: Person;
      readonly wasVerified: boolean;
    };

export interface VerificationEmoji {
  readonly symbol: string;
  /** English name of the specification's table. */
  readonly name: string;
  /** Place in the specification's table, 0 to 63, to find the translated name. */
  readonly index: number;
}

/**
 * `requested`: waiting for an answer (of the other side, or of this one if `incoming`). `ready`: both agreed, comparison about to
 * start. `compare`: show `emoji` and ask. `confirming`: this side said "they match" and waits for the other. `done`, `cancelled`.
 */
export type VerificationPhase = 'requested' | 'ready' | 'compare' | 'confirming' | 'done' | 'cancelled';

export interface Verification {
  readonly id: string;
  readonly person: Person;
  /** Between two devices of the own account. */
  readonly ownDevices: boolean;
  readonly deviceId?: string;
  readonly incoming: boolean;
  readonly phase: VerificationPhase;
  /** Seven emoji, in phase `compare` and later. */
  readonly emoji?: readonly VerificationEmoji[];
  /** The specification's cancel code, for example `m.timeout`, `m.user`, `m.mismatched_sas`. */
  readonly cancelCode?: string;
  readonly cancelledByUs?: boolean;
}

export interface VerificationSteps {
  /** Asks the other devices of the own account; answers with the id of the flow. */
  startWithOwnDevices(): Promise<string>;
  /** Asks one device of the own account. */
  startWithDevice(deviceId: string): Promise<string>;
  /** Asks a person, in the direct chat with them (created when there is none). */
  startWithPerson(userId: string): Promise<string>;
  accept(id: string): Promise<void>;
  /** "They match." */
  confirm(id: string): Promise<void>;
  /** "They do not match." */
  mismatch(id: string): Promise<void>;
  cancel(id: string): Promise<void>;
  /** Forgets a finished flow. */
  dismiss(id: string): void;
}

export interface Encryption {
  readonly state: ReadonlySignal<EncryptionState>;
  readonly identity: ReadonlySignal<IdentityState>;
  readonly backup: ReadonlySignal<BackupState>;
  readonly recovery: ReadonlySignal<RecoveryState>;
  readonly notices: ReadonlySignal<readonly EncryptionNotice[]>;
  readonly verifications: ReadonlySignal<readonly Verification[]>;
  readonly verification: VerificationSteps;

  /** Makes the account's identity (or a new one if one exists: every verification is then void) and signs this device. */
  createIdentity(askPassword: AskPassword): Promise<void>;
  /**
   * Makes a recovery phrase from `words` (a list of at least 256 different words), a key backup if there is none, and saves the
   * identity's private keys and the backup's key under it. Replaces an earlier phrase. Takes a second or two on a slow device.
   */
  setUpRecovery(words: readonly string[]): Promise<RecoverySecret>;
  /**
   * Opens the account's secrets with the phrase (words joined by spaces) or the recovery key, signs this device and restores all
   * message keys. Rejects with kind `denied` when the phrase is wrong, `M_NOT_FOUND` when none is set up.
   */
  recover(phraseOrKey: string): Promise<void>;
  /** "I have seen it": for `identityChanged` also accepts the new identity. */
  dismissNotice(id: string): Promise<void>;
  /** Whether a person's identity is verified by this user. */
  isVerified(userId: string): Promise<boolean>;
  /** The fingerprint (Ed25519 key) of this device, to read aloud. */
  fingerprint(): Promise<string>;
}
