import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RealServer {
  readonly url: string;
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../../../ops/src/cli.ts');

/** Starts the server as `npm start` does, open to all, with data of its own that is deleted at the end. */
export async function startRealServer(options: readonly string[] = []): Promise<RealServer> {
  const data = mkdtempSync(join(tmpdir(), 'majlis-web-'));
  const args = ['serve', '--profile', 'open', '--port', '0', '--data', data, ...options];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const ready = /^Majlis is ready at (\S+)$/m.exec(printed)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    child.once('close', () => reject(new Error(`The server ended before it was ready:\n${printed}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}
