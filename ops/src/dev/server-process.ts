// Starts the server as an operator would: a process of its own, which can be told to stop or be killed with its whole group.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface ServerProcess {
  /** From the ready line. */
  readonly url: string;
  readonly pid: number;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Sends a signal to the process alone. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal to the whole process group: the server, its database, its LiveKit. */
  signalGroup(name: NodeJS.Signals): void;
  /** Resolves with exit code or signal when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** The server ended before it was ready. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
  readonly code: number | null;
  readonly output: string;

  constructor(code: number | null, output: string) {
    super(`the server ended with code ${code ?? 'none'} before it was ready:\n${output}`);
    this.code = code;
    this.output = output;
  }
}

const root = join(import.meta.dirname, '../../..');
const readyPatienceMs = 120_000;

/**
 * Runs `serve` with the given options and waits for the ready line.
 * @throws StartFailed when it ends before, or does not become ready in two minutes
 */
export async function startServerProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(root, 'ops/majlis.js'), 'serve', ...args], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
  });
  let output = '';
  const { pid } = child;
  if (pid === undefined) throw new StartFailed(null, 'the process could not be started');
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      process.kill(-pid, 'SIGKILL');
      reject(new StartFailed(null, `${output}\n(not ready after two minutes)`));
    }, readyPatienceMs);
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      const ready = /^Majlis is ready at (\S+)$/m.exec(output)?.[1];
      if (ready === undefined) return;
      clearTimeout(late);
      resolve(ready);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('close', (code) => {
      clearTimeout(late);
      reject(new StartFailed(code, output));
    });
  });
  return {
    url,
    pid,
    output: () => output,
    signal: (name) => void child.kill(name),
    signalGroup: (name) => void process.kill(-pid, name),
    ended,
  };
}
