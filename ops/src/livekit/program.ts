// Finds the livekit-server program: the one named, the one on PATH, the one built before, or a build with Go from the go.mod and
// go.sum beside this file, which pin every byte of it.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Problem } from '../problem.ts';

export const livekitVersion = '1.13.5';

const goMinor = 26;
const sourcePackage = 'github.com/livekit/livekit-server/cmd/server';
const buildPatienceMs = 20 * 60 * 1000;

export interface ProgramSearch {
  /** The program the operator named. */
  readonly named: string | undefined;
  /** Folder that keeps what is built, `.cache` of the project. */
  readonly cache: string;
  readonly path: string;
  readonly progress: (line: string) => void;
}

/**
 * The path of the program, or a sentence why there is none.
 * @throws Problem when the operator named a program that cannot be run
 */
export async function findProgram(
  search: ProgramSearch,
): Promise<{ readonly program: string } | { readonly missing: string }> {
  if (search.named !== undefined) {
    if (isProgram(search.named)) return { program: search.named };
    throw new Problem(
      `livekit-binary names ${search.named}, which is not a program.`,
      'Correct the path or leave the option out.',
    );
  }
  const onPath = onSearchPath('livekit-server', search.path);
  if (onPath !== undefined) return { program: onPath };
  const cached = join(search.cache, 'livekit', `livekit-server-${livekitVersion}`);
  if (isProgram(cached)) return { program: cached };
  const go =
    onSearchPath('go', search.path) ??
    (isProgram('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  const cure = `Install Go 1.${goMinor} or newer and start again, put livekit-server on PATH, or set livekit-url.`;
  if (go === undefined) return { missing: `There is no livekit-server and no Go to build it. ${cure}` };
  const version = /go1\.(\d+)/.exec(spawnSync(go, ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  if (Number(version) < goMinor)
    return { missing: `There is no livekit-server, and Go 1.${version} is too old to build it. ${cure}` };
  const failure = await build(go, cached, search.progress);
  return failure === undefined
    ? { program: cached }
    : { missing: `LiveKit cannot be built: ${failure} ${cure}` };
}

/** Builds into a file of its own and moves it into place, so that a kill in between leaves no half program. */
async function build(
  go: string,
  target: string,
  progress: ProgramSearch['progress'],
): Promise<string | undefined> {
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(join(target, '..'), { recursive: true });
  const started = performance.now();
  progress(`Building LiveKit ${livekitVersion} with Go, once; this takes a minute or two …`);
  const child = spawn(
    go,
    ['build', '-v', '-buildvcs=false', '-trimpath', '-ldflags=-s -w', '-o', unfinished, sourcePackage],
    {
      cwd: join(import.meta.dirname, 'build'),
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: buildPatienceMs,
    },
  );
  let packages = 0;
  let lastLine = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = chunk.toString().trim().split('\n');
    packages += lines.length;
    lastLine = lines.at(-1) ?? lastLine;
  });
  const ticker = setInterval(() => {
    progress(
      `Building LiveKit … ${Math.round((performance.now() - started) / 1000)} s, ${packages} packages`,
    );
  }, 10_000);
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  clearInterval(ticker);
  if (code !== 0) {
    rmSync(unfinished, { force: true });
    return lastLine.slice(0, 300) || 'the Go compiler failed.';
  }
  renameSync(unfinished, target);
  progress(`LiveKit is built (${Math.round((performance.now() - started) / 1000)} s).`);
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function onSearchPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '' && existsSync(folder))
    .map((folder) => join(folder, name))
    .find(isProgram);
}
