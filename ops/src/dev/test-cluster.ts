// One PostgreSQL for a whole run of tests, with a template database that holds the finished schema; every server that a test starts
// gets a copy of it, so that tests never see one another.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '@majlis/storage/postgres';
import { createDatabase, dropDatabase } from '../database/administration.ts';
import { startCluster } from '../database/cluster.ts';
import { createLog } from '../log.ts';

/** Set by the test command for the files it runs; a file run alone starts a cluster of its own. */
const environmentName = 'TEST_POSTGRES';
const template = 'majlis_template';
const connections = 180;

export interface TestCluster {
  /** What to set in the environment of processes that shall use this cluster. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Starts a cluster in a temporary folder; it forgets everything when it stops, so it need not wait for the disk. */
export async function startTestCluster(): Promise<TestCluster> {
  const data = mkdtempSync(join(tmpdir(), 'majlis-test-postgres-'));
  const log = createLog({ level: 'error', json: false, write: (line) => process.stderr.write(line) });
  const cluster = await startCluster({ data, connections, log, progress: () => undefined, forgetful: true });
  const administration = cluster.address('postgres');
  await createDatabase(administration, template);
  const storage = await openStorage({ connectionString: cluster.address(template), poolSize: 2 });
  await storage.migrate();
  await storage.close();
  return {
    environment: { [environmentName]: administration },
    async stop() {
      await cluster.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

let own: Promise<TestCluster> | undefined;
let ownUsers = 0;

/** A new database with the finished schema, in the cluster of this run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const given = process.env[environmentName];
  ownUsers += 1;
  own ??= given === undefined ? startTestCluster() : undefined;
  const administration = given ?? (await own)?.environment[environmentName] ?? '';
  const name = `test_${randomBytes(8).toString('hex')}`;
  await createDatabase(administration, name, template);
  return {
    url: administration.replace('/postgres?', `/${name}?`),
    async drop() {
      await dropDatabase(administration, name);
      ownUsers -= 1;
      if (ownUsers > 0 || own === undefined) return;
      const cluster = await own;
      own = undefined;
      await cluster.stop();
    },
  };
}
