import type { ServerResponse } from 'node:http';
import type { Scheduler } from '../parts.ts';

/** Requests that wait for news, by user. A waiter is one closure and one timer. */
export class Waiters {
  readonly #scheduler: Scheduler;
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * Registers before the caller looks at what there is, so that nothing can fall between.
   * @returns `woken`: resolves at the next news, when `timeoutMs` has passed or when the client has gone; `stop` to leave early.
   * Undefined once the server stops.
   */
  register(
    userId: string,
    timeoutMs: number,
    response: ServerResponse,
  ): { woken: Promise<void>; stop: () => void } | undefined {
    if (this.#closed) return undefined;
    let stop = (): void => undefined;
    const woken = new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel();
        response.off('close', wake);
        const set = this.#waiting.get(userId);
        set?.delete(wake);
        if (set?.size === 0) this.#waiting.delete(userId);
        resolve();
      };
      const cancel = this.#scheduler.after(timeoutMs, wake);
      response.on('close', wake);
      const set = this.#waiting.get(userId);
      if (set === undefined) this.#waiting.set(userId, new Set([wake]));
      else set.add(wake);
      stop = wake;
    });
    return { woken, stop };
  }

  wake(userId: string): void {
    const set = this.#waiting.get(userId);
    if (set !== undefined) for (const wake of set) wake();
  }

  /** Wakes those of `userIds` who wait; walks the smaller side. */
  wakeAll(userIds: ReadonlySet<string>): void {
    if (userIds.size < this.#waiting.size) for (const userId of userIds) this.wake(userId);
    else for (const userId of this.#waiting.keys()) if (userIds.has(userId)) this.wake(userId);
  }

  wakeEverybody(): void {
    for (const userId of this.#waiting.keys()) this.wake(userId);
  }

  /** Ends all waiting, for good: whoever waits answers with what they have, and nobody waits any more. */
  close(): void {
    this.#closed = true;
    this.wakeEverybody();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get size(): number {
    let size = 0;
    for (const set of this.#waiting.values()) size += set.size;
    return size;
  }
}
