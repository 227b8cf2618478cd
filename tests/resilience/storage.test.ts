// The contracts of storage, held against PostgreSQL.

import { describe } from 'node:test';
import { createTestDatabase } from '@majlis/ops/dev';
import { postgresStorage, storageConformance } from '@majlis/storage/conformance';

describe('the contracts of storage', () => {
  storageConformance('PostgreSQL', async () => {
    const database = await createTestDatabase();
    const storage = await postgresStorage(database.url);
    return {
      storage,
      async close() {
        await storage.close();
        await database.drop();
      },
    };
  });
});
