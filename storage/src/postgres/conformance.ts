// The door for tests of storage: the suite, and the implementation that it is run on here.

import type { Storage } from '../contracts/storage.ts';
import { openStorage } from '../postgres.ts';

export { storageConformance } from '../conformance/storage.ts';
export type { OpenStorage, OpenedStorage } from '../conformance/suite.ts';

/** Storage on a database that nobody else uses, with the schema of now. */
export async function postgresStorage(connectionString: string): Promise<Storage> {
  const storage = await openStorage({ connectionString, poolSize: 4 });
  await storage.migrate();
  return storage;
}
