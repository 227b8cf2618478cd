// The data folder: made at the first start, remembered by name, never shared between two servers.

import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeDurably } from './keys/secrets.ts';
import { Problem } from './problem.ts';

const freeBytesMin = 64 * 1024 * 1024;

interface Identity {
  readonly serverName: string;
}

/**
 * Makes the folder when it is missing and checks that it can hold data.
 * @returns its absolute path
 * @throws Problem when it cannot be written or the disk is full
 */
export function prepareDataFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(path);
    throw new Problem(
      `The data folder ${path} cannot be written.`,
      'Give this account the right to write there, or choose another with --data.',
    );
  }
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize < freeBytesMin) throw diskFull(path);
  return path;
}

function diskFull(path: string): Problem {
  return new Problem(
    `The disk that holds ${path} is full.`,
    'Free at least 64 MiB, or choose another folder with --data.',
  );
}

/**
 * The server name that the data belong to. User and room names contain it, so it can never change.
 * @param wanted the name the operator gave, if any
 * @param fallback the name of a new server when none was given
 * @throws Problem when the data belong to another name
 */
export function keptServerName(data: string, wanted: string | undefined, fallback: string): string {
  const path = join(data, 'server.json');
  if (!existsSync(path)) {
    const serverName = wanted ?? fallback;
    writeDurably(path, `${JSON.stringify({ serverName } satisfies Identity)}\n`);
    return serverName;
  }
  let kept: string | undefined;
  try {
    kept = (JSON.parse(readFileSync(path, 'utf8')) as Partial<Identity>).serverName;
  } catch {
    kept = undefined;
  }
  if (kept === undefined)
    throw new Problem(`The file ${path} is damaged.`, 'Restore it from a backup: it names the server.');
  if (wanted === undefined || wanted === kept) return kept;
  throw new Problem(
    `The data in ${data} belong to the server name ${kept}, not ${wanted}.`,
    `Start with --server-name ${kept}, or choose another --data.`,
  );
}
