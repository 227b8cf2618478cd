import { batch, signal } from '@preact/signals-core';
import type { ConnectionState } from '../door.ts';
import type { CryptoDelivery } from '../encryption/engine-contract.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import { wait } from '../http.ts';
import type { HttpClient, JsonBody } from '../http.ts';
import type { Change } from '../store/store.ts';
import { firstWindow, nextWindow, syncRequest } from './request.ts';
import type { SyncPosition, SyncWishes } from './request.ts';
import { slidingSyncPath } from './wire.ts';
import type { WireSync } from './wire.ts';

/** How long the server may hold a request when there is nothing new, milliseconds. */
const pollTime = 30_000;
const slowestRetry = 60_000;

export interface SyncParts {
  readonly http: HttpClient;
  readonly now: () => number;
  /** 0 to 1, to spread retries. */
  readonly chance: () => number;
  wishes(): SyncWishes;
  /** Writes the answer and the position together, then takes the answer into memory. */
  apply(wire: WireSync, delivery: CryptoDelivery | undefined, position: Change): Promise<void>;
  /**
   * All that had happened when this answer was asked for has been taken in, of every room. `rooms`: all that there are, told once after the
   * connection began anew; what happened to others before is not told by the server.
   */
  caughtUp(rooms: ReadonlySet<string> | undefined): Promise<void>;
  /** The network answers again after it had not. */
  cameBack(): void;
  /** Something that trying again alone does not cure: the session is over, or the device is full (told once; it is tried again). */
  failed(error: MatrixError): void;
}

/** Asks the server for news, for ever. One request at a time; a change of what is wanted interrupts the waiting one. */
export class SyncLoop {
  readonly state = signal<ConnectionState>('connecting');
  readonly retryAt = signal<number | undefined>(undefined);
  readonly total = signal(0);
  private readonly parts: SyncParts;
  private position: SyncPosition;
  private fresh: boolean;
  /** The rooms that the server has told of since the connection began anew, until all are there. */
  private told: Set<string> | undefined;
  private running: AbortController | undefined;
  private polling: AbortController | undefined;
  private pausing: AbortController | undefined;
  private failures = 0;
  /** The device could not keep the last answer. */
  private full = false;
  /** Key counts as last passed on: servers repeat them in every answer. */
  private keyCounts = '';

  constructor(parts: SyncParts, saved: SyncPosition | undefined) {
    this.parts = parts;
    this.position = saved ?? { window: firstWindow };
    this.fresh = saved?.pos === undefined;
  }

  start(): void {
    if (this.running !== undefined) return;
    this.running = new AbortController();
    void this.run(this.running.signal);
  }

  stop(): void {
    this.running?.abort();
    this.running = undefined;
    this.polling?.abort();
    this.pausing?.abort();
  }

  /** What is wanted changed (a room was opened): ask again now. */
  interrupt(): void {
    this.polling?.abort();
  }

  /** Try now instead of waiting for the next attempt. */
  retry(): void {
    this.pausing?.abort();
    if (this.failures > 0) this.polling?.abort();
  }

  private async run(signal_: AbortSignal): Promise<void> {
    while (!signal_.aborted) {
      try {
        await this.once();
      } catch (thrown) {
        if (signal_.aborted) return;
        const error = asMatrixError(thrown, 'protocol');
        if (error.kind === 'cancelled') continue;
        if (error.errcode === 'M_UNKNOWN_TOKEN') {
          this.state.value = 'offline';
          this.parts.failed(error);
          return;
        }
        await this.afterFailure(error);
      }
    }
  }

  private async once(): Promise<void> {
    const eager =
      this.failures > 0 || this.state.value !== 'online' || this.position.window < this.total.value;
    const body = syncRequest(this.position, this.parts.wishes());
    const answer = await this.ask(body, eager || this.position.pos === undefined ? 0 : pollTime);
    const wasAway = this.failures > 0;
    batch(() => {
      this.retryAt.value = undefined;
      if (this.state.value !== 'online') this.state.value = 'catchingUp';
    });
    await this.take(answer);
    this.failures = 0;
    this.full = false;
    this.state.value = 'online';
    if (wasAway) this.parts.cameBack();
  }

  private async ask(body: JsonBody, timeout: number): Promise<WireSync> {
    this.polling = new AbortController();
    const query = { pos: this.position.pos, timeout };
    const answer = await this.parts.http.request('POST', slidingSyncPath, {
      query,
      body,
      signal: this.polling.signal,
      timeout: timeout + 20_000,
      retries: 0,
    });
    if (typeof answer['pos'] !== 'string')
      throw new MatrixError('protocol', 'The sync answer has no position.');
    return answer as unknown as WireSync;
  }

  private async take(wire: WireSync): Promise<void> {
    const total = wire.lists?.['rooms']?.count ?? this.total.value;
    const toDevice = wire.extensions?.to_device;
    const next: SyncPosition = {
      pos: wire.pos,
      window: nextWindow(this.position.window, total),
      ...(toDevice?.next_batch === undefined
        ? this.position.toDeviceSince === undefined
          ? {}
          : { toDeviceSince: this.position.toDeviceSince }
        : { toDeviceSince: toDevice.next_batch }),
    };
    const delivery = this.worthwhile(deliveryOf(wire, this.fresh));
    const keyCounts = keyCountsOf(delivery) ?? this.keyCounts;
    await this.parts.apply(wire, delivery, { table: 'meta', key: 'position', value: next });
    this.keyCounts = keyCounts;
    const whole = this.position.window >= total;
    if (this.fresh) this.told = new Set();
    for (const roomId of Object.keys(wire.rooms ?? {})) this.told?.add(roomId);
    this.position = next;
    this.fresh = false;
    this.total.value = total;
    if (!whole) return;
    await this.parts.caughtUp(this.told);
    this.told = undefined;
  }

  private worthwhile(delivery: CryptoDelivery | undefined): CryptoDelivery | undefined {
    if (delivery === undefined) return undefined;
    const repeated = keyCountsOf(delivery) === this.keyCounts;
    const news = delivery.toDevice.length + delivery.changed.length + delivery.left.length > 0;
    return news || !repeated || delivery.anyDeviceMayHaveChanged === true ? delivery : undefined;
  }

  private async afterFailure(error: MatrixError): Promise<void> {
    if (error.errcode === 'M_UNKNOWN_POS') {
      const { toDeviceSince } = this.position;
      this.position = { window: firstWindow, ...(toDeviceSince === undefined ? {} : { toDeviceSince }) };
      this.fresh = true;
      return;
    }
    if (error.kind === 'storage' && !this.full) this.parts.failed(error);
    this.full = error.kind === 'storage';
    this.failures += 1;
    const backoff = Math.min(slowestRetry, 1000 * 2 ** Math.min(this.failures - 1, 6));
    const pause = error.retryAfter ?? backoff * (0.75 + 0.5 * this.parts.chance());
    batch(() => {
      this.state.value = 'offline';
      this.retryAt.value = this.parts.now() + pause;
    });
    this.pausing = new AbortController();
    try {
      await wait(pause, this.pausing.signal);
    } catch (thrown) {
      if (asMatrixError(thrown, 'cancelled').kind !== 'cancelled') throw thrown;
    }
  }
}

function keyCountsOf(delivery: CryptoDelivery | undefined): string | undefined {
  if (delivery === undefined) return undefined;
  return JSON.stringify([delivery.oneTimeKeys, delivery.unusedFallbackKeys]);
}

/** What the crypto machine must be given from an answer; undefined when there is nothing. */
export function deliveryOf(wire: WireSync, fresh: boolean): CryptoDelivery | undefined {
  const toDevice = wire.extensions?.to_device?.events ?? [];
  const e2ee = wire.extensions?.e2ee;
  const changed = e2ee?.device_lists?.changed ?? [];
  const left = e2ee?.device_lists?.left ?? [];
  const counts = e2ee?.device_one_time_keys_count;
  const fallback = e2ee?.device_unused_fallback_key_types;
  const empty =
    toDevice.length + changed.length + left.length === 0 && counts === undefined && fallback === undefined;
  if (empty && !fresh) return undefined;
  return {
    toDevice,
    changed,
    left,
    ...(counts === undefined ? {} : { oneTimeKeys: counts }),
    ...(fallback === undefined ? {} : { unusedFallbackKeys: fallback }),
    ...(fresh ? { anyDeviceMayHaveChanged: true } : {}),
  };
}
