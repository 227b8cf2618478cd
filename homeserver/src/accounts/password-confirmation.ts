import type { JsonObject } from '@majlis/protocol';
import type { Storage } from '@majlis/storage';
import type { Requester } from '../http/endpoint.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { isObject, optionalString } from '../http/fields.ts';
import type { InteractiveAuth } from './interactive-auth.ts';
import { checkPassword } from './passwords.ts';

/** Asks for the password again before something that cannot be undone. */
export class PasswordConfirmation {
  readonly #storage: Storage;
  readonly #interactiveAuth: InteractiveAuth;
  readonly #rateLimits: RateLimits;

  constructor(storage: Storage, interactiveAuth: InteractiveAuth, rateLimits: RateLimits) {
    this.#storage = storage;
    this.#interactiveAuth = interactiveAuth;
    this.#rateLimits = rateLimits;
  }

  /**
   * Resolves once the request carries the requester's own password.
   * @param purpose what it is asked for; a confirmation counts for this alone.
   * @throws MatrixError 401 with the flow until then, 429 after too many tries.
   */
  async require(body: JsonObject, requester: Requester, purpose: string): Promise<void> {
    const { userId } = requester;
    await this.#interactiveAuth.require(body, `${purpose} ${userId}`, [['m.login.password']], {
      'm.login.password': async (auth) => {
        this.#rateLimits.take('login', userId);
        if (!names(auth, userId)) return false;
        const account = await this.#storage.accounts.account(userId);
        return checkPassword(optionalString(auth, 'password') ?? '', account?.passwordHash);
      },
    });
  }
}

/** Whether the user that the stage names, if it names one, is this one. */
function names(auth: JsonObject, userId: string): boolean {
  const identifier = auth['identifier'];
  const named = isObject(identifier) ? identifier['user'] : auth['user'];
  if (named === undefined) return true;
  if (typeof named !== 'string') return false;
  return named === userId || `@${named.toLowerCase()}` === userId.split(':')[0];
}
