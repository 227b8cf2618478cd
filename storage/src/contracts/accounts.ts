export interface Account {
  readonly userId: string;
  readonly passwordHash: string | null;
  readonly isAdmin: boolean;
  readonly isGuest: boolean;
  readonly deactivated: boolean;
  /** By an administrator: locked accounts can only sign out, suspended ones read and leave. */
  readonly locked: boolean;
  readonly suspended: boolean;
  readonly createdTs: number;
  /** displayname, avatar_url and further profile fields (Client-Server API, "Profiles"). */
  readonly profile: Readonly<Record<string, unknown>>;
}

export interface Device {
  readonly deviceId: string;
  readonly displayName: string | null;
  readonly createdTs: number;
  readonly lastSeenTs: number | null;
  readonly lastSeenIp: string | null;
}

/** Whose access token it is. */
export interface TokenOwner {
  readonly userId: string;
  readonly deviceId: string;
  readonly isGuest: boolean;
  readonly isAdmin: boolean;
  readonly locked: boolean;
  readonly suspended: boolean;
  readonly expiresTs: number | null;
}

export interface NewSession {
  readonly userId: string;
  readonly deviceId: string;
  readonly displayName: string | null;
  readonly accessHash: Uint8Array;
  readonly refreshHash: Uint8Array | null;
  readonly expiresTs: number | null;
  readonly ts: number;
}

/** What a short-lived token proves: who somebody is, or that another device may sign in. */
export type ProofPurpose = 'openid' | 'login';

export interface AccountStore {
  /** @returns false when the name is taken. */
  create(account: {
    userId: string;
    passwordHash: string | null;
    isAdmin: boolean;
    isGuest: boolean;
    ts: number;
  }): Promise<boolean>;
  /**
   * Makes an account on the strength of a registration token, which loses one use: both or neither.
   * @returns what became of it; the token decides whether the account is an administrator's.
   */
  createWithToken(account: {
    userId: string;
    passwordHash: string;
    tokenHash: Uint8Array;
    ts: number;
  }): Promise<'created' | 'taken' | 'token-spent'>;
  account(userId: string): Promise<Account | undefined>;
  count(): Promise<number>;
  setPassword(userId: string, passwordHash: string | null): Promise<void>;
  /** Sets one profile field; `undefined` removes it. */
  setProfileField(userId: string, field: string, value: unknown): Promise<void>;
  /** Local accounts whose id or display name contains `words`, at most `limit`. */
  searchDirectory(words: string, limit: number): Promise<Account[]>;
  profiles(userIds: readonly string[]): Promise<Account[]>;

  /** Makes or reuses the device and gives it these tokens in place of its earlier ones. */
  openSession(session: NewSession): Promise<void>;
  /** Whose access token it is; looking it up is its use. */
  tokenOwner(accessHash: Uint8Array): Promise<TokenOwner | undefined>;
  /**
   * Trades a refresh token for the next pair. It can be traded again, in place of the pair it gave, until one of these is used.
   * The access token of before expires at once, and is known as expired for a day.
   * @returns the owner; 'unknown'; or 'reused' when it was traded and the next pair used, in which case the device's tokens are gone.
   */
  refresh(next: {
    refreshHash: Uint8Array;
    nextAccessHash: Uint8Array;
    nextRefreshHash: Uint8Array;
    expiresTs: number;
    ts: number;
  }): Promise<{ userId: string; deviceId: string } | 'unknown' | 'reused'>;

  devices(userId: string): Promise<Device[]>;
  device(userId: string, deviceId: string): Promise<Device | undefined>;
  /** @returns false when there is no such device. */
  renameDevice(userId: string, deviceId: string, displayName: string | null): Promise<boolean>;
  seenDevice(userId: string, deviceId: string, ts: number, ip: string): Promise<void>;
  /** Ends the devices with all that belongs to them: tokens, keys, waiting to-device messages. */
  deleteDevices(userId: string, deviceIds: readonly string[]): Promise<void>;

  addRegistrationToken(token: {
    tokenHash: Uint8Array;
    makesAdmin: boolean;
    uses: number;
    expiresTs: number | null;
  }): Promise<void>;
  registrationToken(tokenHash: Uint8Array, now: number): Promise<{ makesAdmin: boolean } | undefined>;
  anyRegistrationToken(now: number): Promise<boolean>;

  setLocked(userId: string, locked: boolean): Promise<void>;
  setSuspended(userId: string, suspended: boolean): Promise<void>;

  addProofToken(token: {
    tokenHash: Uint8Array;
    purpose: ProofPurpose;
    userId: string;
    expiresTs: number;
    now: number;
  }): Promise<void>;
  /** Whose token it is while it is valid. */
  proofTokenOwner(tokenHash: Uint8Array, purpose: ProofPurpose, now: number): Promise<string | undefined>;
  /** The same, and the token is gone: of two who use it at once, one gets it. */
  takeProofToken(tokenHash: Uint8Array, purpose: ProofPurpose, now: number): Promise<string | undefined>;

  putFilter(userId: string, filterId: string, definition: string): Promise<void>;
  filter(userId: string, filterId: string): Promise<string | undefined>;
}
