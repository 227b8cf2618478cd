// Unix sockets live in the data folder, where only their owner reaches them. Their paths are limited to about 107 bytes, so a data
// folder with a long name gets a private folder for them in the temporary folder.

import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from './problem.ts';

const socketPathMax = 100;

/**
 * The folder for sockets named `name`: `folder` itself when the path is short enough.
 * @param owner who opens the socket, when that is another account
 * @throws Problem when the short folder belongs to somebody else
 */
export function socketFolder(
  folder: string,
  name: string,
  owner?: { readonly uid: number; readonly gid: number },
): string {
  const real = realpathSync(folder);
  if (Buffer.byteLength(join(real, name)) <= socketPathMax) return real;
  const short = join(tmpdir(), `majlis-${createHash('sha256').update(real).digest('hex').slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(short);
  const own = process.getuid?.() ?? uid;
  if (!lstatSync(short).isDirectory() || (uid !== own && uid !== owner?.uid)) {
    throw new Problem(
      `The folder ${short} belongs to another account.`,
      'Remove it, or choose a --data folder with a shorter path.',
    );
  }
  chmodSync(short, 0o700);
  if (owner !== undefined) chownSync(short, owner.uid, owner.gid);
  return short;
}
