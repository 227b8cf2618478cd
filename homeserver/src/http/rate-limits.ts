import type { Clock } from '../parts.ts';
import type { RateName } from './endpoint.ts';
import { limitExceeded } from './errors.ts';

/** A bucket of `burst` tokens that refills at `perSecond`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export type Rates = Readonly<Record<RateName, Rate>>;

/** Ordinary human use never meets these; scripts do. Messages leave room for the burst of keys at a call's start. */
export const defaultRates: Rates = {
  login: { perSecond: 0.2, burst: 10 },
  register: { perSecond: 0.1, burst: 5 },
  message: { perSecond: 5, burst: 60 },
  invite: { perSecond: 0.5, burst: 20 },
  join: { perSecond: 0.5, burst: 20 },
  upload: { perSecond: 1, burst: 30 },
  keys: { perSecond: 10, burst: 100 },
  search: { perSecond: 2, burst: 20 },
};

const buckets_max = 50_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets by endpoint kind and by account, or by address where there is none. */
export class RateLimits {
  readonly #rates: Rates | undefined;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  /** @param rates undefined: no limits at all. */
  constructor(rates: Rates | undefined, clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
  }

  /** Takes one token. @throws MatrixError 429 with the wait in milliseconds. */
  take(name: RateName, who: string): void {
    if (this.#rates === undefined) return;
    const rate = this.#rates[name];
    const key = `${name} ${who}`;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, at: now };
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond);
    bucket.at = now;
    // Reinserting keeps the map in order of use, so that the oldest can be dropped.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > buckets_max) {
      const oldest = this.#buckets.keys().next();
      if (!oldest.done) this.#buckets.delete(oldest.value);
    }
    if (bucket.tokens < 1) throw limitExceeded(Math.ceil(((1 - bucket.tokens) / rate.perSecond) * 1000));
    bucket.tokens -= 1;
  }
}
