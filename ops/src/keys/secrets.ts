// Secrets the server makes for itself at its first start and keeps in the data folder, readable by nobody else.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Reads a secret, making it at the first call.
 * @param data the data folder
 * @param bytes of chance; the text is base64url
 */
export function keptSecret(data: string, name: string, bytes: number): string {
  return keptText(data, name, () => randomBytes(bytes).toString('base64url'));
}

/** Reads a kept text, making it at the first call; the file is whole or absent, also after a kill. */
export function keptText(data: string, name: string, make: () => string): string {
  const path = join(data, 'secrets', name);
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text !== '') return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const text = make();
  writeDurably(path, `${text}\n`);
  return text;
}

/** Writes a private file beside its place, to the disk, and moves it there. */
export function writeDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}`;
  const file = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
}
