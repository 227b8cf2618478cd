import { limitExceeded } from './http/errors.ts';

/** Time after which whoever was sent away may come again. */
const come_again_ms = 2_000;

/** Lets a few at a time do what is costly, the others in the order in which they came. */
export class Places {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  readonly #waiting: Array<() => void> = [];
  #taken = 0;

  constructor(atOnce: number, waitingMax = Number.MAX_SAFE_INTEGER) {
    this.#atOnce = atOnce;
    this.#waitingMax = waitingMax;
  }

  /** @throws MatrixError 429 when too many wait already; what `work` throws. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#taken < this.#atOnce) this.#taken += 1;
    else if (this.#waiting.length >= this.#waitingMax) throw limitExceeded(come_again_ms);
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    }
  }
}
