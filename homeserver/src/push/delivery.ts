import { evaluatePushRules } from '@majlis/protocol';
import type { JsonObject, PushOutcome } from '@majlis/protocol';
import type { Committed, PusherRow, StoredEvent } from '@majlis/storage';
import type { HomeserverParts } from '../parts.ts';
import { parsePdu, textOf } from '../rooms/room.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import type { PushGateways } from './gateways.ts';
import type { Rulesets } from './rulesets.ts';
import { pushContext } from './unread.ts';
import type { Unread } from './unread.ts';

/** Notices that wait for one pusher; the oldest go first when a gateway stays away. */
const waiting_max = 100;
const retry_first_ms = 1_000;
const retry_last_ms = 5 * 60 * 1_000;
const tries_max = 12;

interface News {
  readonly room: Room;
  readonly event: StoredEvent;
  readonly outcome: PushOutcome;
}

interface Queue {
  readonly pusher: PusherRow;
  /** undefined: only the number of unread messages. */
  readonly news: Array<News | undefined>;
  tries: number;
  running: boolean;
}

type DeliveryParts = Pick<HomeserverParts, 'storage' | 'scheduler' | 'log'>;

/**
 * Tells sleeping devices of news through push gateways, in order for each, trying again while a gateway is away. What
 * waits is lost at a restart: a device learns of it at its next sync, as it would have anyway.
 */
export class PushDelivery {
  readonly #parts: DeliveryParts;
  readonly #gateways: PushGateways;
  readonly #rooms: Rooms;
  readonly #userRooms: UserRooms;
  readonly #rulesets: Rulesets;
  readonly #unread: Unread;
  readonly #queues = new Map<string, Queue>();
  readonly #retries = new Set<() => void>();
  readonly #turns = new Map<string, Promise<void>>();
  /** Users with a pusher. */
  #users = new Set<string>();
  #stopped = false;

  constructor(
    parts: DeliveryParts,
    gateways: PushGateways,
    services: { rooms: Rooms; userRooms: UserRooms; rulesets: Rulesets; unread: Unread },
  ) {
    this.#parts = parts;
    this.#gateways = gateways;
    this.#rooms = services.rooms;
    this.#userRooms = services.userRooms;
    this.#rulesets = services.rulesets;
    this.#unread = services.unread;
  }

  /** Call at the start and whenever pushers were set. */
  async reload(): Promise<void> {
    this.#users = new Set(await this.#parts.storage.push.pushedUsers());
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#retries) cancel();
    this.#retries.clear();
    this.#users.clear();
    this.#queues.clear();
  }

  apply(committed: readonly Committed[]): void {
    if (this.#users.size === 0) return;
    for (const { change } of committed) {
      if (change.kind === 'events') for (const event of change.events) this.#noteEvent(event);
      else if (change.kind === 'receipt' && this.#users.has(change.userId))
        this.#inTurn(change.userId, () => this.#enqueue(change.userId, undefined));
    }
  }

  #noteEvent(event: StoredEvent): void {
    const room = this.#rooms.held(event.roomNid);
    if (room === undefined) return;
    const target = event.type === 'm.room.member' && event.stateKey !== null ? [event.stateKey] : [];
    for (const userId of this.#users) {
      if (userId === event.sender) continue;
      if (room.joined.has(userId) || target.includes(userId)) {
        this.#inTurn(userId, () => this.#judge(userId, room, event));
      }
    }
  }

  /** One after the other for each user: what is asked of the database may answer in another order than it was asked. */
  #inTurn(userId: string, work: () => Promise<void>): void {
    const before = this.#turns.get(userId) ?? Promise.resolve();
    const turn = before.then(work).catch((error: unknown) => {
      if (!this.#stopped) this.#parts.log.warn('a push could not be made', { reason: String(error) });
    });
    this.#turns.set(userId, turn);
    void turn.then(() => {
      if (this.#turns.get(userId) === turn) this.#turns.delete(userId);
    });
  }

  /** Failures are the log's business: nobody waits for these. */
  #run(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#stopped ? undefined : this.#parts.log.warn('a push could not be made', { reason: String(error) }),
    );
  }

  async #judge(userId: string, room: Room, event: StoredEvent): Promise<void> {
    const outcome = evaluatePushRules(
      await this.#rulesets.of(userId),
      {
        type: event.type,
        sender: event.sender,
        room_id: room.roomId,
        content: parsePdu(event).content,
        ...(event.stateKey !== null && { state_key: event.stateKey }),
      },
      pushContext(room, userId, event.sender),
    );
    if (outcome.notify) await this.#enqueue(userId, { room, event, outcome });
  }

  async #enqueue(userId: string, news: News | undefined): Promise<void> {
    for (const pusher of await this.#parts.storage.push.pushers(userId)) {
      const key = `${userId} ${pusher.appId} ${pusher.pushkey}`;
      const queue = this.#queues.get(key) ?? { pusher, news: [], tries: 0, running: false };
      this.#queues.set(key, queue);
      // One number of unread messages is as good as two.
      if (news === undefined && queue.news.at(-1) === undefined && queue.news.length > 0) continue;
      queue.news.push(news);
      if (queue.news.length > waiting_max) queue.news.shift();
      this.#run(this.#deliver(key, queue));
    }
  }

  async #deliver(key: string, queue: Queue): Promise<void> {
    if (queue.running) return;
    queue.running = true;
    while (queue.news.length > 0 && !this.#stopped) {
      try {
        await this.#send(queue.pusher, queue.news[0]);
        queue.news.shift();
        queue.tries = 0;
      } catch (error) {
        queue.running = false;
        this.#retry(key, queue, error);
        return;
      }
    }
    queue.running = false;
    this.#queues.delete(key);
  }

  #retry(key: string, queue: Queue, error: unknown): void {
    if (this.#stopped) return;
    queue.tries += 1;
    if (queue.tries >= tries_max) {
      this.#queues.delete(key);
      this.#parts.log.warn('a push gateway stays away; its notices are dropped', { reason: String(error) });
      return;
    }
    const wait = Math.min(retry_first_ms * 2 ** (queue.tries - 1), retry_last_ms);
    const cancel = this.#parts.scheduler.after(wait, () => {
      this.#retries.delete(cancel);
      this.#run(this.#deliver(key, queue));
    });
    this.#retries.add(cancel);
  }

  async #send(pusher: PusherRow, news: News | undefined): Promise<void> {
    const { storage } = this.#parts;
    const current = (await storage.push.pushers(pusher.userId)).find(
      (one) => one.appId === pusher.appId && one.pushkey === pusher.pushkey,
    );
    if (current === undefined) return;
    const settings = JSON.parse(current.settings) as { data: JsonObject };
    const { url, ...data } = settings.data;
    const unread = await this.#unreadOf(pusher.userId);
    const rejected = await this.#gateways.notify(String(url), {
      notification: {
        ...(news !== undefined && described(news, pusher.userId, data['format'] === 'event_id_only')),
        counts: unread === 0 && news !== undefined ? {} : { unread },
        devices: [
          {
            app_id: current.appId,
            pushkey: current.pushkey,
            pushkey_ts: Math.floor(current.createdTs / 1000),
            data,
            ...(news !== undefined && { tweaks: tweaksOf(news.outcome) }),
          },
        ],
      },
    });
    for (const pushkey of rejected) {
      if (pushkey === current.pushkey) await storage.push.dropPushkey(current.appId, pushkey);
    }
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

/** What the gateway is told of an event: of an encrypted one, nothing that is in it. */
function described(news: News, userId: string, idOnly: boolean): Record<string, unknown> {
  const { room, event, outcome } = news;
  const quiet = !outcome.highlight && outcome.sound === undefined && event.type !== 'm.room.encrypted';
  const base = { event_id: event.eventId, room_id: room.roomId, prio: quiet ? 'low' : 'high' };
  if (idOnly) return base;
  const name = textOf(room.current('m.room.name', ''), 'name');
  const alias = textOf(room.current('m.room.canonical_alias', ''), 'alias');
  const sender = textOf(room.current('m.room.member', event.sender), 'displayname');
  return {
    ...base,
    type: event.type,
    sender: event.sender,
    ...(sender !== undefined && { sender_display_name: sender }),
    ...(name !== undefined && { room_name: name }),
    ...(alias !== undefined && { room_alias: alias }),
    ...(event.stateKey === userId && { user_is_target: true }),
    content: parsePdu(event).content,
  };
}

function tweaksOf(outcome: PushOutcome): Record<string, unknown> {
  return {
    ...(outcome.sound !== undefined && { sound: outcome.sound }),
    ...(outcome.highlight && { highlight: true }),
  };
}
