// The database the server uses: the operator's when one is named, otherwise the one that comes along.

import type { Log } from '../log.ts';
import { checkExternal } from './administration.ts';

export interface RunningDatabase {
  readonly connectionString: string;
  /** Whether the process runs that this server is responsible for; a database elsewhere counts as running. */
  running(): boolean;
  stop(): Promise<void>;
}

/** Makes the database ready for connections. @throws Problem */
export async function startDatabase(options: {
  readonly url: string | undefined;
  readonly data: string;
  readonly connections: number;
  readonly log: Log;
  readonly progress: (line: string) => void;
}): Promise<RunningDatabase> {
  if (options.url !== undefined) {
    await checkExternal(options.url);
    return { connectionString: options.url, running: () => true, stop: () => Promise.resolve() };
  }
  // Only a server that runs its own database loads the code for it.
  const { startCluster } = await import('./cluster.ts');
  const cluster = await startCluster({ ...options, connections: options.connections + 8 });
  return { connectionString: cluster.address('majlis'), running: cluster.running, stop: cluster.stop };
}
