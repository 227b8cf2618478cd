// The few statements that concern a whole PostgreSQL server and not the data of Majlis: is it there, which version, make a database.

import { Client } from 'pg';
import { Problem } from '../problem.ts';

const versionMin = 15;
const connectPatienceMs = 10_000;

async function withClient<Result>(
  address: string,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({
    connectionString: address,
    connectionTimeoutMillis: connectPatienceMs,
    application_name: 'majlis start',
  });
  // A connection that breaks rejects the statement that runs; without this it would also end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether a server answers at the address. */
export async function probe(address: string): Promise<boolean> {
  try {
    await withClient(address, (client) => client.query('select 1'));
    return true;
  } catch {
    return false;
  }
}

/** Makes a database when it does not exist yet, empty or as a copy of another. */
export async function createDatabase(address: string, name: string, template?: string): Promise<void> {
  await withClient(address, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rows.length > 0) return;
    const copy = template === undefined ? '' : ` template ${client.escapeIdentifier(template)}`;
    await client.query(`create database ${client.escapeIdentifier(name)}${copy}`);
  });
}

/** Removes a database and ends whatever is still connected to it. */
export async function dropDatabase(address: string, name: string): Promise<void> {
  await withClient(address, (client) =>
    client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`),
  );
}

/**
 * Checks that a PostgreSQL the operator named can be used.
 * @throws Problem when it does not answer, is older than 15, or does not store UTF-8
 */
export async function checkExternal(address: string): Promise<void> {
  let found: { version: number; encoding: string } | undefined;
  try {
    found = await withClient(address, async (client) => {
      const result = await client.query<{ version: number; encoding: string }>(
        "select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding",
      );
      return result.rows[0];
    });
  } catch (error) {
    throw new Problem(
      `The database cannot be reached: ${reason(error)}.`,
      'Check DATABASE_URL and that PostgreSQL is running there.',
    );
  }
  if (found === undefined || found.version < versionMin) {
    throw new Problem(
      `The database is PostgreSQL ${found?.version ?? 'unknown'}.`,
      `Use PostgreSQL ${versionMin} or newer.`,
    );
  }
  if (found.encoding !== 'UTF8') {
    throw new Problem(
      `The database stores text as ${found.encoding}.`,
      "Make one with: create database majlis encoding 'UTF8' template template0.",
    );
  }
}

/** The driver's message without the address, which may hold a password. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ');
  const message =
    error instanceof Error
      ? error.message || (error as NodeJS.ErrnoException).code || error.name
      : String(error);
  return message.replace(/postgres(?:ql)?:\/\/\S+/g, 'the address given');
}
