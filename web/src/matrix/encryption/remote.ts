import { MatrixError } from '../errors.ts';
import type { EncryptionEngine, EngineHost, StartEncryption } from './engine-contract.ts';
import { Line } from './line.ts';

/** Starts the crypto worker and answers the engine behind it. Loaded when the room list is on the screen. */
export const startEncryptionWorker: StartEncryption = async (host) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'crypto' });
  const line = new Line(worker, (name, args) => callHost(host, name, args));
  worker.addEventListener('error', (event) => {
    line.break(
      new MatrixError('encryption', event.message === '' ? 'The crypto worker failed.' : event.message),
    );
  });
  return new Proxy({} as EncryptionEngine, {
    get(_target, name) {
      // An object that answers `then` would be taken for a promise.
      if (typeof name !== 'string' || name === 'then') return undefined;
      return async (...args: unknown[]) => {
        try {
          return await line.call(name, args);
        } finally {
          if (name === 'stop') worker.terminate();
        }
      };
    },
  });
};

function callHost(host: EngineHost, name: string, args: readonly unknown[]): unknown {
  const method = host[name as keyof EngineHost] as (...values: readonly unknown[]) => unknown;
  return method.apply(host, [...args]);
}
