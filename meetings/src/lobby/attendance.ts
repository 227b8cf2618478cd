import type { Scheduler } from '../parts.ts';

/** How long somebody who waits may be silent: a line that breaks comes back within it, a closed window does not. */
export const silence_max_ms = 60_000;

interface Attending {
  /** Questions under way. */
  asking: number;
  cancel: () => void;
}

/** Who of those that wait is still there. They ask again and again; whoever has been silent for a minute is gone. */
export class Attendance {
  readonly #scheduler: Scheduler;
  readonly #gone: (guestId: string) => void;
  readonly #guests = new Map<string, Attending>();

  constructor(scheduler: Scheduler, gone: (guestId: string) => void) {
    this.#scheduler = scheduler;
    this.#gone = gone;
  }

  /** From now on the guest has to be heard of. Nothing changes for one who is known. */
  expect(guestId: string): void {
    this.#known(guestId);
  }

  /** The guest asks. @returns what is to be called when the question is over */
  asks(guestId: string): () => void {
    const attending = this.#known(guestId);
    attending.cancel();
    attending.asking += 1;
    return () => {
      attending.asking -= 1;
      if (attending.asking === 0 && this.#guests.get(guestId) === attending) {
        attending.cancel = this.#after(guestId);
      }
    };
  }

  /** The guest waits no longer. */
  forget(guestId: string): void {
    this.#guests.get(guestId)?.cancel();
    this.#guests.delete(guestId);
  }

  /** Ends all expectations. */
  close(): void {
    for (const guestId of this.#guests.keys()) this.forget(guestId);
  }

  #known(guestId: string): Attending {
    let attending = this.#guests.get(guestId);
    if (attending === undefined) {
      attending = { asking: 0, cancel: this.#after(guestId) };
      this.#guests.set(guestId, attending);
    }
    return attending;
  }

  #after(guestId: string): () => void {
    return this.#scheduler.after(silence_max_ms, () => {
      this.#guests.delete(guestId);
      this.#gone(guestId);
    });
  }
}
