import type { Queryable } from './database.ts';

/** Strings of one generation; two are kept. */
const generation_max = 100_000;
const nothing: readonly string[] = [];

/**
 * Numbers for user ids, event types and state keys; the mapping never changes, so it can be cached for ever. Of what is cached
 * the longest unused half is dropped at a time: a string that is on its way to the database is never among it.
 */
export class Strings {
  readonly #database: Queryable;
  #young = new Map<string, number>();
  #old: ReadonlyMap<string, number> = new Map();

  constructor(database: Queryable) {
    this.#database = database;
  }

  cached(value: string): number | undefined {
    const young = this.#young.get(value);
    if (young !== undefined) return young;
    const old = this.#old.get(value);
    if (old !== undefined) this.#keep(value, old);
    return old;
  }

  /** Numbers of all `values`, giving new ones where needed. */
  async intern(values: Iterable<string>): Promise<void> {
    const missing = this.#missing(values);
    if (missing.length === 0) return;
    await this.#database.query(
      'insert into strings (value) select unnest($1::text[]) on conflict do nothing',
      [missing.toSorted()],
    );
    await this.#load(missing);
  }

  async number(value: string): Promise<number> {
    await this.intern([value]);
    return this.cachedOrThrow(value);
  }

  /** The number of a string that may never have been seen. */
  async find(value: string): Promise<number | undefined> {
    return (await this.findAll([value])).get(value);
  }

  /** Numbers of those of `values` that were seen before: names that somebody made up leave no trace. */
  async findAll(values: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const asked = new Set(values);
    const missing = this.#missing(asked);
    if (missing.length > 0) await this.#load(missing);
    const found = new Map<string, number>();
    for (const value of asked) {
      const number = this.cached(value);
      if (number !== undefined) found.set(value, number);
    }
    return found;
  }

  cachedOrThrow(value: string): number {
    const number = this.cached(value);
    if (number === undefined) throw new Error(`string not interned: ${value}`);
    return number;
  }

  #missing(values: Iterable<string>): readonly string[] {
    let missing: Set<string> | undefined;
    for (const value of values) if (this.cached(value) === undefined) (missing ??= new Set()).add(value);
    return missing === undefined ? nothing : [...missing];
  }

  async #load(values: readonly string[]): Promise<void> {
    const rows = await this.#database.query<{ nid: number; value: string }>(
      'select nid, value from strings where value = any($1::text[])',
      [values],
    );
    for (const row of rows) this.#keep(row.value, row.nid);
  }

  #keep(value: string, number: number): void {
    if (this.#young.size >= generation_max) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(value, number);
  }
}
