import { readdir, readFile } from 'node:fs/promises';
import { SchemaTooNew } from '../contracts/storage.ts';
import type { Database } from './database.ts';

const folder = new URL('../../migrations/', import.meta.url);

interface Migration {
  readonly number: number;
  readonly name: string;
}

async function migrations(): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}_[a-z_]+\.sql$/.test(file)).toSorted();
  return files.map((name) => ({ number: Number(name.slice(0, 4)), name }));
}

/** Applies the numbered migrations that are missing, each in its own transaction; never backwards. */
export async function migrate(database: Database): Promise<void> {
  await database.script(
    'create table if not exists schema_version (number integer primary key, name text not null, applied timestamptz not null default now())',
  );
  const all = await migrations();
  const rows = await database.query<{ number: number }>('select number from schema_version');
  const applied = new Set(rows.map((row) => row.number));
  const newest = all.at(-1)?.number ?? 0;
  const highest = Math.max(0, ...applied);
  if (highest > newest) {
    throw new SchemaTooNew(
      `this database is of a newer Majlis (schema ${highest}; this program knows ${newest}): start that version, or restore a backup`,
    );
  }
  for (const migration of all) {
    if (applied.has(migration.number)) continue;
    const sql = await readFile(new URL(migration.name, folder), 'utf8');
    await database.script(
      `begin; ${sql}; insert into schema_version (number, name) values (${migration.number}, '${migration.name}'); commit;`,
    );
  }
}
