import type { DelayedEvent, DelayedEventStore } from '../contracts/delayed-events.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';

const columns = `d.delay_id as "delayId", s.value as "userId", d.device_id as "deviceId", d.room_id as "roomId", d.type,
  d.state_key as "stateKey", d.content, d.delay_ms as "delayMs", d.scheduled_ts as "scheduledTs", d.outcome,
  d.event_id as "eventId", d.error, d.finalised_ts as "finalisedTs"
  from delayed_events d join strings s on s.nid = d.user_nid`;

/** Delayed events survive restarts: a call's dead-man's switch must fire. */
export class PostgresDelayedEvents implements DelayedEventStore {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async addDelayedEvent(event: Parameters<DelayedEventStore['addDelayedEvent']>[0]): Promise<void> {
    await this.#database.query(
      `insert into delayed_events (delay_id, user_nid, device_id, room_id, type, state_key, content, delay_ms, scheduled_ts)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        event.delayId,
        await this.#strings.number(event.userId),
        event.deviceId,
        event.roomId,
        event.type,
        event.stateKey,
        event.content,
        event.delayMs,
        event.scheduledTs,
      ],
    );
  }

  async delayedEvent(delayId: string): Promise<DelayedEvent | undefined> {
    const rows = await this.#database.query<DelayedEvent>(`select ${columns} where d.delay_id = $1`, [
      delayId,
    ]);
    return rows[0];
  }

  async delayedEventsOf(userId: string): Promise<DelayedEvent[]> {
    return this.#database.query<DelayedEvent>(
      `select ${columns} where d.user_nid = $1 order by d.scheduled_ts + d.delay_ms limit 1000`,
      [await this.#strings.number(userId)],
    );
  }

  async waitingDelayedEvents(userId: string): Promise<number> {
    const rows = await this.#database.query<{ count: number }>(
      'select count(*) as count from delayed_events where user_nid = $1 and outcome is null',
      [await this.#strings.number(userId)],
    );
    return rows[0]?.count ?? 0;
  }

  async restartDelayedEvent(delayId: string, ts: number): Promise<boolean> {
    const rows = await this.#database.query(
      'update delayed_events set scheduled_ts = $2 where delay_id = $1 and outcome is null returning delay_id',
      [delayId, ts],
    );
    return rows.length > 0;
  }

  async finaliseDelayedEvent(
    delayId: string,
    end: Parameters<DelayedEventStore['finaliseDelayedEvent']>[1],
  ): Promise<boolean> {
    const rows = await this.#database.query(
      `update delayed_events set outcome = $2, event_id = $3, error = $4, finalised_ts = $5
       where delay_id = $1 and outcome is null returning delay_id`,
      [delayId, end.outcome, end.eventId ?? null, end.error ?? null, end.ts],
    );
    return rows.length > 0;
  }

  async waiting(): Promise<DelayedEvent[]> {
    return this.#database.query<DelayedEvent>(
      `select ${columns} where d.outcome is null order by d.scheduled_ts + d.delay_ms`,
    );
  }

  async pruneDelayedEvents(ts: number): Promise<void> {
    await this.#database.query('delete from delayed_events where finalised_ts < $1', [ts]);
  }
}
