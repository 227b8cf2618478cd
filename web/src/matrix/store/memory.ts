import type { Change, Key, Range, Row, Store, TableName, Tables } from './store.ts';

/** A store that lives as long as the page: for tests. */
export function openMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  private readonly tables = new Map<TableName, Map<string, Row<TableName>>>();

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | undefined> {
    const row = this.tables.get(table)?.get(JSON.stringify(key));
    return structuredClone(row?.value) as Tables[T] | undefined;
  }

  async range<T extends TableName>(table: T, range: Range = {}): Promise<Row<T>[]> {
    const { from, to, limit } = range;
    const rows = [...(this.tables.get(table)?.values() ?? [])]
      .filter((row) => from === undefined || compareKeys(row.key, from) >= 0)
      .filter((row) => to === undefined || compareKeys(row.key, to) <= 0)
      .toSorted((a, b) => compareKeys(a.key, b.key));
    if (range.reverse === true) rows.reverse();
    return structuredClone(rows.slice(0, limit)) as Row<T>[];
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const change of structuredClone(changes)) {
      let table = this.tables.get(change.table);
      if (table === undefined) {
        table = new Map();
        this.tables.set(change.table, table);
      }
      const id = JSON.stringify(change.key);
      if (change.value === undefined) table.delete(id);
      else table.set(id, { key: change.key, value: change.value });
    }
  }

  async clear(): Promise<void> {
    for (const [name, table] of this.tables) if (name !== 'kept') table.clear();
  }

  close(): void {
    // Nothing is held open.
  }
}

/** IndexedDB's order: numbers before strings before arrays, arrays element by element. */
function compareKeys(a: Key, b: Key): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'object' && typeof b === 'object') {
    for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
      const order = compareKeys(a[index] ?? 0, b[index] ?? 0);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function rank(key: Key): number {
  return typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2;
}
