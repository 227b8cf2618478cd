import type { PoolClient } from 'pg';
import { StorageInUse, StorageUnavailable } from '../contracts/storage.ts';
import { translateError } from './database.ts';
import type { Database } from './database.ts';

/** Any number will do, as long as no other program on the same database uses it. */
const owner_lock = 7_261_011;

/**
 * The right to write to this database, which one process has at a time: a lock that lives as long as one connection. When
 * that connection is lost (the database restarted) the lock is taken again before anything more is written.
 */
export class Owner {
  readonly #database: Database;
  #client: PoolClient | undefined;
  #lost: () => void = () => undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  get held(): boolean {
    return this.#client !== undefined;
  }

  /** Calls `listener` whenever the lock is lost. */
  onLost(listener: () => void): void {
    this.#lost = listener;
  }

  /** Takes the lock unless it is held. @throws StorageInUse while another process has it; StorageUnavailable. */
  async take(): Promise<void> {
    if (this.#client !== undefined) return;
    const client = await this.#database.connect();
    try {
      const answer = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
        owner_lock,
      ]);
      if (answer.rows[0]?.locked !== true)
        throw new StorageInUse('another Majlis is running on this database');
    } catch (error) {
      client.release(true);
      throw error instanceof StorageInUse ? error : translateError(error);
    }
    this.#client = client;
    client.on('error', () => this.#drop(client));
    client.on('end', () => this.#drop(client));
  }

  /** Takes the lock again on the way to a write. @throws StorageUnavailable, also while another process has it. */
  async retake(): Promise<void> {
    try {
      await this.take();
    } catch (error) {
      if (!(error instanceof StorageInUse)) throw error;
      throw new StorageUnavailable('another Majlis has taken this database over', { cause: error });
    }
  }

  release(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(true);
  }

  #drop(client: PoolClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.release(true);
    this.#lost();
  }
}
