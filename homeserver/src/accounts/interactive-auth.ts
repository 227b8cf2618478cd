import type { JsonObject } from '@majlis/protocol';
import { AuthenticationNeeded, MatrixError } from '../http/errors.ts';
import { isObject, optionalString } from '../http/fields.ts';
import type { Clock, Random } from '../parts.ts';

const session_ms = 15 * 60 * 1000;
const sessions_max = 20_000;

interface Session {
  readonly completed: Set<string>;
  readonly purpose: string;
  readonly startedTs: number;
}

/** Checks one stage; true when it is passed. */
export type StageCheck = (auth: JsonObject) => Promise<boolean> | boolean;

/** User-Interactive Authentication (Client-Server API, "User-Interactive Authentication API"). */
export class InteractiveAuth {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Resolves when one of `flows` is complete.
   * @param purpose what is asked for, so that stages passed for one thing do not count for another.
   * @throws MatrixError 401 with the flows, session and completed stages until then; with an error code only after a wrong try.
   */
  async require(
    body: JsonObject,
    purpose: string,
    flows: ReadonlyArray<readonly string[]>,
    checks: Readonly<Record<string, StageCheck>>,
  ): Promise<void> {
    const auth = isObject(body['auth']) ? body['auth'] : undefined;
    const { id, session } = this.#session(auth && optionalString(auth, 'session', 128), purpose);
    const stage = auth && optionalString(auth, 'type', 128);
    let failure: { errcode: string; error: string } | undefined;
    if (auth !== undefined && stage !== undefined) {
      const check = checks[stage];
      if (check === undefined || !flows.some((flow) => flow.includes(stage))) {
        failure = { errcode: 'M_UNRECOGNIZED', error: 'Unknown authentication stage' };
      } else if (await check(auth)) session.completed.add(stage);
      else failure = { errcode: 'M_FORBIDDEN', error: 'Authentication failed' };
    }
    if (failure === undefined && flows.some((flow) => flow.every((part) => session.completed.has(part)))) {
      this.#sessions.delete(id);
      return;
    }
    const asked = {
      session: id,
      flows: flows.map((stages) => ({ stages })),
      params: {},
      completed: [...session.completed],
    };
    if (failure === undefined) throw new AuthenticationNeeded(asked);
    throw new MatrixError(401, failure.errcode, failure.error, asked);
  }

  #session(id: string | undefined, purpose: string): { id: string; session: Session } {
    const now = this.#clock.now();
    const known = id === undefined ? undefined : this.#sessions.get(id);
    if (
      id !== undefined &&
      known !== undefined &&
      known.purpose === purpose &&
      now - known.startedTs < session_ms
    ) {
      return { id, session: known };
    }
    const fresh = Buffer.from(this.#random.bytes(18)).toString('base64url');
    const session: Session = { completed: new Set(), purpose, startedTs: now };
    this.#sessions.set(fresh, session);
    for (const [oldId, old] of this.#sessions) {
      if (now - old.startedTs < session_ms && this.#sessions.size <= sessions_max) break;
      this.#sessions.delete(oldId);
    }
    return { id: fresh, session };
  }
}
