import { MachineEngine } from '../encryption/engine.ts';
import { createMatrixClient } from '../client.ts';
import type { MatrixClient } from '../door.ts';
import type { Surroundings } from '../surroundings.ts';
import { openMemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';

export interface TestClient {
  readonly client: MatrixClient;
  readonly store: Store;
  /** Cuts and restores this client's network. */
  network(on: boolean): void;
}

/** The engine in Node: its own store in memory, the crypto machine beside it instead of in a worker. `more` replaces surroundings. */
export async function startTestClient(
  server: string,
  store: Store = openMemoryStore(),
  online = true,
  more: Partial<Surroundings> = {},
): Promise<TestClient> {
  let cable: AbortController | undefined = online ? new AbortController() : undefined;
  let tell: (network: 'back' | 'gone') => void = () => undefined;
  const surroundings: Surroundings = {
    fetch: (input, init) => {
      if (cable === undefined) return Promise.reject(new TypeError('fetch failed'));
      const signals = [cable.signal, ...(init?.signal ? [init.signal] : [])];
      return fetch(input, { ...init, signal: AbortSignal.any(signals) });
    },
    now: () => Date.now(),
    openStore: async () => store,
    persistent: false,
    deleteCryptoStore: async () => undefined,
    startEncryption: async (host) => new MachineEngine(host),
    prepareFile: async (blob) => ({ blob }),
    whenIdle: (work) => void setTimeout(work, 0),
    onNetwork: (listener) => {
      tell = listener;
      return () => undefined;
    },
    origin: server,
    ...more,
  };
  const client = createMatrixClient(surroundings);
  await client.start();
  return {
    client,
    store,
    network(on) {
      cable?.abort();
      cable = on ? new AbortController() : undefined;
      tell(on ? 'back' : 'gone');
    },
  };
}
