// PostgreSQL refuses to run as root. Started as root, the server hands the database to an account without rights.

import { readFileSync } from 'node:fs';
import { Problem } from '../problem.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** In this order; each exists on nearly every system, and PostgreSQL wants one that has a name. */
const candidates = ['majlis', 'postgres', 'nobody', 'daemon'];

/**
 * The account that runs PostgreSQL, or undefined when this process is not root and can run it itself.
 * @throws Problem when the system has no account to hand it to
 */
export function databaseAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = new Map<string, Account>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name !== undefined && Number(uid) > 0)
      accounts.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  for (const name of candidates) {
    const account = accounts.get(name);
    if (account !== undefined) return account;
  }
  throw new Problem(
    'PostgreSQL refuses to run as root, and this system has no account to hand it to.',
    'Make one (useradd --system majlis), start the server from another account, or name your own PostgreSQL in DATABASE_URL.',
  );
}
