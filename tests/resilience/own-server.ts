import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';

/** Starts servers one after another on the same data, as an operator would; what still runs at the end of the file is killed. */
export class OwnServer {
  readonly #data: string;
  readonly #options: readonly string[];
  readonly #running = new Set<ServerProcess>();

  constructor(name: string, ...options: string[]) {
    const base = mkdtempSync(join(tmpdir(), `majlis-${name}-`));
    this.#data = join(base, 'data');
    this.#options = options;
    after(async () => {
      for (const server of this.#running) await this.kill(server);
      rmSync(base, { recursive: true, force: true });
    });
  }

  async start(...more: string[]): Promise<ServerProcess> {
    const where = ['--port', '0', '--server-name', 'localhost:1', '--data', this.#data];
    const server = await startServerProcess([
      ...where,
      '--profile',
      'open',
      '--no-web-app',
      ...this.#options,
      ...more,
    ]);
    this.#running.add(server);
    void server.ended.then(() => this.#running.delete(server));
    return server;
  }

  /** With its database, in an instant. */
  async kill(server: ServerProcess): Promise<void> {
    server.signalGroup('SIGKILL');
    await server.ended;
  }
}
