// Media on the disk of this machine: one file each, written beside its place and moved there whole.

import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MediaBlobs } from '@majlis/homeserver';

/** Keys are random names the server made; anything else never becomes a path. */
const keyPattern = /^[\w-]{8,128}(?:\.[\w-]{1,32})?$/;

/** Keeps media below a folder, spread over 256 sub-folders. */
export function diskBlobs(folder: string): MediaBlobs {
  const pathOf = (key: string): string => {
    if (!keyPattern.test(key)) throw new RangeError('this is no key of a blob');
    return join(folder, key.slice(0, 2).toLowerCase(), key);
  };
  return {
    async put(key, source, limit) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return writeWhole(path, source, limit);
    },
    async get(key, range) {
      const path = pathOf(key);
      try {
        await stat(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      return createReadStream(path, range);
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
  };
}

/**
 * Writes a stream to a file that appears only when it is whole and on the disk.
 * @returns its size in bytes
 * @throws RangeError when the stream is longer than `limit`
 */
export async function writeWhole(
  path: string,
  source: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<number> {
  const unfinished = `${path}.unfinished`;
  let size = 0;
  const count = new Transform({
    transform(chunk: Uint8Array, _encoding, next) {
      size += chunk.length;
      if (size > limit) next(new RangeError(`the stream is longer than ${limit} bytes`));
      else next(null, chunk);
    },
  });
  try {
    await pipeline(source, count, createWriteStream(unfinished, { mode: 0o600 }));
    const file = await open(unfinished, 'r');
    await file.sync().finally(() => file.close());
    await rename(unfinished, path);
    return size;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
