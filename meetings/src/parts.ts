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

export interface MeetingsOptions {
  readonly serverName: string;
  /** Where LiveKit's API is reached from here, `http://…`. */
  readonly livekitApiUrl: string;
  readonly livekitKey: string;
  readonly livekitSecret: string;
  /** Where browsers reach LiveKit, `ws://…` or `wss://…`. */
  readonly livekitPublicUrl: string;
  /** Where the homeserver is reached from here, to ask whose token it is. */
  readonly homeserverUrl: string;
  /** Trust the last X-Forwarded-For entry. */
  readonly trustProxy: boolean;
  readonly rateLimits: boolean;
}

/** Everything the meetings room needs from outside. */
export interface MeetingsParts {
  readonly options: MeetingsOptions;
  readonly storage: Pick<Storage, 'meetings' | 'rooms' | 'stream' | 'ping'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** For the homeserver only. */
  readonly fetch: typeof fetch;
}
