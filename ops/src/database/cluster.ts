// The PostgreSQL that comes with the server: a cluster in the data folder, reachable by a socket in that folder only, which no other
// account can open. It is started, watched, restarted when it dies, and stopped.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { Problem } from '../problem.ts';
import { socketFolder } from '../socket-path.ts';
import type { Account } from './account.ts';
import { databaseAccount } from './account.ts';
import { createDatabase, probe } from './administration.ts';
import type { Binaries } from './binaries.ts';
import { findBinaries } from './binaries.ts';
import { clearLeftovers } from './leftovers.ts';

export interface Cluster {
  /** Address of a database of this cluster. */
  address(database: string): string;
  /** Whether the database process runs now. */
  running(): boolean;
  /** Ends the database in order; at most `patienceMs`, then at once (the next start repairs it). */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** The data folder of the server; the cluster is its sub-folder `postgres`. */
  readonly data: string;
  /** Connections that must be possible at once. */
  readonly connections: number;
  readonly log: Log;
  /** Shown to the operator when a step takes time. */
  readonly progress: (line: string) => void;
  /** For tests that throw the cluster away: do not wait for the disk. */
  readonly forgetful?: boolean;
}

const socketName = '.s.PGSQL.5432';
const startPatienceMs = 120_000;
const stopPatienceMs = 3000;
/** Of each connection of the database. */
const keptMemoryBytes = 4 * 1024 * 1024;
const restartDelaysMs = [200, 500, 1000, 2000, 5000];

/** Starts the cluster of a data folder, making it when there is none. @throws Problem */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const account = databaseAccount();
  const binaries = findBinaries(account);
  const folder = join(options.data, 'postgres');
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    options.progress('Making the database …');
    await initialise(folder, binaries, account, options.forgetful === true);
  }
  checkVersion(folder, binaries);
  if (account !== undefined) giveTo(account, folder);
  await clearLeftovers(folder, socketFolder(folder, socketName, account));
  return superviseCluster(folder, binaries, account, options);
}

/** Makes the cluster beside its place and moves it there whole, so that a kill in between leaves nothing half-made. */
async function initialise(
  folder: string,
  binaries: Binaries,
  account: Account | undefined,
  forgetful: boolean,
): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (account !== undefined) chownSync(unfinished, account.uid, account.gid);
  const args = [
    '--username=majlis',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(forgetful ? ['--no-sync'] : []),
  ];
  const child = spawn(binaries.initdb, ['-D', folderArgument(unfinished), ...args], {
    ...spawnOptions(unfinished, account),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : complaint));
  });
  if (failure !== undefined) throw explain(failure);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

function explain(failure: string): Problem {
  if (/No space left|ENOSPC/i.test(failure)) {
    return new Problem(
      'The disk is full, so the database cannot start.',
      'Free some space, or choose another folder with --data.',
    );
  }
  const line =
    failure.split('\n').find((one) => /error|fatal|panic|could not/i.test(one)) ??
    failure.trim().split('\n').at(-1) ??
    '';
  return new Problem(
    `The database cannot start: ${line.replace(/^.*?(?:error|fatal|panic):\s*/i, '').trim()}.`,
    'Its log is postgres.log in the data folder. DATABASE_URL names another PostgreSQL instead.',
  );
}

function checkVersion(folder: string, { major }: Binaries): void {
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (version === String(major)) return;
  throw new Problem(
    `The database in ${folder} was made by PostgreSQL ${version}; this version of Majlis brings ${major}.`,
    'Start it with the version of Majlis that made it, export with pg_dump, and import into a new data folder.',
  );
}

/** The cluster must belong to the account that runs it; data copied from elsewhere may not. */
function giveTo(account: Account, folder: string): void {
  if (statSync(join(folder, 'PG_VERSION')).uid === account.uid && statSync(folder).uid === account.uid)
    return;
  lchownSync(folder, account.uid, account.gid);
  for (const entry of readdirSync(folder, { recursive: true }))
    lchownSync(join(folder, String(entry)), account.uid, account.gid);
}

/**
 * On Linux the programs are told their folder as "where you stand": they are started inside it, so that they need no right to walk
 * down to it, and a data folder in root's own home works too.
 */
function folderArgument(folder: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : folder;
}

function spawnOptions(
  folder: string,
  account: Account | undefined,
): { cwd: string; env: Record<string, string>; uid?: number; gid?: number } {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    // The C library keeps what one write needed for the next, instead of giving it back and asking for it hundreds of times a second.
    MALLOC_TRIM_THRESHOLD_: String(keptMemoryBytes),
    MALLOC_TOP_PAD_: String(keptMemoryBytes / 4),
  };
  return account === undefined
    ? { cwd: folder, env }
    : { cwd: folder, env, uid: account.uid, gid: account.gid };
}

function settings(socket: string, inFolder: boolean, connections: number, forgetful: boolean): string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: inFolder ? '.' : socket,
    unix_socket_permissions: '0700',
    max_connections: String(connections),
    // What is acknowledged is on the disk.
    fsync: forgetful ? 'off' : 'on',
    synchronous_commit: 'on',
    full_page_writes: forgetful ? 'off' : 'on',
    // Small when idle: few processes, no workers.
    shared_buffers: '128MB',
    io_method: 'sync',
    huge_pages: 'off',
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    max_logical_replication_workers: '0',
    work_mem: '8MB',
    effective_cache_size: '512MB',
    random_page_cost: '1.1',
    max_wal_size: '512MB',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function superviseCluster(
  folder: string,
  binaries: Binaries,
  account: Account | undefined,
  { data, connections, log, progress, forgetful = false }: ClusterOptions,
): Promise<Cluster> {
  const socket = socketFolder(folder, socketName, account);
  const args = [
    '-D',
    folderArgument(folder),
    ...settings(socket, socket === realpathSync(folder), connections, forgetful),
  ];
  const logFile = join(data, 'postgres.log');
  let child: ChildProcess | undefined;
  let stopping = false;
  let established = false;
  let failures = 0;

  const spawnOnce = (): ChildProcess => {
    const output = openSync(logFile, 'a', 0o600);
    try {
      return spawn(binaries.postgres, args, {
        ...spawnOptions(folder, account),
        stdio: ['ignore', output, output],
      });
    } finally {
      closeSync(output);
    }
  };
  const run = (): void => {
    const current = spawnOnce();
    child = current;
    current.on('error', (error) => log.error('the database cannot be started', { reason: error.message }));
    current.on('close', (code, signal) => {
      if (child === current) child = undefined;
      if (stopping || !established) return;
      const delayMs = restartDelaysMs[Math.min(failures, restartDelaysMs.length - 1)] ?? 5000;
      failures += 1;
      log.error('the database ended and is started again', { code, signal, delayMs });
      setTimeout(() => {
        if (!stopping)
          void clearLeftovers(folder, socket).then(run, (error: Error) => log.error(error.message));
      }, delayMs).unref();
    });
  };

  const address = (database: string): string =>
    `postgres://majlis@localhost/${database}?host=${encodeURIComponent(socket)}`;
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  run();
  await ready(
    () => child,
    address('postgres'),
    () => explain(readFileSync(logFile, 'utf8').slice(logStart)),
    progress,
  ).catch((error: unknown) => {
    stopping = true;
    child?.kill('SIGINT');
    throw error;
  });
  established = true;
  await createDatabase(address('postgres'), 'majlis');
  return {
    address,
    running: () => child !== undefined,
    async stop() {
      stopping = true;
      const current = child;
      if (current === undefined || current.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => current.once('close', () => resolve()));
      current.kill('SIGINT');
      const late = setTimeout(() => current.kill('SIGQUIT'), stopPatienceMs);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Waits until the database answers; a crash before that is explained from its log. */
async function ready(
  child: () => ChildProcess | undefined,
  address: string,
  explainLog: () => Problem,
  progress: (line: string) => void,
): Promise<void> {
  const started = performance.now();
  let told = false;
  while (!(await probe(address))) {
    if (child() === undefined) throw explainLog();
    const waitedMs = performance.now() - started;
    if (waitedMs > 3000 && !told) {
      told = true;
      progress('The database is repairing itself after an unclean end …');
    }
    if (waitedMs > startPatienceMs) {
      throw new Problem(
        'The database does not answer two minutes after its start.',
        'Its log is postgres.log in the data folder.',
      );
    }
    await wait(25);
  }
}
