import type { PusherProgress, PusherRow } from '@majlis/storage';
import type { HomeserverParts } from '../parts.ts';

/** How long it may take until the database knows that an event deserved no notice. */
const lazy_ms = 5_000;

type ProgressParts = Pick<HomeserverParts, 'storage' | 'scheduler' | 'log'>;

export function pusherKey(pusher: Pick<PusherRow, 'userId' | 'appId' | 'pushkey'>): string {
  return `${pusher.userId} ${pusher.appId} ${pusher.pushkey}`;
}

/**
 * How far each pusher has got, ahead of the database by what is being written: a notice that was handed over at once, what
 * deserved none within seconds. After a crash only that is looked at again.
 */
export class PushProgress {
  readonly #parts: ProgressParts;
  /** Pushers in the middle of something: what was judged for their user says nothing of them. */
  readonly #busy: () => readonly PusherRow[];
  readonly #told = new Map<string, number>();
  readonly #unsaved = new Map<string, PusherProgress>();
  #judged = new Map<string, number>();
  #holds = 0;
  #flushing: Promise<void> | undefined;
  #again = false;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: ProgressParts, busy: () => readonly PusherRow[]) {
    this.#parts = parts;
    this.#busy = busy;
  }

  told(pusher: PusherRow): number {
    return Math.max(pusher.told, this.#told.get(pusherKey(pusher)) ?? 0);
  }

  /** @param handedOver whether something was given to a gateway, which a crash must not repeat. */
  advance(pusher: PusherRow, told: number, handedOver: boolean): void {
    if (told <= this.told(pusher)) return;
    const key = pusherKey(pusher);
    this.#told.set(key, told);
    this.#unsaved.set(key, {
      userId: pusher.userId,
      appId: pusher.appId,
      pushkey: pusher.pushkey,
      told,
    });
    if (handedOver) void this.flush();
    else this.#flushLater();
  }

  /** Nothing up to `position` is left to tell this user, save what their busy pushers are at. */
  judged(userId: string, position: number): void {
    this.#judged.set(userId, Math.max(position, this.#judged.get(userId) ?? 0));
    this.#flushLater();
  }

  /**
   * Call when events may have been missed: what is judged from now on is not written, as it would hide them.
   * @returns when what was judged before is written; how to end the hold.
   */
  async hold(): Promise<() => void> {
    this.#holds += 1;
    const judged = this.#judged;
    this.#judged = new Map();
    await this.#saveJudged(judged).catch((error: unknown) => this.#failed(error));
    return () => {
      this.#holds -= 1;
    };
  }

  /** Writes what there is; failures are logged and tried again later. */
  flush(): Promise<void> {
    this.#again = true;
    this.#flushing ??= this.#save().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Writes for the last time. */
  async stop(): Promise<void> {
    await this.flush();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  async #save(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        const rows = [...this.#unsaved];
        await this.#parts.storage.push.setTold(rows.map(([, row]) => row));
        for (const [key, row] of rows) if (this.#unsaved.get(key) === row) this.#unsaved.delete(key);
        if (this.#holds > 0) continue;
        const judged = this.#judged;
        this.#judged = new Map();
        await this.#saveJudged(judged);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  async #saveJudged(judged: ReadonlyMap<string, number>): Promise<void> {
    try {
      await this.#parts.storage.push.setUsersTold(
        [...judged].map(([userId, told]) => ({ userId, told })),
        this.#busy(),
      );
    } catch (error) {
      for (const [userId, told] of judged) if (!this.#judged.has(userId)) this.#judged.set(userId, told);
      throw error;
    }
  }

  #failed(error: unknown): void {
    this.#parts.log.warn('how far pushes have got could not be written', { reason: String(error) });
    this.#flushLater();
  }

  #flushLater(): void {
    this.#cancelTimer ??= this.#parts.scheduler.after(lazy_ms, () => {
      this.#cancelTimer = undefined;
      void this.flush();
    });
  }
}
