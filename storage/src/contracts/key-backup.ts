export interface BackupVersion {
  readonly version: string;
  readonly algorithm: string;
  /** JSON */
  readonly authData: string;
  readonly etag: string;
  readonly count: number;
}

export interface BackedUpSession {
  readonly roomId: string;
  readonly sessionId: string;
  readonly firstMessageIndex: number;
  readonly forwardedCount: number;
  readonly isVerified: boolean;
  /** JSON */
  readonly sessionData: string;
}

export interface BackupState {
  readonly etag: string;
  readonly count: number;
}

/** Which sessions of a backup: all, one room's, or one. */
export interface SessionScope {
  readonly roomId?: string;
  readonly sessionId?: string;
}

/** Encrypted copies of message keys (Client-Server API, "Server-side key backups"). */
export interface KeyBackupStore {
  createBackup(userId: string, algorithm: string, authData: string): Promise<string>;
  /** The newest version, or the named one. */
  backup(userId: string, version?: string): Promise<BackupVersion | undefined>;
  /** @returns false when there is no such version. */
  setBackupAuthData(userId: string, version: string, authData: string): Promise<boolean>;
  /** @returns false when there is no such version. */
  deleteBackup(userId: string, version: string): Promise<boolean>;
  /** Keeps of each session the better copy, by the specification's order. */
  putSessions(userId: string, version: string, sessions: readonly BackedUpSession[]): Promise<BackupState>;
  sessions(userId: string, version: string, scope: SessionScope): Promise<BackedUpSession[]>;
  deleteSessions(userId: string, version: string, scope: SessionScope): Promise<BackupState>;
}
