/** Work that reads, waits and writes back goes in turn: each piece begins when the one before it has ended, well or badly. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after everything asked for before. It must not ask for a turn of the same line and wait for it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/** Work that is worth one run at a time, and one more when it is asked for while it runs. */
export class Rerun {
  private readonly work: () => Promise<void>;
  private running: Promise<void> | undefined;
  private again = false;

  constructor(work: () => Promise<void>) {
    this.work = work;
  }

  /** Resolves when a run that began after this call has ended. Rejects when that run fails. */
  run(): Promise<void> {
    if (this.running === undefined) this.running = Promise.resolve().then(() => this.loop());
    else this.again = true;
    return this.running;
  }

  private async loop(): Promise<void> {
    try {
      do {
        this.again = false;
        await this.work();
      } while (this.again);
    } finally {
      // In the same step as the last look at `again`: a call in between would be lost.
      this.running = undefined;
    }
  }
}
