// The only wiring: makes each part, hands it what it needs, and puts them behind one address.

import { join } from 'node:path';
import { createHomeserver } from '@majlis/homeserver';
import type { Storage } from '@majlis/storage';
import { openStorage } from '@majlis/storage/postgres';
import type { Configuration } from './config/configuration.ts';
import { keptServerName, lockDataFolder, prepareDataFolder } from './data-folder.ts';
import { startDatabase } from './database/database.ts';
import type { RunningDatabase } from './database/database.ts';
import { livekitProxy } from './http/livekit-proxy.ts';
import { healthRoute, metricsRoute, nothingRoute } from './http/operator.ts';
import type { PartHealth } from './http/operator.ts';
import { createHttpServer } from './http/server.ts';
import { createCrypto, serverSigningKey } from './keys/crypto.ts';
import { keptSecret } from './keys/secrets.ts';
import { startLivekit } from './livekit/livekit.ts';
import type { Livekit } from './livekit/livekit.ts';
import type { Log } from './log.ts';
import { openBlobs } from './media/blobs.ts';
import { createMetrics } from './metrics/metrics.ts';
import { issueRegistrationToken, registrationLink } from './operator/registration-tokens.ts';
import { openOperatorSocket } from './operator/socket.ts';
import { Problem } from './problem.ts';
import { clock, random, scheduler } from './real-world.ts';
import { ownUrl, settingsOf } from './settings.ts';
import { ensureWebApp } from './web-app/build.ts';
import { webAppRoute } from './web-app/files.ts';

export interface ComposeOptions {
  readonly configuration: Configuration;
  /** Root of the repository. */
  readonly root: string;
  readonly log: Log;
  /** Shown to whoever waits for the start. */
  readonly progress: (line: string) => void;
  /** Whether to build and serve the web app; tests of the API alone do without. */
  readonly webApp: boolean;
}

export interface Majlis {
  /** Where it is reached on this machine, without a slash at the end. */
  readonly url: string;
  readonly serverName: string;
  /** While nobody has an account and registration is closed: where the first one, an administrator, is made. It works once. */
  readonly firstAccountLink: string | undefined;
  /** Ends everything in order, in less than five seconds. */
  stop(): Promise<void>;
}

const openConnectionsPatienceMs = 1000;
const storagePatienceMs = 5000;

/** Starts the whole server. When a part fails, those that already run are ended. @throws Problem */
export async function compose(options: ComposeOptions): Promise<Majlis> {
  const endings: (() => Promise<void>)[] = [];
  const endAll = async (): Promise<void> => {
    for (const end of endings.splice(0).toReversed()) {
      await end().catch((error: unknown) =>
        options.log.error('a part did not end in order', { reason: String(error) }),
      );
    }
  };
  try {
    return { ...(await start(options, endings)), stop: endAll };
  } catch (error) {
    await endAll();
    throw error;
  }
}

async function start(
  options: ComposeOptions,
  endings: (() => Promise<void>)[],
): Promise<Omit<Majlis, 'stop'>> {
  const { configuration, log } = options;
  const { server } = configuration;
  const data = prepareDataFolder(server.data);
  const settings = settingsOf(configuration);
  const metrics = createMetrics();
  const http = createHttpServer(metrics.request);

  // The port first: that it is taken should be known before anything long begins.
  const port = await http.listen(server.port, server.host);
  endings.push(() => http.ended(openConnectionsPatienceMs));
  const unlock = lockDataFolder(data);
  endings.push(() => Promise.resolve(unlock()));
  const url = ownUrl(server.host, port);
  const publicUrl = server['public-url'] ?? url;
  const serverName = keptServerName(data, server['server-name'], `localhost:${port}`);

  const { database, livekit, dist } = await startNeighbours(options, data, url, endings);
  const storage = await openOwnStorage(database, configuration);
  endings.push(() => storage.close());
  const issueToken = (makesAdmin: boolean): Promise<string> =>
    issueRegistrationToken(storage, clock.now(), makesAdmin);
  const homeserver = createHomeserver({
    options: {
      serverName,
      publicBaseUrl: publicUrl,
      registration: settings.registration,
      rateLimits: settings.rateLimits,
      uploadLimitBytes: configuration.media['upload-limit'],
      imageLimitPixels: configuration.media['image-pixels-max'],
      trustProxy: server['trust-proxy'],
      livekitServiceUrl: 'off' in livekit ? undefined : `${publicUrl}/livekit/jwt`,
    },
    storage,
    blobs: await openBlobs(configuration.media, data),
    crypto: createCrypto(),
    signingKey: serverSigningKey(data, serverName),
    clock,
    random,
    scheduler,
    log,
    fetch,
  });
  await homeserver.start();
  endings.push(() => homeserver.stop());

  const health = async (): Promise<Record<string, PartHealth>> => ({
    database: await healthOf(storage.ping()),
    homeserver: await healthOf(homeserver.health()),
    meetings: 'off' in livekit ? { ok: false, off: true } : { ok: await livekit.healthy() },
    web: dist === undefined ? { ok: false, off: true } : { ok: true },
  });
  http.serve([
    dist === undefined ? nothingRoute : webAppRoute(dist, publicUrl.startsWith('https:')),
    { prefix: '/_matrix', handle: homeserver.handle },
    { prefix: '/.well-known/matrix', handle: homeserver.handle },
    healthRoute(health),
    metricsRoute(metrics, health, keptSecret(data, 'metrics-token', 24)),
    livekitProxy(() => ('off' in livekit ? undefined : livekit.apiUrl), new URL(publicUrl).origin),
  ]);
  endings.push(
    await openOperatorSocket(data, {
      issueToken: async (makesAdmin) => ({ token: await issueToken(makesAdmin), publicUrl, url }),
    }),
  );
  if ('off' in livekit && settings.meetings) log.warn(`Meetings are off. ${livekit.off}`);
  if (server.profile === 'demo') {
    const { seedDemo } = await import('./demo/seed.ts');
    await seedDemo({ url, data, serverName, issueToken: () => issueToken(false) });
  }
  const lonely = settings.registration === 'closed' && (await storage.accounts.count()) === 0;
  const firstAccountLink = lonely ? registrationLink(publicUrl, await issueToken(true)) : undefined;
  return { url, serverName, firstAccountLink };
}

interface Neighbours {
  readonly database: RunningDatabase;
  readonly livekit: Livekit | { readonly off: string };
  readonly dist: string | undefined;
}

/** Starts what runs beside the server, all at once. */
async function startNeighbours(
  options: ComposeOptions,
  data: string,
  url: string,
  endings: (() => Promise<void>)[],
): Promise<Neighbours> {
  const { configuration, root, log, progress } = options;
  const started = await Promise.allSettled([
    startDatabase({
      url: configuration.database['database-url'],
      data,
      connections: configuration.database['database-connections'],
      log,
      progress,
    }),
    settingsOf(configuration).meetings
      ? startLivekit({
          configuration,
          data,
          webhookUrl: `${url}/_majlis/meetings/webhook`,
          cache: join(root, '.cache'),
          log,
          progress,
        })
      : Promise.resolve({ off: 'They are turned off; --meetings turns them on.' }),
    options.webApp ? ensureWebApp(root, progress) : Promise.resolve(undefined),
  ]);
  const [database, livekit, dist] = started;
  if (database.status === 'fulfilled') endings.push(() => database.value.stop());
  if (livekit.status === 'fulfilled' && !('off' in livekit.value)) {
    const running = livekit.value;
    endings.push(() => running.stop());
  }
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { database: valueOf(database), livekit: valueOf(livekit), dist: valueOf(dist) };
}

function valueOf<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}

/** Opens the storage and brings its schema up to date. A server that was just killed may hold it for another moment. */
async function openOwnStorage(
  database: RunningDatabase,
  { database: options }: Configuration,
): Promise<Storage> {
  const started = performance.now();
  for (;;) {
    try {
      const storage = await openStorage({
        connectionString: database.connectionString,
        poolSize: options['database-connections'],
      });
      try {
        await storage.migrate();
      } catch (error) {
        await storage.close();
        throw error;
      }
      return storage;
    } catch (error) {
      const inUse = error instanceof Error && error.name === 'StorageInUse';
      if (!inUse || performance.now() - started > storagePatienceMs) throw storageProblem(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function storageProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'StorageInUse') {
    return new Problem(
      'Another Majlis is running on this database.',
      'Stop it first, or choose another --data or DATABASE_URL.',
    );
  }
  if (error.name === 'SchemaTooNew') {
    return new Problem(
      'The data were written by a newer version of Majlis.',
      'Start that version, or restore a backup made by this one.',
    );
  }
  if (error.name === 'StorageUnavailable') {
    return new Problem(
      `The database cannot be used: ${error.message}.`,
      'Check that it runs, that its disk has room, and that the account may create tables.',
    );
  }
  return error;
}

async function healthOf(answer: Promise<unknown>): Promise<PartHealth> {
  try {
    await answer;
    return { ok: true };
  } catch {
    return { ok: false };
  }
}
