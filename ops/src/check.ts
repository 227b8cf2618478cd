// `npm run check`: types, lint, format and tidy, with zero warnings. Exit code 1 when one of them fails.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listPaths, rooms } from './tidy/source.ts';
import { printTidy, tidy } from './tidy/tidy.ts';

const root = join(import.meta.dirname, '../..');
const modules = join(root, 'node_modules');

interface Step {
  readonly name: string;
  /** A program of node_modules and its arguments. */
  readonly command: readonly [script: string, ...args: string[]];
}

function steps(): Step[] {
  const typed = rooms.flatMap((room) => {
    if (
      !existsSync(join(root, room)) ||
      !listPaths(root).some((path) => path.startsWith(`${room}/`) && /\.tsx?$/.test(path))
    )
      return [];
    return readdirSync(join(root, room))
      .filter((name) => /^tsconfig.*\.json$/.test(name))
      .map((name): Step => ({
        name: `types ${room}/${name}`,
        command: ['typescript/bin/tsc', '-p', join(room, name)],
      }));
  });
  return [
    ...typed,
    { name: 'lint', command: ['oxlint/bin/oxlint', '--deny-warnings'] },
    { name: 'format', command: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  ];
}

/** Runs one step; returns its output when it failed. */
function run(step: Step): Promise<string | undefined> {
  const [script, ...args] = step.command;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(modules, script), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : output || `exit code ${code ?? 'none'}`));
  });
}

/** Runs every check and prints what fails; returns whether all passed. */
export async function check(): Promise<boolean> {
  const started = performance.now();
  const waiting = steps();
  let failures = 0;
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const output = await run(step);
      if (output === undefined) continue;
      failures += 1;
      console.log(`✘ ${step.name}\n${output.trimEnd()}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const tidied = tidy(root);
  if (!printTidy({ ...tidied, sizes: [] })) failures += 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    failures === 0
      ? `check: types, lint, format and tidy are clean (${seconds} s)`
      : `check: ${failures} failed (${seconds} s)`,
  );
  return failures === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = (await check()) ? 0 : 1;
}
