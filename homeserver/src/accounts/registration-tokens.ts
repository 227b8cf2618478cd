import { createHash } from 'node:crypto';
import type { Clock } from '../parts.ts';

/** What is kept of invitations to register. */
export interface RegistrationTokenStore {
  /** @returns whether the account made with it becomes an administrator; undefined when unknown, spent or expired. */
  registrationToken(tokenHash: Uint8Array, now: number): Promise<{ makesAdmin: boolean } | undefined>;
  /** Counts one use. @returns false when none was left. */
  spendRegistrationToken(tokenHash: Uint8Array, now: number): Promise<boolean>;
  anyRegistrationToken(now: number): Promise<boolean>;
}

/** Tokens that let somebody register while registration is closed (stage m.login.registration_token). */
export class RegistrationTokens {
  readonly #store: RegistrationTokenStore;
  readonly #clock: Clock;

  constructor(store: RegistrationTokenStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  any(): Promise<boolean> {
    return this.#store.anyRegistrationToken(this.#clock.now());
  }

  async isValid(token: string): Promise<boolean> {
    return (await this.#store.registrationToken(digest(token), this.#clock.now())) !== undefined;
  }

  /** @returns whether the new account is an administrator. */
  async spend(token: string): Promise<boolean> {
    const found = await this.#store.registrationToken(digest(token), this.#clock.now());
    const spent = await this.#store.spendRegistrationToken(digest(token), this.#clock.now());
    return spent && found?.makesAdmin === true;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
