import type { Crypto, SigningKey } from '@majlis/protocol';
import type { Storage } from '@majlis/storage';

/** Milliseconds since 1970. */
export interface Clock {
  now(): number;
}

export interface Random {
  bytes(count: number): Uint8Array;
}

/** Runs `work` after `ms`; the answer cancels it. */
export interface Scheduler {
  after(ms: number, work: () => void): () => void;
}

export interface Log {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Where the bytes of uploaded media are kept. Keys are our own random names. */
export interface MediaBlobs {
  /** Stores a stream; answers its size in bytes. Nothing is kept when the stream fails or passes `limit` (rejects with RangeError). */
  put(key: string, source: AsyncIterable<Uint8Array>, limit: number): Promise<number>;
  /** Bytes `start` to `end` inclusive; undefined when there is no such blob. */
  get(key: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array> | undefined>;
  delete(key: string): Promise<void>;
}

export interface HomeserverOptions {
  /** The name in user ids and events; cannot change later. */
  readonly serverName: string;
  /** Where clients reach this server, e.g. `https://majlis.example`. */
  readonly publicBaseUrl: string;
  /** 'closed': only with a registration token; 'open': anyone with m.login.dummy. */
  readonly registration: 'closed' | 'open';
  readonly rateLimits: boolean;
  readonly uploadLimitBytes: number;
  /** Largest picture accepted for thumbnails, in pixels. */
  readonly imageLimitPixels: number;
  /** Trust the last X-Forwarded-For entry (set when a proxy on this machine terminates TLS). */
  readonly trustProxy: boolean;
  /** Origins of the push gateways that may be contacted, e.g. `https://push.example`; no other host ever is. */
  readonly pushGateways: readonly string[];
  /** How people reach the operator, for `/.well-known/matrix/support`; undefined: unsaid. */
  readonly support: { readonly email: string | undefined; readonly page: string | undefined } | undefined;
  /** Where calls find their LiveKit token service; undefined: meetings are off. */
  readonly livekitServiceUrl: string | undefined;
}

/** Everything the homeserver needs from outside. */
export interface HomeserverParts {
  readonly options: HomeserverOptions;
  readonly storage: Storage;
  readonly blobs: MediaBlobs;
  readonly crypto: Crypto;
  readonly signingKey: SigningKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Only for hosts that the operator named: push gateways. */
  readonly fetch: typeof fetch;
}
