import { Pool, types } from 'pg';
import type { PoolClient } from 'pg';
import { QuotaReached } from '../contracts/quotas.ts';
import { Conflict, StorageUnavailable, Unstorable, Vanished } from '../contracts/storage.ts';

// Positions and timestamps stay far below 2^53, so int8 can be a number.
types.setTypeParser(types.builtins.INT8, Number);

export interface Queryable {
  /** Runs one statement, prepared under a name of its own. @throws StorageUnavailable, Conflict, Vanished, Unstorable or the driver's error. */
  query<Row>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

const statementNames = new Map<string, string>();

function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `s${statementNames.size}`;
    statementNames.set(text, name);
  }
  return name;
}

/** SQLSTATE classes after which nothing was written and trying later may help. */
function meansUnavailable(code: unknown): boolean {
  if (typeof code !== 'string') return true;
  return /^(08|53|57P|58|XX|25006)/.test(code) || /^E[A-Z]+$/.test(code);
}

/** Statements inside a transaction were translated once already, and what stands between them throws errors of the contract. */
function isTranslated(error: unknown): error is Error {
  return [Conflict, QuotaReached, Vanished, StorageUnavailable, Unstorable].some(
    (kind) => error instanceof kind,
  );
}

/** Translates a driver error into one of the contract's. */
export function translateError(error: unknown): Error {
  if (isTranslated(error)) return error;
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : String(error);
  if (code === '23505') return new Conflict(message, { cause: error });
  if (code === '23503') return new Vanished(message, { cause: error });
  // Data exceptions and program limits come from what a client sent, not from us or the disk.
  if (typeof code === 'string' && /^(22|54)/.test(code)) return new Unstorable(message, { cause: error });
  if (typeof code === 'string' && !meansUnavailable(code)) return error as Error;
  return new StorageUnavailable(`the database cannot serve: ${message}`, { cause: error });
}

async function run<Row>(
  client: Pool | PoolClient,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  try {
    const result = await client.query({ name: statementName(text), text, values: parameters as unknown[] });
    return result.rows as Row[];
  } catch (error) {
    throw translateError(error);
  }
}

/** A pool of connections with prepared statements and transactions. */
export class Database implements Queryable {
  readonly #pool: Pool;

  constructor(connectionString: string, poolSize: number) {
    this.#pool = new Pool({
      connectionString,
      max: poolSize,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      application_name: 'majlis',
      // A dead peer is noticed even on the connection that only holds the lock.
      keepAlive: true,
    });
    // A connection that dies while idle is replaced by the pool; the next query tells whether the database is back. One that
    // dies between two statements of a transaction tells it by the next of them: without a listener it would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  query<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return run<Row>(this.#pool, text, parameters);
  }

  /** Several statements of a script, without parameters, in one implicit transaction. */
  async script(text: string): Promise<void> {
    try {
      await this.#pool.query(text);
    } catch (error) {
      throw translateError(error);
    }
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work({ query: (text, parameters = []) => run(client, text, parameters) });
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
      throw translateError(error);
    } finally {
      client.release(broken);
    }
  }

  async connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw translateError(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
