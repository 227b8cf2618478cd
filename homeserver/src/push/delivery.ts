import type { JsonObject } from '@majlis/protocol';
import type { Committed, PusherRow, StoredEvent } from '@majlis/storage';
import type { HomeserverParts } from '../parts.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import { Turns } from '../turns.ts';
import type { PushGateways } from './gateways.ts';
import { notification } from './notice.ts';
import type { News } from './notice.ts';
import { PushProgress, pusherKey } from './progress.ts';
import { pushOutcome } from './unread.ts';
import type { Unread } from './unread.ts';

/** Notices that wait for one pusher; the oldest go first when a gateway stays away. */
const waiting_max = 100;
/** Events looked at for them. */
const candidates_max = 1_000;
const retry_first_ms = 1_000;
const retry_last_ms = 5 * 60 * 1_000;
/** About a day. */
const tries_max = 300;
const deliveries_at_once_max = 100;
/** How long notices on their way may hold up the end of the server. */
const stop_ms_max = 2_000;

/** A pusher that has something to hand over, or may have. */
interface Work {
  pusher: PusherRow;
  /** Position up to which there may be something. */
  upTo: number;
  tries: number;
  /** Running, in line, or waiting for the next try. */
  pending: boolean;
}

type DeliveryParts = Pick<HomeserverParts, 'storage' | 'scheduler' | 'log'>;

/**
 * Tells sleeping devices of news through push gateways, in order for each, trying again while a gateway is away. Nothing is
 * queued: each pusher's position says how far it has got, and what comes after is read from the room itself. So what waits
 * survives a restart, and a gateway that is away for a day costs no memory.
 */
export class PushDelivery {
  readonly #parts: DeliveryParts;
  readonly #gateways: PushGateways;
  readonly #rooms: Rooms;
  readonly #userRooms: UserRooms;
  readonly #unread: Unread;
  readonly #progress: PushProgress;
  readonly #works = new Map<string, Work>();
  readonly #timers = new Set<() => void>();
  readonly #turns = new Turns();
  readonly #line: Array<() => Promise<void>> = [];
  readonly #delivering = new Set<Promise<void>>();
  /** Users who may have a pusher. */
  #users = new Set<string>();
  #watched = 0;
  #sought = false;
  #soughtUpTo = 0;
  #searching = false;
  #stopped = false;

  constructor(
    parts: DeliveryParts,
    gateways: PushGateways,
    services: { rooms: Rooms; userRooms: UserRooms; unread: Unread },
  ) {
    this.#parts = parts;
    this.#gateways = gateways;
    this.#rooms = services.rooms;
    this.#userRooms = services.userRooms;
    this.#unread = services.unread;
    this.#progress = new PushProgress(parts, () => [...this.#works.values()].map(({ pusher }) => pusher));
  }

  /** Takes up what waited when the server last stopped. */
  async start(): Promise<void> {
    const users = await this.#parts.storage.push.pushedUsers();
    // What is committed from now on is heard of; what was before is looked for.
    for (const userId of users) this.#users.add(userId);
    this.#catchUp(this.#parts.storage.stream.position());
  }

  /** Call before a user's pusher is set, and after: whose events are looked at must be known before it is there. */
  watch(userId: string): void {
    this.#watched += 1;
    this.#users.add(userId);
  }

  /** Waits for what is on its way, and writes how far each pusher has got. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#users.clear();
    this.#line.length = 0;
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.scheduler.after(stop_ms_max, resolve);
      void Promise.allSettled(this.#delivering).then(() => {
        cancel();
        resolve();
      });
    });
    await this.#progress.stop();
  }

  apply(committed: readonly Committed[]): void {
    if (this.#users.size === 0) return;
    for (const { position, change } of committed) {
      if (change.kind === 'events') for (const event of change.events) this.#noteEvent(event);
      else if (change.kind === 'receipt' && this.#users.has(change.userId))
        this.#inTurn(change.userId, () => this.#wake(change.userId, position));
      else if (change.kind === 'unknown') this.#catchUp(position);
    }
  }

  #noteEvent(event: StoredEvent): void {
    const room = this.#rooms.held(event.roomNid);
    if (room === undefined) {
      this.#catchUp(event.nid);
      return;
    }
    const [fewer, more] =
      room.joined.size < this.#users.size ? [room.joined, this.#users] : [this.#users, room.joined];
    const concerned = [...fewer].filter((userId) => more.has(userId));
    const target = event.type === 'm.room.member' ? event.stateKey : null;
    if (target !== null && !room.joined.has(target) && this.#users.has(target)) concerned.push(target);
    for (const userId of concerned) {
      if (userId !== event.sender) this.#inTurn(userId, () => this.#judge(userId, room, event));
    }
  }

  /** One after the other for each user, so that what was judged is judged without gaps. */
  #inTurn(userId: string, work: () => Promise<void>): void {
    this.#turns.take(userId, work).catch((error: unknown) => {
      if (this.#stopped) return;
      this.#parts.log.warn('a push could not be judged', { reason: String(error) });
      this.#catchUp(this.#parts.storage.stream.position());
    });
  }

  /** Most events deserve no notice, and then the database is left alone. */
  async #judge(userId: string, room: Room, event: StoredEvent): Promise<void> {
    const { notify } = pushOutcome(await this.#unread.listener(userId), room, event);
    if (notify) await this.#wake(userId, event.nid);
    else this.#progress.judged(userId, event.nid);
  }

  /** Events up to `upTo` may have passed unseen: looks who has something to be told. */
  #catchUp(upTo: number): void {
    this.#soughtUpTo = Math.max(this.#soughtUpTo, upTo);
    this.#sought = true;
    if (this.#searching) return;
    this.#searching = true;
    void this.#search(this.#progress.hold());
  }

  /** Looks until it has seen everything that was asked for, then lets go of the hold. */
  async #search(holding: Promise<() => void>): Promise<void> {
    try {
      await holding;
      while (this.#sought) {
        this.#sought = false;
        const upTo = this.#soughtUpTo;
        const users = await this.#parts.storage.push.usersBehind(upTo);
        for (const userId of users) await this.#wake(userId, upTo);
      }
    } catch (error) {
      if (this.#stopped) return;
      this.#sought = true;
      this.#parts.log.warn('waiting pushes could not be looked for', { reason: String(error) });
      this.#after(retry_first_ms, () => void this.#search(holding));
      return;
    }
    this.#searching = false;
    (await holding)();
  }

  #after(ms: number, work: () => void): void {
    if (this.#stopped) return;
    const cancel = this.#parts.scheduler.after(ms, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
  }

  async #wake(userId: string, upTo: number): Promise<void> {
    const watched = this.#watched;
    const pushers = await this.#parts.storage.push.pushers(userId);
    if (pushers.length === 0 && watched === this.#watched) this.#users.delete(userId);
    for (const pusher of pushers) {
      if (this.#progress.told(pusher) >= upTo) continue;
      const key = pusherKey(pusher);
      const work = this.#works.get(key) ?? { pusher, upTo, tries: 0, pending: false };
      this.#works.set(key, work);
      work.pusher = pusher;
      work.upTo = Math.max(work.upTo, upTo);
      if (!work.pending) this.#start(key, work);
    }
  }

  #start(key: string, work: Work): void {
    work.pending = true;
    this.#line.push(() => this.#deliver(key, work));
    this.#advanceLine();
  }

  #advanceLine(): void {
    while (this.#delivering.size < deliveries_at_once_max && !this.#stopped) {
      const next = this.#line.shift();
      if (next === undefined) return;
      const delivery = next().finally(() => {
        this.#delivering.delete(delivery);
        this.#advanceLine();
      });
      this.#delivering.add(delivery);
    }
  }

  async #deliver(key: string, work: Work): Promise<void> {
    try {
      while (this.#progress.told(work.pusher) < work.upTo && !this.#stopped) {
        if (!(await this.#tell(work, work.upTo))) break;
      }
      // Nothing was awaited since the last look: whoever comes now finds no work and makes a new one.
      this.#works.delete(key);
    } catch (error) {
      this.#retry(key, work, error);
    }
  }

  #retry(key: string, work: Work, error: unknown): void {
    if (this.#stopped) return;
    work.tries += 1;
    if (work.tries >= tries_max) {
      this.#progress.advance(work.pusher, work.upTo, false);
      this.#works.delete(key);
      this.#parts.log.warn('a push gateway stays away; its notices are dropped', { reason: String(error) });
      return;
    }
    const wait = Math.min(retry_first_ms * 2 ** (work.tries - 1), retry_last_ms);
    this.#after(wait, () => this.#start(key, work));
  }

  /** Hands over what there is up to a position. @returns false when the pusher is gone. @throws Error when it must wait. */
  async #tell(work: Work, upTo: number): Promise<boolean> {
    const { pusher } = work;
    const { userId } = pusher;
    const after = this.#progress.told(pusher);
    const { events, readAt } = await this.#parts.storage.push.missed({
      userId,
      after,
      upTo,
      limit: candidates_max,
    });
    const waiting = (await this.#newsAmong(userId, events)).slice(-waiting_max);
    for (const news of waiting) {
      if (this.#stopped) return true;
      if (!(await this.#send(pusher, news))) return false;
      work.tries = 0;
      this.#progress.advance(pusher, news.event.nid, true);
    }
    const counted = waiting.at(-1)?.event.nid ?? after;
    const badge = readAt !== undefined && readAt > counted;
    if (badge && !(await this.#send(pusher, undefined))) return false;
    this.#progress.advance(pusher, upTo, badge);
    return true;
  }

  async #newsAmong(userId: string, events: readonly StoredEvent[]): Promise<News[]> {
    if (events.length === 0) return [];
    const [rooms, listener] = await Promise.all([
      this.#rooms.byNids([...new Set(events.map((event) => event.roomNid))]),
      this.#unread.listener(userId),
    ]);
    return events.flatMap((event) => {
      const room = rooms.get(event.roomNid);
      if (room === undefined) return [];
      const outcome = pushOutcome(listener, room, event);
      return outcome.notify ? [{ room, event, outcome }] : [];
    });
  }

  async #send(pusher: PusherRow, news: News | undefined): Promise<boolean> {
    const { storage } = this.#parts;
    const key = pusherKey(pusher);
    const current = (await storage.push.pushers(pusher.userId)).find((one) => pusherKey(one) === key);
    if (current === undefined) return false;
    const { url, ...data } = (JSON.parse(current.settings) as { data: JsonObject }).data;
    const notice = notification(current, data, news, await this.#unreadOf(pusher.userId));
    for (const pushkey of await this.#gateways.notify(String(url), notice)) {
      if (pushkey === current.pushkey) await storage.push.dropPushkey(current.appId, pushkey);
    }
    return true;
  }

  async #unreadOf(userId: string): Promise<number> {
    const mine = await this.#userRooms.of(userId);
    const joined = [...mine.values()].filter((entry) => entry.membership === 'join');
    const rooms = await this.#rooms.byNids(joined.map((entry) => entry.roomNid));
    let unread = 0;
    for (const room of rooms.values()) unread += (await this.#unread.counts(room, userId)).notifications;
    return unread;
  }
}
