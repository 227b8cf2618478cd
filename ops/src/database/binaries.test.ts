import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { copyWithinReach, findBinaries, reachableBy } from './binaries.ts';

const base = mkdtempSync(join(tmpdir(), 'majlis-binaries-'));
after(() => rmSync(base, { recursive: true }));

/** An account that owns nothing here. */
const stranger = { name: 'stranger', uid: 64_123, gid: 64_123 };

describe('PostgreSQL programs', () => {
  it('are found and run', () => {
    const { postgres, major } = findBinaries(undefined);
    const { stdout } = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
    assert.match(stdout, new RegExp(`PostgreSQL\\) ${major}\\.`));
  });

  it('knows which folders another account can reach', () => {
    assert.equal(reachableBy(stranger, base), false, 'a temporary folder is private');
    assert.equal(reachableBy(stranger, '/usr/bin'), true);
    assert.equal(reachableBy({ ...stranger, uid: statSync(base).uid }, base), true);
  });

  it('are copied whole, with links that stay inside the copy, and only once', () => {
    const native = dirname(dirname(findBinaries(undefined).postgres));
    chmodSync(base, 0o755);
    const copy = copyWithinReach(native, stranger, [join(base, 'public')]);
    const links = readdirSync(join(copy, 'lib')).filter((name) =>
      lstatSync(join(copy, 'lib', name)).isSymbolicLink(),
    );
    if (process.platform === 'linux') assert.ok(links.length > 0);
    for (const name of links) {
      assert.ok(
        realpathSync(join(copy, 'lib', name)).startsWith(realpathSync(copy)),
        `${name} leads out of the copy`,
      );
    }
    const { stdout } = spawnSync(join(copy, 'bin/postgres'), ['--version'], { encoding: 'utf8', env: {} });
    assert.match(stdout, /PostgreSQL/);
    const { ino } = statSync(copy);
    assert.equal(statSync(copyWithinReach(native, stranger, [join(base, 'public')])).ino, ino);
  });

  it('are not taken from a place that others may write', () => {
    const open = join(base, 'open');
    const native = dirname(dirname(findBinaries(undefined).postgres));
    copyWithinReach(native, stranger, [open]);
    chmodSync(open, 0o777);
    assert.throws(() => copyWithinReach(native, stranger, [open]), /cannot reach/);
    assert.ok(existsSync(open));
  });
});
