// The data folder: made at the first start, remembered by name, never shared between two servers.

import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeDurably } from './keys/secrets.ts';
import { Problem } from './problem.ts';

const freeBytesMin = 64 * 1024 * 1024;

interface Identity {
  readonly serverName: string;
}

const freeBytesOf = (path: string): number => {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
};

/**
 * Makes the folder when it is missing and checks that it can hold data.
 * @returns its absolute path
 * @throws Problem when it cannot be written or the disk is full
 */
export function prepareDataFolder(folder: string, freeBytes = freeBytesOf): string {
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
  if (freeBytes(path) < freeBytesMin) throw diskFull(path);
  return path;
}

function diskFull(path: string): Problem {
  return new Problem(
    `The disk that holds ${path} is full.`,
    'Free at least 64 MiB, or choose another folder with --data.',
  );
}

interface Holder {
  readonly pid: number;
  /** Boot of the machine and start of the process, so that a new process with the same number is not taken for it. */
  readonly since: string;
}

/**
 * Takes the folder for this process. A server that was killed holds nothing.
 * @returns what gives it back
 * @throws Problem when another running server holds it
 */
export function lockDataFolder(data: string): () => void {
  const path = join(data, 'majlis.pid');
  const holder = readHolder(path);
  if (holder !== undefined && holder.pid !== process.pid && sinceOf(holder.pid) === holder.since) {
    throw new Problem(
      `Another Majlis (process ${holder.pid}) is running with the data in ${data}.`,
      'Stop it first, or choose another folder with --data.',
    );
  }
  writeDurably(
    path,
    JSON.stringify({ pid: process.pid, since: sinceOf(process.pid) ?? '' } satisfies Holder),
  );
  return () => rmSync(path, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** When a running process began; undefined when there is none. Systems without /proc only know whether it runs. */
function sinceOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    if (!existsSync('/proc/self/stat')) return 'running';
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    // Field 22 of the whole line is the start in clock ticks; the state is field 3.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[18] ?? ''}`;
  } catch {
    return undefined;
  }
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
