// Opens what the server keeps, with an answer for everything that can be wrong with it.

import type { Storage } from '@majlis/storage';
import { openStorage } from '@majlis/storage/postgres';
import type { Configuration } from '../config/configuration.ts';
import { Problem } from '../problem.ts';
import type { RunningDatabase } from './database.ts';

const storagePatienceMs = 5000;

/** Opens the storage and brings its schema up to date. A server that was just killed may hold it for another moment. */
export async function openOwnStorage(
  database: RunningDatabase,
  { database: options }: Configuration,
): Promise<Storage> {
  const started = performance.now();
  for (;;) {
    try {
      const storage = await openStorage({
        connectionString: database.connectionString,
        poolSize: options['database-connections'],
      });
      try {
        await storage.migrate();
      } catch (error) {
        await storage.close();
        throw error;
      }
      return storage;
    } catch (error) {
      const inUse = error instanceof Error && error.name === 'StorageInUse';
      if (!inUse || performance.now() - started > storagePatienceMs) throw storageProblem(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function storageProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'StorageInUse') {
    return new Problem(
      'Another Majlis is running on this database.',
      'Stop it first, or choose another --data or DATABASE_URL.',
    );
  }
  if (error.name === 'SchemaTooNew') {
    return new Problem(
      'The data were written by a newer version of Majlis.',
      'Start that version, or restore a backup made by this one.',
    );
  }
  if (error.name === 'StorageUnavailable') {
    return new Problem(
      `The database cannot be used: ${error.message}.`,
      'Check that it runs, that its disk has room, and that the account may create tables.',
    );
  }
  return error;
}
