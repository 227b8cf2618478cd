// The browser of the tests: Chromium from the system's packages.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The path of a Chromium on this machine, if there is one; the environment may name it in CHROMIUM. */
export function chromiumProgram(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && existsSync(named)) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/**
 * Makes sure that there is a Chromium, installing it when this process may.
 * @returns a sentence that says what is missing and how to get it, or undefined when all is well
 */
export function ensureChromium(progress: (line: string) => void): string | undefined {
  if (chromiumProgram() !== undefined) return undefined;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    progress('Installing Chromium from the packages of the system …');
    for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
      spawnSync('apt-get', args, {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
    if (chromiumProgram() !== undefined) return undefined;
  }
  return 'There is no Chromium on this machine: install it (apt-get install chromium), or name one in CHROMIUM.';
}
