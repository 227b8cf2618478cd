import {
  evaluatePushRules,
  notificationLevel,
  powerLevel,
  relationOf,
  threadOf,
  unreadCounts,
} from '@majlis/protocol';
import type { CountedEvent, PushOutcome, PushRuleset, Receipt, UnreadCounts } from '@majlis/protocol';
import type { Committed, Storage, StoredEvent } from '@majlis/storage';
import type { IgnoredPeople } from '../rooms/ignored-people.ts';
import { parsePdu, textOf } from '../rooms/room.ts';
import type { Room } from '../rooms/room.ts';
import type { Rulesets } from './rulesets.ts';

/** A user whose notices are judged. */
export interface Listener {
  readonly userId: string;
  readonly ruleset: PushRuleset;
  /** Whom they ignore: nothing of theirs deserves a notice, not even an invitation. */
  readonly ignored: ReadonlySet<string>;
}

/** Unread events looked at per room and user, the newest; beyond it the count stays where it is. */
const unread_events_max = 1_000;
const users_max = 5_000;

interface RoomCount {
  /** Every event up to here has been looked at. */
  scannedTl: number;
  listener: Listener;
  events: CountedEvent[];
}

interface UserState {
  readonly receipts: Map<number, Receipt[]>;
  readonly rooms: Map<number, RoomCount>;
}

/**
 * Unread counts are worked out when somebody asks, by the push rules of the asker, and continued from there: a message
 * to a thousand members writes no thousand rows.
 */
export class Unread {
  readonly #storage: Storage;
  readonly #rulesets: Rulesets;
  readonly #ignoredPeople: IgnoredPeople;
  readonly #users = new Map<string, Promise<UserState>>();

  constructor(storage: Storage, rulesets: Rulesets, ignoredPeople: IgnoredPeople) {
    this.#storage = storage;
    this.#rulesets = rulesets;
    this.#ignoredPeople = ignoredPeople;
  }

  apply(committed: readonly Committed[]): void {
    for (const { change } of committed) {
      if (change.kind === 'unknown') this.#users.clear();
      if (change.kind !== 'receipt') continue;
      const receipt: Receipt = {
        type: change.private ? 'm.read.private' : 'm.read',
        ...(change.threadId !== '' && { threadId: change.threadId }),
        eventId: '',
        position: change.tl,
      };
      void this.#users.get(change.userId)?.then((state) => {
        const list = state.receipts.get(change.roomNid) ?? [];
        state.receipts.set(change.roomNid, [
          ...list.filter((old) => old.type !== receipt.type || old.threadId !== receipt.threadId),
          receipt,
        ]);
      });
    }
  }

  async listener(userId: string): Promise<Listener> {
    const [ruleset, ignored] = await Promise.all([this.#rulesets.of(userId), this.#ignoredPeople.of(userId)]);
    return { userId, ruleset, ignored };
  }

  /** Counts at this moment for a joined member. */
  async counts(room: Room, userId: string): Promise<UnreadCounts> {
    const [state, listener] = await Promise.all([this.#state(userId), this.listener(userId)]);
    const receipts = state.receipts.get(room.nid) ?? [];
    const joinedTl = room.current('m.room.member', userId)?.stored.tl ?? 0;
    const readAll = Math.max(
      joinedTl,
      ...receipts.filter((one) => one.threadId === undefined).map((one) => one.position),
    );
    let count = state.rooms.get(room.nid);
    if (count?.listener.ruleset !== listener.ruleset || count.listener.ignored !== listener.ignored) {
      count = { scannedTl: readAll, listener, events: [] };
      state.rooms.set(room.nid, count);
    }
    if (count.scannedTl < room.lastTl) {
      const from = count.scannedTl;
      const upTo = room.lastTl;
      const events = room.holdsSince(from)
        ? room.tail(from, upTo)
        : await this.#storage.rooms
            .timeline({
              roomNid: room.nid,
              from: upTo + 1,
              to: from,
              direction: 'backward',
              limit: unread_events_max,
            })
            .then((newest) => newest.toReversed());
      if (count.scannedTl === from) {
        for (const event of events) {
          const counted = this.#count(room, listener, event);
          if (counted !== undefined) count.events.push(counted);
        }
        count.scannedTl = upTo;
      }
    }
    if (count.events.length > 0 && (count.events[0]?.position ?? 0) <= readAll) {
      count.events = count.events.filter((event) => event.position > readAll);
    }
    if (count.events.length > unread_events_max)
      count.events.splice(0, count.events.length - unread_events_max);
    return unreadCounts(count.events, receipts, userId);
  }

  #count(room: Room, listener: Listener, event: StoredEvent): CountedEvent | undefined {
    const own = event.sender === listener.userId;
    if (event.redactedBy !== null) return undefined;
    const pdu = parsePdu(event);
    const outcome = own ? undefined : pushOutcome(listener, room, event, pdu.content);
    // Own events matter because sending reads what came before.
    if (!own && outcome?.notify !== true) return undefined;
    return {
      eventId: event.eventId,
      position: event.tl,
      sender: event.sender,
      threadId: threadOf(relationOf(pdu.content), () => undefined),
      notify: outcome?.notify ?? false,
      highlight: outcome?.highlight ?? false,
    };
  }

  #state(userId: string): Promise<UserState> {
    let state = this.#users.get(userId);
    if (state === undefined) {
      state = this.#load(userId);
      state.catch(() => this.#users.delete(userId));
      if (this.#users.size >= users_max) {
        const oldest = this.#users.keys().next();
        if (!oldest.done) this.#users.delete(oldest.value);
      }
      this.#users.set(userId, state);
    }
    return state;
  }

  async #load(userId: string): Promise<UserState> {
    const receipts = new Map<number, Receipt[]>();
    for (const row of await this.#storage.rooms.receiptsOf(userId)) {
      const list = receipts.get(row.roomNid) ?? [];
      list.push({
        type: row.receiptType === 'm.read.private' ? 'm.read.private' : 'm.read',
        ...(row.threadId !== '' && { threadId: row.threadId }),
        eventId: row.eventId,
        position: row.tl,
      });
      receipts.set(row.roomNid, list);
    }
    return { receipts, rooms: new Map() };
  }
}

/** What a user's rules say of somebody else's event, by the state of the room now. */
export function pushOutcome(
  { userId, ruleset, ignored }: Listener,
  room: Room,
  event: StoredEvent,
  content = parsePdu(event).content,
): PushOutcome {
  if (ignored.has(event.sender)) return { notify: false, highlight: false, actions: [] };
  const displayName = textOf(room.current('m.room.member', userId), 'displayname');
  return evaluatePushRules(
    ruleset,
    {
      type: event.type,
      sender: event.sender,
      room_id: room.roomId,
      content,
      ...(event.stateKey !== null && { state_key: event.stateKey }),
    },
    {
      userId,
      ...(displayName !== undefined && { displayName }),
      joinedMemberCount: room.joined.size,
      senderPowerLevel: powerLevel(room.current, event.sender, room.version),
      notificationLevels: { room: notificationLevel(room.current, 'room') },
    },
  );
}
