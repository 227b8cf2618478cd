// `npm start`: runs the server until it is told to stop.

import { join } from 'node:path';
import { compose } from '../compose.ts';
import type { Majlis } from '../compose.ts';
import { loadConfiguration } from '../config/configuration.ts';
import { demoAccounts, demoPassword } from '../demo/content.ts';
import { createLog } from '../log.ts';
import type { Log } from '../log.ts';

const root = join(import.meta.dirname, '../../..');

/** After this the process ends whatever still hangs; the next start repairs what was cut. */
const stopPatienceMs = 4500;

/** Starts the server, prints the line that tools wait for, and arms the signals. */
export async function serve(args: readonly string[]): Promise<void> {
  const configuration = loadConfiguration({ args, env: process.env });
  const { server } = configuration;
  const log = createLog({
    level: server['log-level'],
    json: server['log-json'],
    write: (line) => process.stderr.write(line),
  });
  const stopping = armSignals(log);
  const majlis = await compose({
    configuration,
    root,
    log,
    progress: (line) => console.log(line),
    webApp: server['web-app'],
  });
  stopping.whenReady(majlis);
  if (majlis.firstAccountLink !== undefined) {
    console.log(
      `Nobody has an account yet. Make the first, an administrator, here (works once, for a day): ${majlis.firstAccountLink}`,
    );
  }
  if (server.profile === 'demo')
    console.log(
      `Sign in as ${demoAccounts.map(({ username }) => username).join(', ')} with the password ${demoPassword}.`,
    );
  console.log(`Majlis is ready at ${majlis.url}`);
}

/** SIGTERM and Ctrl-C end the server in order, also while it is still starting; a second one ends it at once. */
function armSignals(log: Log): { whenReady(majlis: Majlis): void } {
  let running: Majlis | undefined;
  let asked = false;
  const end = async (): Promise<void> => {
    setTimeout(() => process.exit(0), stopPatienceMs).unref();
    await running?.stop();
    process.exit(process.exitCode ?? 0);
  };
  const onSignal = (): void => {
    if (asked) process.exit(1);
    asked = true;
    console.log('Stopping …');
    if (running !== undefined) void end();
    // Still starting: whenReady ends it, or this does when the start takes longer.
    else setTimeout(() => process.exit(0), stopPatienceMs).unref();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', onSignal);
  process.on('unhandledRejection', (reason) =>
    log.error('a promise was rejected and nobody listened', { reason: describe(reason) }),
  );
  process.on('uncaughtException', (error) => {
    log.error('an error nobody caught; the server ends', { reason: describe(error) });
    process.exitCode = 1;
    if (!asked) void end();
    asked = true;
  });
  return {
    whenReady(majlis) {
      running = majlis;
      if (asked) void end();
    },
  };
}

function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
