import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { keptServerName, lockDataFolder, prepareDataFolder } from './data-folder.ts';
import { Problem } from './problem.ts';

const base = mkdtempSync(join(tmpdir(), 'majlis-data-'));
after(() => rmSync(base, { recursive: true }));

const problem = (sentence: RegExp) => (error: unknown) =>
  error instanceof Problem && sentence.test(error.message) && error.exitCode === 1;

describe('data folder', () => {
  it('says that a disk is full', () => {
    assert.throws(() => prepareDataFolder(join(base, 'full'), () => 1024), problem(/is full/));
    assert.equal(
      prepareDataFolder(join(base, 'room'), () => 2 ** 40),
      join(base, 'room'),
    );
  });

  it('keeps the server name and refuses another', () => {
    const data = prepareDataFolder(join(base, 'named'));
    assert.equal(keptServerName(data, undefined, 'localhost:8008'), 'localhost:8008');
    assert.equal(keptServerName(data, undefined, 'localhost:9000'), 'localhost:8008');
    assert.throws(() => keptServerName(data, 'example.org', 'localhost:9000'), problem(/not example\.org/));
    writeFileSync(join(data, 'server.json'), '{');
    assert.throws(() => keptServerName(data, undefined, 'localhost:9000'), problem(/damaged/));
  });

  it('is held by one running process, and by no dead one', () => {
    const data = prepareDataFolder(join(base, 'held'));
    writeFileSync(join(data, 'majlis.pid'), JSON.stringify({ pid: process.ppid, since: 'another boot 1' }));
    const release = lockDataFolder(data);
    release();
    writeFileSync(join(data, 'majlis.pid'), 'nonsense');
    lockDataFolder(data)();
  });
});
