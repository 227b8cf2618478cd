/** An event to be sent later (MSC4140). */
export interface DelayedEvent {
  readonly delayId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly roomId: string;
  readonly type: string;
  readonly stateKey: string | null;
  /** JSON */
  readonly content: string;
  readonly delayMs: number;
  /** When the delay last began; due at `scheduledTs + delayMs`. */
  readonly scheduledTs: number;
  readonly outcome: 'sent' | 'cancelled' | 'failed' | null;
  readonly eventId: string | null;
  readonly error: string | null;
  readonly finalisedTs: number | null;
}

export interface DelayedEventStore {
  addDelayedEvent(
    event: Pick<
      DelayedEvent,
      | 'delayId'
      | 'userId'
      | 'deviceId'
      | 'roomId'
      | 'type'
      | 'stateKey'
      | 'content'
      | 'delayMs'
      | 'scheduledTs'
    >,
  ): Promise<void>;
  delayedEvent(delayId: string): Promise<DelayedEvent | undefined>;
  /** Waiting and finalised events of a user, by send time, at most 1,000. */
  delayedEventsOf(userId: string): Promise<DelayedEvent[]>;
  waitingDelayedEvents(userId: string): Promise<number>;
  /** Begins the delay again. @returns false when it no longer waits. */
  restartDelayedEvent(delayId: string, ts: number): Promise<boolean>;
  /** @returns false when it no longer waits. */
  finaliseDelayedEvent(
    delayId: string,
    outcome: { outcome: 'sent' | 'cancelled' | 'failed'; eventId?: string; error?: string; ts: number },
  ): Promise<boolean>;
  /** Everything that waits, soonest first. */
  waiting(): Promise<DelayedEvent[]>;
  /** Forgets events finalised before `ts`. */
  pruneDelayedEvents(ts: number): Promise<void>;
}
