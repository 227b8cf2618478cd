import { asMatrixError, MatrixError } from '../errors.ts';
import { tableNames } from './store.ts';
import type { Change, Key, Range, Row, Store, TableName, Tables } from './store.ts';

const version = 1;

/** Opens (and makes, the first time) the database. */
export async function openIndexedDb(factory: IDBFactory, name: string): Promise<Store> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = factory.open(name, version);
    request.addEventListener('upgradeneeded', () => {
      for (const table of tableNames) {
        if (!request.result.objectStoreNames.contains(table)) request.result.createObjectStore(table);
      }
    });
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(storageError(request.error)));
    request.addEventListener('blocked', () =>
      reject(new MatrixError('storage', 'Another tab blocks the database.')),
    );
  });
  database.addEventListener('versionchange', () => database.close());
  return new IndexedDbStore(database);
}

class IndexedDbStore implements Store {
  private readonly database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.database = database;
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | undefined> {
    try {
      const request = this.database.transaction(table).objectStore(table).get(idbKey(key));
      return (await result(request)) as Tables[T] | undefined;
    } catch (thrown) {
      throw asMatrixError(thrown, 'storage');
    }
  }

  range<T extends TableName>(table: T, range: Range = {}): Promise<Row<T>[]> {
    return new Promise((resolve, reject) => {
      try {
        const rows: Row<T>[] = [];
        const source = this.database.transaction(table).objectStore(table);
        const request = source.openCursor(bounds(range), range.reverse === true ? 'prev' : 'next');
        request.addEventListener('error', () => reject(storageError(request.error)));
        request.addEventListener('success', () => {
          const cursor = request.result;
          if (cursor === null) return resolve(rows);
          rows.push({ key: cursor.primaryKey as Key, value: cursor.value as Tables[T] });
          if (rows.length >= (range.limit ?? Number.POSITIVE_INFINITY)) return resolve(rows);
          cursor.continue();
        });
      } catch (thrown) {
        reject(asMatrixError(thrown, 'storage'));
      }
    });
  }

  write(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      let transaction: IDBTransaction | undefined;
      try {
        const tables = [...new Set(changes.map((change) => change.table))];
        transaction = this.database.transaction(tables, 'readwrite');
        this.settle(transaction, resolve, reject);
        for (const change of changes) {
          const table = transaction.objectStore(change.table);
          if (change.value === undefined) table.delete(idbKey(change.key));
          else table.put(change.value, idbKey(change.key));
        }
      } catch (thrown) {
        reject(asMatrixError(thrown, 'storage'));
        // What it has been given so far would be kept.
        transaction?.abort();
      }
    });
  }

  clear(): Promise<void> {
    return new Promise((resolve, reject) => {
      const tables = tableNames.filter((table) => table !== 'kept');
      const transaction = this.database.transaction(tables, 'readwrite');
      this.settle(transaction, resolve, reject);
      for (const table of tables) transaction.objectStore(table).clear();
    });
  }

  close(): void {
    this.database.close();
  }

  private settle(
    transaction: IDBTransaction,
    resolve: () => void,
    reject: (error: MatrixError) => void,
  ): void {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(storageError(transaction.error)));
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(storageError(request.error)));
  });
}

function idbKey(key: Key): IDBValidKey {
  return typeof key === 'string' || typeof key === 'number' ? key : [...key];
}

function bounds(range: Range): IDBKeyRange | null {
  const { from, to } = range;
  if (from !== undefined && to !== undefined) return IDBKeyRange.bound(idbKey(from), idbKey(to));
  if (from !== undefined) return IDBKeyRange.lowerBound(idbKey(from));
  return to === undefined ? null : IDBKeyRange.upperBound(idbKey(to));
}

function storageError(cause: DOMException | null): MatrixError {
  return new MatrixError('storage', cause?.message ?? 'The database failed.', { cause });
}
