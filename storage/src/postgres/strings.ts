import type { Queryable } from './database.ts';

const cached_strings_max = 200_000;

/** Numbers for user ids, event types and state keys; the mapping never changes, so it can be cached for ever. */
export class Strings {
  readonly #database: Queryable;
  readonly #numbers = new Map<string, number>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  cached(value: string): number | undefined {
    return this.#numbers.get(value);
  }

  /** Numbers of all `values`, giving new ones where needed. */
  async intern(values: Iterable<string>): Promise<void> {
    const missing = [...new Set(values)].filter((value) => !this.#numbers.has(value));
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
    if (!this.#numbers.has(value)) await this.#load([value]);
    return this.#numbers.get(value);
  }

  cachedOrThrow(value: string): number {
    const number = this.#numbers.get(value);
    if (number === undefined) throw new Error(`string not interned: ${value}`);
    return number;
  }

  async #load(values: readonly string[]): Promise<void> {
    const rows = await this.#database.query<{ nid: number; value: string }>(
      'select nid, value from strings where value = any($1::text[])',
      [values],
    );
    if (this.#numbers.size + rows.length > cached_strings_max) this.#numbers.clear();
    for (const row of rows) this.#numbers.set(row.value, row.nid);
  }
}
