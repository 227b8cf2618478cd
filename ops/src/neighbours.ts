// What runs beside the server: its database, LiveKit, and the build of the web app. They start at once.

import { join } from 'node:path';
import type { ComposeOptions } from './compose-options.ts';
import { startDatabase } from './database/database.ts';
import type { RunningDatabase } from './database/database.ts';
import { startLivekit } from './livekit/livekit.ts';
import type { Livekit } from './livekit/livekit.ts';
import { settingsOf } from './settings.ts';
import { ensureWebApp } from './web-app/build.ts';

export interface Neighbours {
  readonly database: RunningDatabase;
  readonly livekit: Livekit | { readonly off: string };
  readonly dist: string | undefined;
}

/** Starts what runs beside the server, all at once. */
export async function startNeighbours(
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
