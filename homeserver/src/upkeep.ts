import { quotas } from '@majlis/storage';
import type { HomeserverParts } from './parts.ts';

const first_after_ms = 60_000;
const every_ms = 6 * 60 * 60 * 1000;
const day_ms = 24 * 60 * 60 * 1000;
/**
 * How long a repeated send answers the event of the first: longer than any device keeps trying, and not for ever. After that
 * a repeat is a new message.
 */
const transactions_kept_ms = 30 * day_ms;
const delayed_kept_ms = 7 * day_ms;
/** Rows deleted in one statement: nobody's message waits long behind it. */
const rows_at_once = 5_000;

type UpkeepParts = Pick<HomeserverParts, 'storage' | 'clock' | 'scheduler' | 'log'>;

/** Deletes, a few times a day, what nobody can ask for any more and what would otherwise grow for ever. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  #cancel: () => void = () => undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#schedule(first_after_ms);
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.scheduler.after(ms, () => {
      this.#running = this.#run()
        .catch((error: unknown) =>
          this.#parts.log.warn('could not delete what is old; tried again later', { error: String(error) }),
        )
        .finally(() => this.#schedule(every_ms));
    });
  }

  async #run(): Promise<void> {
    const { storage, clock } = this.#parts;
    const now = clock.now();
    await storage.delayedEvents.pruneDelayedEvents(now - delayed_kept_ms);
    await this.#inPortions(() => storage.rooms.pruneTransactions(now - transactions_kept_ms, rows_at_once));
    await this.#inPortions(() =>
      storage.encryption.pruneToDevice(quotas.toDeviceMessagesPerDevice, rows_at_once),
    );
  }

  /** Until a portion is not full. */
  async #inPortions(prune: () => Promise<number>): Promise<void> {
    let deleted = rows_at_once;
    while (deleted === rows_at_once && !this.#stopped) deleted = await prune();
  }
}
