import type { Storage } from './contracts/storage.ts';
import { PostgresAccounts } from './postgres/accounts.ts';
import { PostgresClosedAccounts } from './postgres/closed-accounts.ts';
import { Database } from './postgres/database.ts';
import { PostgresDelayedEvents } from './postgres/delayed-events.ts';
import { PostgresDirectory } from './postgres/directory.ts';
import { fillDirectory } from './postgres/published-rooms.ts';
import { PostgresEncryption } from './postgres/encryption.ts';
import { PostgresKeyBackup } from './postgres/key-backup.ts';
import { PostgresMeetings } from './postgres/meetings.ts';
import { PostgresMedia } from './postgres/media.ts';
import { fillEventWords } from './postgres/event-words.ts';
import { migrate } from './postgres/migrate.ts';
import { Owner } from './postgres/owner.ts';
import { PostgresPush } from './postgres/push.ts';
import { PostgresReports } from './postgres/reports.ts';
import { PostgresRooms } from './postgres/rooms.ts';
import { Strings } from './postgres/strings.ts';
import { Writer } from './postgres/writer.ts';

/**
 * Opens storage on a PostgreSQL database (15 or newer). Call `migrate` before anything else.
 * @throws StorageUnavailable when the database does not answer; StorageInUse while another process has it.
 */
export async function openStorage(options: {
  connectionString: string;
  poolSize?: number;
}): Promise<Storage> {
  const database = new Database(options.connectionString, options.poolSize ?? 10);
  const strings = new Strings(database);
  const owner = new Owner(database);
  const writer = new Writer(database, strings, owner);
  try {
    await owner.take();
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    stream: writer,
    accounts: new PostgresAccounts(database, strings, writer),
    closedAccounts: new PostgresClosedAccounts(database, strings, writer),
    rooms: new PostgresRooms(database, strings, writer),
    directory: new PostgresDirectory(database, writer),
    encryption: new PostgresEncryption(database, strings, writer),
    delayedEvents: new PostgresDelayedEvents(database, strings),
    keyBackup: new PostgresKeyBackup(database, strings),
    meetings: new PostgresMeetings(database),
    media: new PostgresMedia(database, strings),
    push: new PostgresPush(database, strings),
    reports: new PostgresReports(database, strings),
    async migrate() {
      await migrate(database);
      await fillDirectory(database);
      await fillEventWords(database);
      await writer.start();
    },
    async ping() {
      await database.query('select 1');
    },
    async close() {
      await writer.close();
      owner.release();
      await database.close();
    },
  };
}
