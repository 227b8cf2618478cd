// Runs LiveKit as a child of the server, or points to one that runs elsewhere.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isLoopback } from '../config/configuration.ts';
import type { Configuration } from '../config/configuration.ts';
import { keptSecret } from '../keys/secrets.ts';
import type { Log } from '../log.ts';
import { claimPort, freeTcpPort } from './ports.ts';
import { findProgram } from './program.ts';
import type { LivekitKeys } from './settings.ts';
import { livekitSettings } from './settings.ts';

export interface Livekit {
  /** Where this server reaches its API, as http://… or https://…. */
  readonly apiUrl: string;
  readonly keys: LivekitKeys;
  /** Whether LiveKit answers now. */
  healthy(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface LivekitOptions {
  readonly configuration: Configuration;
  /** The data folder, absolute. */
  readonly data: string;
  /** Where LiveKit tells this server what happens in rooms. */
  readonly webhookUrl: string;
  readonly cache: string;
  readonly log: Log;
  readonly progress: (line: string) => void;
}

const readyPatienceMs = 15_000;
const restartDelaysMs = [200, 1000, 2000, 5000, 10_000, 30_000];
/** An uptime after which earlier failures are forgotten. */
const steadyMs = 60_000;

/**
 * Starts or finds LiveKit.
 * @returns the running LiveKit, or a sentence why meetings are off and how to turn them on
 * @throws Problem when what the operator configured cannot be done
 */
export async function startLivekit(options: LivekitOptions): Promise<Livekit | { readonly off: string }> {
  const { meetings } = options.configuration;
  const { 'livekit-url': url, 'livekit-key': key, 'livekit-secret': secret } = meetings;
  if (url !== undefined && key !== undefined && secret !== undefined) {
    const apiUrl = url.replace(/^ws/, 'http');
    return { apiUrl, keys: { key, secret }, healthy: () => answers(apiUrl), stop: () => Promise.resolve() };
  }
  const found = await findProgram({
    named: meetings['livekit-binary'],
    cache: options.cache,
    path: process.env['PATH'] ?? '',
    progress: options.progress,
  });
  if ('missing' in found) return { off: found.missing };
  return runLivekit(found.program, options);
}

async function runLivekit(
  program: string,
  options: LivekitOptions,
): Promise<Livekit | { readonly off: string }> {
  const { configuration, data, log } = options;
  const folder = join(data, 'livekit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settingsFile = join(folder, 'livekit.yaml');
  endLeftover(join(folder, 'livekit.pid'), settingsFile);
  const keys = { key: keptSecret(data, 'livekit-key', 9), secret: keptSecret(data, 'livekit-secret', 32) };
  const local = isLoopback(configuration.server.host);
  const {
    'livekit-tcp-port': tcp,
    'livekit-udp-port': udp,
    'turn-udp-port': turnUdp,
  } = configuration.meetings;
  const ports = {
    signalling: await freeTcpPort(),
    tcp: await claimPort('tcp', tcp, local, 'livekit-tcp-port'),
    udp: await claimPort('udp', udp, local, 'livekit-udp-port'),
    turnUdp: await claimPort('udp', turnUdp, local, 'turn-udp-port'),
  };
  const settings = livekitSettings({
    host: configuration.server.host,
    meetings: configuration.meetings,
    ports,
    keys,
    webhookUrl: options.webhookUrl,
  });
  writeFileSync(settingsFile, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });

  const apiUrl = `http://127.0.0.1:${ports.signalling}`;
  const supervisor = supervise(program, settingsFile, join(folder, 'livekit.pid'), log);
  const started = performance.now();
  while (!(await answers(apiUrl))) {
    if (supervisor.failures() > 2 || performance.now() - started > readyPatienceMs) {
      await supervisor.stop();
      return {
        off: `LiveKit does not start: ${supervisor.lastWords()}. Its settings are in ${settingsFile}.`,
      };
    }
    await wait(25);
  }
  return { apiUrl, keys, healthy: () => answers(apiUrl), stop: supervisor.stop };
}

interface Supervisor {
  failures(): number;
  lastWords(): string;
  stop(): Promise<void>;
}

function supervise(program: string, settingsFile: string, pidFile: string, log: Log): Supervisor {
  let child: ChildProcess | undefined;
  let stopping = false;
  let failures = 0;
  let lastWords = 'no reason given';

  const listen = (chunk: Buffer): void => {
    for (const line of chunk.toString().trim().split('\n').slice(-20)) {
      lastWords = readable(line) || lastWords;
      log.debug('livekit', { line: line.slice(0, 2000) });
    }
  };
  const run = (): void => {
    const started = performance.now();
    const current = spawn(program, ['--config', settingsFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' },
    });
    child = current;
    if (current.pid !== undefined) writeFileSync(pidFile, String(current.pid), { mode: 0o600 });
    current.stdout.on('data', listen);
    current.stderr.on('data', listen);
    current.on('error', (error) => (lastWords = error.message));
    current.on('close', (code, signal) => {
      if (child === current) child = undefined;
      if (stopping) return;
      failures = performance.now() - started > steadyMs ? 1 : failures + 1;
      const delayMs = restartDelaysMs[Math.min(failures - 1, restartDelaysMs.length - 1)] ?? 30_000;
      log.warn('LiveKit ended and is started again', { code, signal, delayMs, reason: lastWords });
      setTimeout(() => {
        if (!stopping) run();
      }, delayMs).unref();
    });
  };
  run();
  return {
    failures: () => failures,
    lastWords: () => lastWords,
    async stop() {
      stopping = true;
      const current = child;
      rmSync(pidFile, { force: true });
      if (current === undefined || current.exitCode !== null || current.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => current.once('close', () => resolve()));
      // The first signal lets calls run out, the second ends them.
      current.kill('SIGTERM');
      const timers = [
        setTimeout(() => current.kill('SIGTERM'), 200),
        setTimeout(() => current.kill('SIGKILL'), 1500),
      ];
      await ended;
      timers.forEach(clearTimeout);
    },
  };
}

/** The message of a JSON log line, or the line. */
function readable(line: string): string {
  try {
    const entry = JSON.parse(line) as { msg?: string; error?: string };
    return [entry.msg, entry.error].filter((part) => part !== undefined).join(': ');
  } catch {
    return line.trim().slice(0, 300);
  }
}

/** A server that was killed alone leaves its LiveKit running, with the ports; it is known by the settings file it was given. */
function endLeftover(pidFile: string, settingsFile: string): void {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  rmSync(pidFile, { force: true });
  const commandLine = `/proc/${pid}/cmdline`;
  if (!Number.isInteger(pid) || pid < 2 || !existsSync(commandLine)) return;
  if (readFileSync(commandLine, 'utf8').split('\0').includes(settingsFile)) process.kill(pid, 'SIGKILL');
}

/** LiveKit answers its root with 200 when its node is up to date. */
async function answers(apiUrl: string): Promise<boolean> {
  try {
    const response = await fetch(apiUrl, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
