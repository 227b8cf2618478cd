import type { EncryptionEngine, EngineHost } from './engine-contract.ts';
import { MachineEngine } from './engine.ts';
import { Line } from './line.ts';
import { loadCryptoModule } from './load-module.ts';
import type { Port } from './line.ts';

// The crypto machine's own thread: nothing it does may hold up the screen.

const line = new Line(globalThis as unknown as Port, (name, args) => {
  const method = engine[name as keyof EncryptionEngine] as (...values: readonly unknown[]) => unknown;
  return method.apply(engine, [...args]);
});

const host: EngineHost = {
  request: (method, path, body) =>
    line.call('request', [method, path, body]) as ReturnType<EngineHost['request']>,
  sendRoomEvent: (roomId, type, content, txnId) =>
    line.call('sendRoomEvent', [roomId, type, content, txnId]) as Promise<string>,
  emit: (event) => void line.call('emit', [event]),
};

const engine = new MachineEngine(host, loadCryptoModule);
