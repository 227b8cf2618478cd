// Starts the composed server inside the test's own process, on a free port, with a database and a data folder of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../compose.ts';
import { loadConfiguration } from '../config/configuration.ts';
import { createLog } from '../log.ts';
import type { LogLevel } from '../log.ts';
import { createTestDatabase } from './test-cluster.ts';

export interface StartOptions {
  /** Run LiveKit and offer meetings. Default no. */
  readonly meetings?: boolean;
  /** Build and serve the web app. Default no. */
  readonly webApp?: boolean;
  /** Further options of the command line, e.g. `['--upload-limit', '64k']`. */
  readonly args?: readonly string[];
  /** Default open: anyone registers with m.login.dummy, no rate limits. */
  readonly profile?: 'open' | 'demo' | 'none';
  readonly logLevel?: LogLevel;
}

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly serverName: string;
  /** The data folder. */
  readonly data: string;
  readonly databaseUrl: string;
  /** Stops the server and forgets its data. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '../../..');

/** Starts a server; call `stop` in an `after` hook. */
export async function startMajlis(options: StartOptions = {}): Promise<TestServer> {
  const { meetings = false, webApp = false, args = [], profile = 'open', logLevel = 'error' } = options;
  const database = await createTestDatabase();
  const data = mkdtempSync(join(tmpdir(), 'majlis-test-'));
  const forget = async (): Promise<void> => {
    await database.drop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const ports = [
      '--port',
      '0',
      '--livekit-tcp-port',
      '0',
      '--livekit-udp-port',
      '0',
      '--turn-udp-port',
      '0',
    ];
    const configuration = loadConfiguration({
      args: [
        ...ports,
        '--data',
        data,
        '--database-url',
        database.url,
        '--log-level',
        logLevel,
        ...(profile === 'none' ? [] : ['--profile', profile]),
        meetings ? '--meetings' : '--no-meetings',
        ...args,
      ],
      env: {},
    });
    const log = createLog({ level: logLevel, json: false, write: (line) => process.stderr.write(line) });
    const majlis = await compose({ configuration, root, log, progress: () => undefined, webApp });
    return {
      url: majlis.url,
      serverName: majlis.serverName,
      data,
      databaseUrl: database.url,
      async stop() {
        await majlis.stop();
        await forget();
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}
