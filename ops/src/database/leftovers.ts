// What a killed server leaves behind: a postmaster that still runs, or a lock file that names a process which is long gone or,
// worse, a new process that happens to have the same number.

import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../problem.ts';

/**
 * Makes a cluster folder free to start in: an orphaned postmaster is shut down, lock files without one are removed.
 * @throws Problem when the postmaster that holds the folder does not end
 */
export async function clearLeftovers(folder: string, socketFolder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid');
  if (existsSync(lock)) await endPostmaster(lock, folder);
  for (const path of [
    lock,
    ...['.s.PGSQL.5432', '.s.PGSQL.5432.lock'].map((name) => join(socketFolder, name)),
  ]) {
    rmSync(path, { force: true });
  }
}

async function endPostmaster(lock: string, folder: string): Promise<void> {
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (Number.isInteger(pid) && pid > 1 && isPostmasterOf(pid, folder)) {
    for (const [signal, patienceMs] of [
      ['SIGINT', 8000],
      ['SIGQUIT', 4000],
      ['SIGKILL', 2000],
    ] as const) {
      if (await endsWithin(pid, signal, patienceMs)) break;
    }
    if (isAlive(pid)) {
      throw new Problem(
        `The database of this folder is still run by process ${pid}, which does not end.`,
        `End it: kill -9 ${pid}.`,
      );
    }
  }
}

async function endsWithin(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  while (performance.now() < deadline) {
    if (!isAlive(pid)) return true;
    await wait(20);
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child that nobody has collected yet is no longer alive.
    return !existsSync('/proc/self') || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** On Linux a postmaster is known by its working folder; elsewhere by being alive at all. */
function isPostmasterOf(pid: number, folder: string): boolean {
  if (!isAlive(pid)) return false;
  if (!existsSync('/proc/self')) return true;
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder) &&
      /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    );
  } catch {
    return false;
  }
}
