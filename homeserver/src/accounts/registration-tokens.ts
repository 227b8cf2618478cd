import { createHash } from 'node:crypto';
import type { AccountStore } from '@majlis/storage';
import type { Clock } from '../parts.ts';

/** Tokens that let somebody register while registration is closed (stage m.login.registration_token). */
export class RegistrationTokens {
  readonly #store: Pick<AccountStore, 'registrationToken' | 'anyRegistrationToken'>;
  readonly #clock: Clock;

  constructor(store: Pick<AccountStore, 'registrationToken' | 'anyRegistrationToken'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  any(): Promise<boolean> {
    return this.#store.anyRegistrationToken(this.#clock.now());
  }

  async isValid(token: string): Promise<boolean> {
    return (await this.#store.registrationToken(tokenDigest(token), this.#clock.now())) !== undefined;
  }
}

/** How a token is kept. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
