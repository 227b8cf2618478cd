import type { JsonObject } from '@majlis/protocol';
import type { DelayedEvent } from '@majlis/storage';
import type { Requester } from '../http/endpoint.ts';
import { MatrixError, forbidden, invalidParam, limitExceeded, notFound } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { Turns } from '../turns.ts';
import { joinedRoom } from './access.ts';
import type { Rooms } from './rooms.ts';
import type { Sender } from './sender.ts';
import type { StateChecks } from './state-checks.ts';
import { RecentTransactions } from './transactions.ts';

export const delay_ms_max = 24 * 60 * 60 * 1000;
export const scheduled_per_user_max = 100;
/** `setTimeout` cannot wait longer. */
const timer_ms_max = 2 ** 31 - 1;

export interface ToDelay {
  readonly roomId: string;
  readonly type: string;
  readonly stateKey?: string;
  readonly content: JsonObject;
}

type DelayedParts = Pick<HomeserverParts, 'storage' | 'clock' | 'random' | 'scheduler' | 'log'>;

/** Events sent after a delay unless somebody restarts or cancels it: the dead-man's switch of calls (MSC4140). */
export class DelayedEvents {
  readonly #parts: DelayedParts;
  readonly #rooms: Rooms;
  readonly #sender: Sender;
  readonly #stateChecks: StateChecks;
  /** One after the other for each person who schedules, and for each event that is acted on. */
  readonly #turns = new Turns();
  readonly #timers = new Map<string, () => void>();
  readonly #recent = new RecentTransactions();

  constructor(
    parts: DelayedParts,
    services: { readonly rooms: Rooms; readonly sender: Sender; readonly stateChecks: StateChecks },
  ) {
    this.#parts = parts;
    this.#rooms = services.rooms;
    this.#sender = services.sender;
    this.#stateChecks = services.stateChecks;
  }

  /** Takes up what waited when the server last stopped; what is overdue is sent now, in order. */
  async start(): Promise<void> {
    const { storage } = this.#parts;
    for (const event of await storage.delayedEvents.waiting()) this.#arm(event);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /**
   * The form that clients use today: `org.matrix.msc4140.delay` beside an ordinary send.
   * @returns the delay id, or undefined when there is no such parameter and the event is to be sent now.
   */
  async scheduleFromQuery(
    query: URLSearchParams,
    requester: Requester,
    event: ToDelay,
    txnId?: string,
  ): Promise<string | undefined> {
    const text = query.get('org.matrix.msc4140.delay');
    if (text === null) return undefined;
    if (!/^\d{1,15}$/.test(text))
      throw invalidParam("'org.matrix.msc4140.delay' must be a number of milliseconds");
    const delayMs = Number(text);
    if (delayMs > delay_ms_max) {
      // The deployed SDK reads the maximum out of these members and tries again with it.
      throw new MatrixError(400, 'M_UNKNOWN', 'The requested delay exceeds the allowed maximum', {
        'org.matrix.msc4140.errcode': 'M_MAX_DELAY_EXCEEDED',
        'org.matrix.msc4140.max_delay': delay_ms_max,
      });
    }
    return this.schedule(requester, event, delayMs, txnId);
  }

  /**
   * @param txnId a request that is repeated under it answers the delay id of the first; state events have none.
   * @throws MatrixError 403 for too long a delay, 429 when too many wait.
   */
  async schedule(requester: Requester, event: ToDelay, delayMs: number, txnId?: string): Promise<string> {
    const { userId, deviceId } = requester;
    const schedule = (): Promise<string> =>
      this.#turns.take(userId, () => this.#schedule(requester, event, delayMs));
    if (txnId === undefined) return schedule();
    const transaction = { userId, deviceId, scope: `delay ${event.roomId} ${event.type}`, txnId };
    return this.#recent.once(transaction, async () => {
      const delayId = await schedule();
      this.#recent.note(delayId, transaction);
      return delayId;
    });
  }

  async #schedule(requester: Requester, event: ToDelay, delayMs: number): Promise<string> {
    const { storage, clock, random } = this.#parts;
    if (delayMs > delay_ms_max) throw forbidden(`Delays are at most ${delay_ms_max} ms`);
    const room = await joinedRoom(this.#rooms, event.roomId, requester);
    const { stateKey } = event;
    if (stateKey !== undefined) await this.#stateChecks.check(room.nid, { ...event, stateKey });
    if ((await storage.delayedEvents.waitingDelayedEvents(requester.userId)) >= scheduled_per_user_max) {
      throw limitExceeded(60_000);
    }
    const delayed = {
      delayId: `maj_${Buffer.from(random.bytes(24)).toString('base64url')}`,
      userId: requester.userId,
      deviceId: requester.deviceId,
      roomId: event.roomId,
      type: event.type,
      stateKey: event.stateKey ?? null,
      content: JSON.stringify(event.content),
      delayMs,
      scheduledTs: clock.now(),
    };
    await storage.delayedEvents.addDelayedEvent(delayed);
    this.#arm({ ...delayed, outcome: null, eventId: null, error: null, finalisedTs: null });
    return delayed.delayId;
  }

  /** @throws MatrixError 404 for an unknown id, 409 when another outcome already holds; what sending throws. */
  act(delayId: string, action: 'send' | 'cancel' | 'restart'): Promise<void> {
    return this.#turns.take(delayId, () => this.#act(delayId, action));
  }

  async #act(delayId: string, action: 'send' | 'cancel' | 'restart'): Promise<void> {
    const { storage, clock } = this.#parts;
    const event = await storage.delayedEvents.delayedEvent(delayId);
    if (event === undefined) throw notFound('There is no such delayed event');
    const wanted = action === 'send' ? 'sent' : 'cancelled';
    if (event.outcome !== null) {
      if (action !== 'restart' && event.outcome === wanted) return;
      throw new MatrixError(409, 'M_UNKNOWN', `The delayed event is ${event.outcome} already`);
    }
    if (action === 'restart') {
      const ts = clock.now();
      if (!(await storage.delayedEvents.restartDelayedEvent(delayId, ts))) return this.#act(delayId, action);
      this.#arm({ ...event, scheduledTs: ts });
      return;
    }
    if (action === 'cancel') {
      this.#disarm(delayId);
      const done = await storage.delayedEvents.finaliseDelayedEvent(delayId, {
        outcome: 'cancelled',
        ts: clock.now(),
      });
      if (!done) return this.#act(delayId, action);
      return;
    }
    const eventId = await this.#send(event);
    this.#disarm(delayId);
    await storage.delayedEvents.finaliseDelayedEvent(delayId, { outcome: 'sent', eventId, ts: clock.now() });
  }

  #arm(event: DelayedEvent): void {
    this.#disarm(event.delayId);
    const wait = Math.max(0, event.scheduledTs + event.delayMs - this.#parts.clock.now());
    const cancel = this.#parts.scheduler.after(Math.min(wait, timer_ms_max), () => {
      this.#timers.delete(event.delayId);
      if (wait > timer_ms_max) this.#arm(event);
      else this.#fireInTurn(event);
    });
    this.#timers.set(event.delayId, cancel);
  }

  #disarm(delayId: string): void {
    this.#timers.get(delayId)?.();
    this.#timers.delete(delayId);
  }

  #fireInTurn(event: DelayedEvent): void {
    void this.#turns.take(event.delayId, () => this.#fire(event));
  }

  async #fire(event: DelayedEvent): Promise<void> {
    const { storage, clock, log } = this.#parts;
    try {
      // Somebody may have been just in time.
      const current = await storage.delayedEvents.delayedEvent(event.delayId);
      if (current?.outcome !== null || current.scheduledTs !== event.scheduledTs) return;
      const eventId = await this.#send(event);
      await storage.delayedEvents.finaliseDelayedEvent(event.delayId, {
        outcome: 'sent',
        eventId,
        ts: clock.now(),
      });
    } catch (error) {
      if (error instanceof MatrixError) {
        await storage.delayedEvents
          .finaliseDelayedEvent(event.delayId, { outcome: 'failed', error: error.message, ts: clock.now() })
          .catch((failure: unknown) =>
            log.warn('could not finalise a delayed event', { error: String(failure) }),
          );
        return;
      }
      log.warn('a delayed event could not be sent yet', { error: String(error) });
      this.#timers.set(
        event.delayId,
        this.#parts.scheduler.after(5_000, () => this.#fireInTurn(event)),
      );
    }
  }

  /** The delay id is the transaction id, so that an event is sent once even if the server stops in between. */
  async #send(event: DelayedEvent): Promise<string> {
    const { type, stateKey, roomId } = event;
    const content = JSON.parse(event.content) as JsonObject;
    if (stateKey !== null)
      await this.#stateChecks.check((await this.#rooms.byId(roomId)).nid, { type, stateKey, content });
    return this.#sender.send(
      roomId,
      { type, sender: event.userId, content, ...(stateKey !== null && { stateKey }) },
      { userId: event.userId, deviceId: event.deviceId, scope: 'delayed', txnId: event.delayId },
    );
  }
}
