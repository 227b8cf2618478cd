// The only wiring: makes each part, hands it what it needs, and puts them behind one address.

import { createHomeserver } from '@majlis/homeserver';
import type { Homeserver } from '@majlis/homeserver';
import { createMeetings } from '@majlis/meetings';
import type { Meetings } from '@majlis/meetings';
import type { Storage } from '@majlis/storage';
import type { ComposeOptions } from './compose-options.ts';
import type { Configuration } from './config/configuration.ts';
import { keptServerName, lockDataFolder, prepareDataFolder } from './data-folder.ts';
import { livekitProxy } from './http/livekit-proxy.ts';
import { healthRoute, metricsRoute, nothingRoute } from './http/operator.ts';
import type { PartHealth } from './http/operator.ts';
import { createHttpServer } from './http/server.ts';
import { createCrypto, serverSigningKey } from './keys/crypto.ts';
import { keptSecret } from './keys/secrets.ts';
import { openBlobs } from './media/blobs.ts';
import type { Livekit } from './livekit/livekit.ts';
import { createMetrics } from './metrics/metrics.ts';
import { issueRegistrationToken, registrationLink } from './operator/registration-tokens.ts';
import { openOperatorSocket } from './operator/socket.ts';
import { startNeighbours } from './neighbours.ts';
import { openOwnStorage } from './database/storage.ts';
import { clock, random, scheduler } from './real-world.ts';
import { ownUrl, settingsOf } from './settings.ts';
import { accentStyleSheet } from './web-app/accent.ts';
import { webAppRoute } from './web-app/files.ts';

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
const healthPatienceMs = 2000;

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
  const address: Address = { url, publicUrl, serverName };
  const homeserver = await makeHomeserver(options, { data, storage, meetings: !('off' in livekit), address });
  endings.push(async () => {
    http.close();
    await homeserver.stop();
    await http.ended(openConnectionsPatienceMs);
  });
  await homeserver.start();
  const meetings = 'off' in livekit ? undefined : makeMeetings(options, { storage, livekit, address });
  if (meetings !== undefined) {
    endings.push(() => meetings.stop());
    await meetings.start();
  }

  const health = async (): Promise<Record<string, PartHealth>> => ({
    database: await healthOf(storage.ping()),
    homeserver: await healthOf(homeserver.health()),
    meetings: 'off' in livekit ? { ok: false, off: true } : { ok: await livekit.healthy() },
    web: dist === undefined ? { ok: false, off: true } : { ok: true },
  });
  http.serve([
    dist === undefined
      ? nothingRoute
      : webAppRoute(dist, publicUrl.startsWith('https:'), accentStyleSheet(configuration.appearance.accent)),
    { prefix: '/_matrix', handle: homeserver.handle },
    { prefix: '/.well-known/matrix', handle: homeserver.handle },
    ...(meetings === undefined
      ? []
      : ['/_majlis/meetings', '/livekit/jwt'].map((prefix) => ({ prefix, handle: meetings.handle }))),
    healthRoute(health),
    metricsRoute(metrics, health, keptSecret(data, 'metrics-token', 24)),
    livekitProxy(() => ('off' in livekit ? undefined : livekit.apiUrl), new URL(publicUrl).origin),
  ]);
  const firstAccountLink = await greetOperator(options, endings, { data, storage, address });
  if ('off' in livekit && settings.meetings) log.warn(`Meetings are off. ${livekit.off}`);
  return { url, serverName, firstAccountLink };
}

interface Address {
  readonly url: string;
  readonly publicUrl: string;
  readonly serverName: string;
}

async function makeHomeserver(
  { configuration, log }: ComposeOptions,
  {
    data,
    storage,
    meetings,
    address,
  }: { data: string; storage: Storage; meetings: boolean; address: Address },
): Promise<Homeserver> {
  const { registration, rateLimits } = settingsOf(configuration);
  const { serverName, publicUrl } = address;
  return createHomeserver({
    options: {
      serverName,
      publicBaseUrl: publicUrl,
      registration,
      rateLimits,
      uploadLimitBytes: configuration.media['upload-limit'],
      imageLimitPixels: configuration.media['image-pixels-max'],
      pushGateways: configuration.contacts['push-gateways'],
      support: supportOf(configuration),
      trustProxy: configuration.server['trust-proxy'],
      livekitServiceUrl: meetings ? `${publicUrl}/livekit/jwt` : undefined,
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
}

function makeMeetings(
  { configuration, log }: ComposeOptions,
  { storage, livekit, address }: { storage: Storage; livekit: Livekit; address: Address },
): Meetings {
  return createMeetings({
    options: {
      serverName: address.serverName,
      livekitApiUrl: livekit.apiUrl,
      livekitKey: livekit.keys.key,
      livekitSecret: livekit.keys.secret,
      livekitPublicUrl: `${address.publicUrl.replace(/^http/, 'ws')}/livekit/sfu`,
      homeserverUrl: address.url,
      trustProxy: configuration.server['trust-proxy'],
      rateLimits: settingsOf(configuration).rateLimits,
    },
    storage,
    clock,
    random,
    scheduler,
    log,
    fetch,
  });
}

/** How people reach the operator, if that was said. */
function supportOf({
  contacts,
}: Configuration): { email: string | undefined; page: string | undefined } | undefined {
  const { 'support-email': email, 'support-page': page } = contacts;
  return email === undefined && page === undefined ? undefined : { email, page };
}

/** Opens the operator's door, seeds the demo, and makes the link for the first account. @returns that link, if it is needed */
async function greetOperator(
  { configuration }: ComposeOptions,
  endings: (() => Promise<void>)[],
  { data, storage, address }: { data: string; storage: Storage; address: Address },
): Promise<string | undefined> {
  const { url, publicUrl, serverName } = address;
  const issueToken = (makesAdmin: boolean): Promise<string> =>
    issueRegistrationToken(storage, clock.now(), makesAdmin);
  endings.push(
    await openOperatorSocket(data, {
      issueToken: async (makesAdmin) => ({ token: await issueToken(makesAdmin), publicUrl, url }),
    }),
  );
  if (configuration.server.profile === 'demo') {
    const { seedDemo } = await import('./demo/seed.ts');
    await seedDemo({ url, data, serverName, issueToken: () => issueToken(false) });
  }
  const lonely =
    settingsOf(configuration).registration === 'closed' && (await storage.accounts.count()) === 0;
  return lonely ? registrationLink(publicUrl, await issueToken(true)) : undefined;
}

/** A part that does not answer in time does not work. */
async function healthOf(answer: Promise<unknown>): Promise<PartHealth> {
  let late: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error('it does not answer')), healthPatienceMs);
  });
  try {
    await Promise.race([answer, patience]);
    return { ok: true };
  } catch {
    return { ok: false };
  } finally {
    clearTimeout(late);
  }
}
