import type { Clock } from '../parts.ts';
import { tooMany } from './errors.ts';

const burst = 10;
const per_ms = 6_000;
const addresses_max = 20_000;

/** Strangers may ask: ten times at once, then once in six seconds, for each address. */
export class KnockLimits {
  readonly #clock: Clock;
  readonly #free = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Refusal 429. */
  take(address: string): void {
    const now = this.#clock.now();
    const known = this.#free.get(address) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, known.tokens + (now - known.at) / per_ms);
    this.#free.delete(address);
    this.#free.set(address, { tokens: Math.max(0, tokens - 1), at: now });
    if (this.#free.size > addresses_max) {
      const oldest = this.#free.keys().next();
      if (!oldest.done) this.#free.delete(oldest.value);
    }
    if (tokens < 1) throw tooMany(Math.ceil((1 - tokens) * per_ms));
  }
}
