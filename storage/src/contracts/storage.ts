import type { AccountStore } from './accounts.ts';
import type { ClosedAccountStore } from './closed-accounts.ts';
import type { DelayedEventStore } from './delayed-events.ts';
import type { DirectoryStore } from './directory.ts';
import type { EncryptionStore } from './encryption.ts';
import type { KeyBackupStore } from './key-backup.ts';
import type { MeetingStore } from './meetings.ts';
import type { MediaStore } from './media.ts';
import type { PushStore } from './push.ts';
import type { ReportStore } from './reports.ts';
import type { RoomStore } from './rooms.ts';
import type { StreamReader } from './writer.ts';

/** Everything Majlis keeps, by domain. */
export interface Storage {
  readonly stream: StreamReader;
  readonly accounts: AccountStore;
  readonly closedAccounts: ClosedAccountStore;
  readonly rooms: RoomStore;
  readonly directory: DirectoryStore;
  readonly encryption: EncryptionStore;
  readonly delayedEvents: DelayedEventStore;
  readonly keyBackup: KeyBackupStore;
  readonly media: MediaStore;
  readonly push: PushStore;
  readonly reports: ReportStore;
  readonly meetings: MeetingStore;
  /** Brings the schema up to date; refuses a database that a newer Majlis has written. */
  migrate(): Promise<void>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database cannot be reached or cannot write (connection lost, disk full). Nothing of the call was kept. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** A write that this one builds on failed; build it again on what is there. Nothing of the call was kept. */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';
}

/** The schema is of a newer Majlis than this one. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/** Another process owns this database. */
export class StorageInUse extends Error {
  override readonly name = 'StorageInUse';
}

/** A value that the database cannot hold: a NUL character, a number out of range, too long a key. Nothing was kept. */
export class Unstorable extends Error {
  override readonly name = 'Unstorable';
}

/** What the write belongs to (a device, a link) was deleted meanwhile. Nothing was kept. */
export class Vanished extends Error {
  override readonly name = 'Vanished';
}

/** The write collided with a row that exists (a repeated transaction id, a taken name). */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}
