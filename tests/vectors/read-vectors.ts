import { readFileSync } from 'node:fs';

/** A file of vectors in this folder. `JSON.parse` keeps a key named `__proto__` as data. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
}
