// The contracts of storage, held against PostgreSQL.

import { createTestDatabase } from '@majlis/ops/dev';
import { postgresStorage, storageConformance } from '@majlis/storage/conformance';

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
