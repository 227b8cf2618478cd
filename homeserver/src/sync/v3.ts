import type { AccountDataRow, ReceiptRow, StoredEvent } from '@majlis/storage';
import type { Requester } from '../http/endpoint.ts';
import { pushRulesType } from '../push/rulesets.ts';
import { isIgnored } from '../rooms/ignored-people.ts';
import { onlyRelated } from '../rooms/related-by.ts';
import { renderState } from '../rooms/render.ts';
import { parsePdu } from '../rooms/room.ts';
import type { Room } from '../rooms/room.ts';
import type { Sight } from '../rooms/visibility.ts';
import { deviceListDelta } from './device-lists.ts';
import type { SyncFilter } from './filter.ts';
import type { Inbox } from './inbox.ts';
import { SentMembers, membersIn } from './members.ts';
import type { SyncParts } from './parts.ts';
import { byRoom, receiptContent } from './receipts.ts';
import { roomSummary, strippedStateOf } from './room-summary.ts';
import { matchingSlice, readTails, shownSlice } from './timeline.ts';
import type { Picking } from './timeline.ts';
import { writeSyncToken, writeTimelineToken } from './tokens.ts';
import type { SyncToken } from './tokens.ts';
import { roomsToShow } from './user-rooms.ts';
import type { UserRoom } from './user-rooms.ts';

const to_device_limit = 100;

/** A request to `/sync`, read. */
export interface SyncRequest {
  readonly requester: Requester;
  readonly since: SyncToken | undefined;
  readonly filter: SyncFilter;
  readonly fullState: boolean;
  /** MSC4222: state at the end of the timeline instead of at its start. */
  readonly stateAfter: 'state_after' | 'org.matrix.msc4222.state_after' | undefined;
}

interface Scope {
  readonly request: SyncRequest;
  readonly userId: string;
  /** Stream position of the last sync; -1 for a first one. */
  readonly after: number;
  readonly upTo: number;
  readonly receipts: ReadonlyMap<number, ReceiptRow[]>;
  readonly accountData: ReadonlyMap<number, AccountDataRow[]>;
}

/** What happened since a token, as the JSON text of a `/sync` answer. */
export class SyncV3 {
  readonly #parts: SyncParts;
  readonly #sentMembers = new SentMembers();
  readonly #inbox: Inbox;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#inbox = parts.inbox;
  }

  /** @returns the JSON text, and whether it holds anything that ends a wait. */
  async answer(request: SyncRequest): Promise<{ text: string; empty: boolean }> {
    const { storage, typing } = this.#parts;
    const { requester, since } = request;
    const upTo = storage.stream.position();
    const typingSerial = typing.serial;
    const after = since === undefined ? -1 : since.position;
    if (since === undefined) this.#sentMembers.forget(deviceKey(requester));
    const mine = await roomsToShow(this.#parts, requester.userId);
    const scope = await this.#scope(request, mine, after, upTo);
    const sections = await this.#rooms(scope, mine);
    const encryption = await this.#encryption(scope);
    const toDevice = await this.#toDevice(scope);
    const global = await this.#globalAccountData(scope);
    const next = writeSyncToken({ position: upTo, typing: typingSerial, toDevice: toDevice.upTo });
    const parts = [`"next_batch":"${next}"`];
    if (sections.length > 0) parts.push(`"rooms":{${sections.join(',')}}`);
    if (global.length > 0) parts.push(`"account_data":{"events":[${global.join(',')}]}`);
    if (toDevice.text !== undefined) parts.push(`"to_device":{"events":[${toDevice.text}]}`);
    parts.push(...encryption.parts);
    const empty =
      sections.length === 0 && global.length === 0 && toDevice.text === undefined && !encryption.changed;
    return { text: `{${parts.join(',')}}`, empty };
  }

  /** A first sync brings the push rules, changed by the user or not. */
  async #globalAccountData(scope: Scope): Promise<string[]> {
    const { filter } = scope.request;
    const rows = (scope.accountData.get(0) ?? []).filter((row) => filter.accountData(row.type));
    if (scope.after >= 0 || !filter.accountData(pushRulesType)) return rows.map(accountDataEvent);
    const others = rows.filter((row) => row.type !== pushRulesType).map(accountDataEvent);
    return [await this.#parts.rulesets.event(scope.userId), ...others];
  }

  async #scope(
    request: SyncRequest,
    mine: ReadonlyMap<number, UserRoom>,
    after: number,
    upTo: number,
  ): Promise<Scope> {
    const { storage, changes } = this.#parts;
    const { userId } = request.requester;
    const withReceipts: number[] = [];
    for (const room of mine.values()) {
      if (room.membership === 'join' && changes.receiptsSince(room.roomNid, after))
        withReceipts.push(room.roomNid);
    }
    const [receipts, accountData] = await Promise.all([
      withReceipts.length === 0 ? [] : storage.rooms.receipts(withReceipts, after),
      changes.accountDataSince(userId, after) ? storage.rooms.accountData(userId, after) : [],
    ]);
    return {
      request,
      userId,
      after,
      upTo,
      receipts: byRoom(receipts),
      accountData: byRoom(accountData),
    };
  }

  async #rooms(scope: Scope, mine: ReadonlyMap<number, UserRoom>): Promise<string[]> {
    const { filter, since } = scope.request;
    const wanted = [...mine.values()].filter(
      (room) => !room.forgotten && filter.inRooms(room.roomId) && this.#hasNews(scope, room),
    );
    if (wanted.length === 0) return [];
    const rooms = await this.#parts.rooms.byNids(wanted.map((room) => room.roomNid));
    await this.#warmTails(scope, wanted, rooms);
    const sections: Record<'join' | 'invite' | 'knock' | 'leave', string[]> = {
      join: [],
      invite: [],
      knock: [],
      leave: [],
    };
    for (const entry of wanted) {
      const room = rooms.get(entry.roomNid);
      if (room === undefined) continue;
      const key = JSON.stringify(room.roomId);
      if (entry.membership === 'join') {
        const text = await this.#joinedRoom(scope, room, entry);
        if (text !== undefined) sections.join.push(`${key}:${text}`);
      } else if (entry.membership === 'invite') {
        sections.invite.push(
          `${key}:{"invite_state":{"events":[${strippedStateOf(room, scope.userId).join(',')}]}}`,
        );
      } else if (entry.membership === 'knock') {
        sections.knock.push(
          `${key}:{"knock_state":{"events":[${strippedStateOf(room, scope.userId).join(',')}]}}`,
        );
      } else if (since !== undefined || filter.includeLeave) {
        sections.leave.push(`${key}:${await this.#leftRoom(scope, room, entry)}`);
      }
    }
    return Object.entries(sections)
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => `"${name}":{${list.join(',')}}`);
  }

  #hasNews(scope: Scope, room: UserRoom): boolean {
    if (room.membership !== 'join') return room.eventNid > scope.after || scope.request.fullState;
    return (
      scope.after < 0 ||
      scope.request.fullState ||
      this.#parts.userRooms.head(room.roomNid).lastTl > scope.after ||
      scope.receipts.has(room.roomNid) ||
      scope.accountData.has(room.roomNid) ||
      this.#parts.typing.changedSince(room.roomNid, scope.request.since?.typing ?? 0) !== undefined
    );
  }

  /** A first sync reads the ends of all timelines at once. */
  async #warmTails(
    scope: Scope,
    wanted: readonly UserRoom[],
    rooms: ReadonlyMap<number, Room>,
  ): Promise<void> {
    const limit = scope.request.filter.timelineLimit;
    const cold = wanted.flatMap((entry) => {
      const room = rooms.get(entry.roomNid);
      const after = entry.eventNid > scope.after ? Number.MIN_SAFE_INTEGER : scope.after;
      if (room === undefined || entry.membership !== 'join' || room.holdsSince(after)) return [];
      return room.tail(Number.MIN_SAFE_INTEGER, scope.upTo).length < limit
        ? [{ room, after, upTo: room.lastTl }]
        : [];
    });
    if (cold.length > 1) await readTails(this.#parts, cold, limit);
  }

  async #joinedRoom(scope: Scope, room: Room, entry: UserRoom): Promise<string | undefined> {
    const { filter, requester, fullState } = scope.request;
    const fresh = scope.after < 0 || entry.eventNid > scope.after;
    const range = {
      after: fresh ? Number.MIN_SAFE_INTEGER : scope.after,
      upTo: scope.upTo,
      limit: filter.timelineLimit,
    };
    const sight = await this.#parts.visibility.sight(room, scope.userId);
    const pick = this.#picking(filter, room, sight);
    const slice = await shownSlice(this.#parts, room, range, sight, filter.wholeTimeline ? undefined : pick);
    const events = (await pick(slice.events)).filter((event) => sight.sees(event));
    if (entry.eventNid > scope.after && scope.after >= 0)
      this.#sentMembers.forgetRoom(deviceKey(requester), room.nid);
    const state = await onlyRelated(
      this.#parts.storage,
      await this.#state(scope, room, slice, events, fresh || fullState),
      filter.stateRelatedBy,
      sight,
    );
    const ephemeral = this.#ephemeral(scope, room);
    const accountData = (scope.accountData.get(room.nid) ?? []).filter((row) =>
      filter.roomAccountData(row.type, room.roomId),
    );
    // Where only ignored people spoke, nothing happened.
    const unheard = slice.events.length > 0 && slice.events.every((event) => isIgnored(sight.ignored, event));
    const more = slice.limited || state.length + ephemeral.length + accountData.length > 0;
    if (unheard && !more && !fresh && !fullState) return undefined;
    const timeline = await this.#parts.renderer.render(events, requester, { sight });
    const counts = await this.#parts.unread.counts(room, scope.userId);
    const membersChanged =
      fresh || [...slice.events, ...state].some((event) => event.type === 'm.room.member');
    const threads = [...counts.threads].filter(([thread]) => thread !== 'main');
    const main = filter.threadCounts ? counts.threads.get('main') : counts;
    const parts = [
      `"timeline":{"events":[${timeline.join(',')}],"limited":${slice.limited},"prev_batch":"${writeTimelineToken(slice.before)}"}`,
      `"${scope.request.stateAfter ?? 'state'}":{"events":[${state.map((event) => renderState(sight.shown(event))).join(',')}]}`,
      `"ephemeral":{"events":[${ephemeral.join(',')}]}`,
      `"account_data":{"events":[${accountData.map(accountDataEvent).join(',')}]}`,
      `"unread_notifications":{"notification_count":${main?.notifications ?? 0},"highlight_count":${main?.highlights ?? 0}}`,
    ];
    if (filter.threadCounts && threads.length > 0) {
      const byThread = Object.fromEntries(
        threads.map(([thread, count]) => [
          thread,
          { notification_count: count.notifications, highlight_count: count.highlights },
        ]),
      );
      parts.push(`"unread_thread_notifications":${JSON.stringify(byThread)}`);
    }
    if (membersChanged) parts.push(`"summary":${JSON.stringify(roomSummary(room, scope.userId))}`);
    return `{${parts.join(',')}}`;
  }

  /** What a filter lets through of a room's timeline. */
  #picking(filter: SyncFilter, room: Room, sight: Sight): Picking {
    return async (events) => {
      const matching = events.filter((event) => filter.timeline(event, room.roomId));
      return onlyRelated(this.#parts.storage, matching, filter.timelineRelatedBy, sight);
    };
  }

  /** State that the client cannot know from the timeline it is given. */
  async #state(
    scope: Scope,
    room: Room,
    slice: { readonly events: readonly StoredEvent[]; readonly limited: boolean; readonly before: number },
    shown: readonly StoredEvent[],
    full: boolean,
  ): Promise<StoredEvent[]> {
    const { filter, requester, stateAfter } = scope.request;
    let state: StoredEvent[];
    if (full) state = await this.#fullState(room, slice, stateAfter !== undefined);
    else if (stateAfter !== undefined) {
      const changed = slice.limited
        ? await this.#parts.storage.rooms.stateBetween(room.nid, scope.after, scope.upTo)
        : slice.events.filter((event) => isCurrent(room, event));
      state = [...changed];
    } else if (slice.limited) {
      state = await this.#parts.storage.rooms.stateBetween(room.nid, scope.after, slice.before);
    } else state = [];
    if (!filter.lazyMembers) return state.filter((event) => filter.state(event, room.roomId));
    const wanted = membersIn(shown);
    if (full) wanted.add(scope.userId);
    const known = new Set(state.map((event) => event.eventId));
    const timelineMembers = new Set(
      shown.flatMap((event) =>
        event.type === 'm.room.member' && event.stateKey !== null ? [event.stateKey] : [],
      ),
    );
    const missing = filter.redundantMembers
      ? [...wanted]
      : this.#sentMembers.missing(deviceKey(requester), room.nid, wanted, scope.after, scope.upTo);
    const lazy = new Set(missing);
    const kept = state.filter((event) => {
      if (event.type !== 'm.room.member' || event.stateKey === null) return true;
      // What changed inside a gap must be told; of the full state only the members that are needed.
      return full ? lazy.has(event.stateKey) : true;
    });
    for (const userId of lazy) {
      const member = room.current('m.room.member', userId)?.stored;
      if (member === undefined || known.has(member.eventId)) continue;
      if (stateAfter === undefined && timelineMembers.has(userId) && member.tl > slice.before) continue;
      kept.push(member);
    }
    return kept.filter((event) => filter.state(event, room.roomId));
  }

  /** The state before the timeline, or after it. */
  async #fullState(
    room: Room,
    slice: { readonly events: readonly StoredEvent[]; readonly before: number },
    after: boolean,
  ): Promise<StoredEvent[]> {
    const current = [...room.allState()].map((event) => event.stored);
    if (after || slice.events.every((event) => event.stateKey === null)) return current;
    const unchanged = current.filter((event) => event.tl <= slice.before);
    const replaced = slice.events.flatMap((event) => {
      const previous = event.stateKey === null ? undefined : parsePdu(event).unsigned?.['replaces_state'];
      return typeof previous === 'string' ? [{ type: event.type, stateKey: event.stateKey ?? '' }] : [];
    });
    if (replaced.length === 0) return unchanged;
    const before = await this.#parts.storage.rooms.stateAt(room.nid, slice.before, replaced);
    const known = new Set(unchanged.map((event) => event.eventId));
    return [...unchanged, ...before.filter((event) => !known.has(event.eventId))];
  }

  async #leftRoom(scope: Scope, room: Room, entry: UserRoom): Promise<string> {
    const { filter, requester } = scope.request;
    const sight = await this.#parts.visibility.sight(room, scope.userId);
    const matching = this.#picking(filter, room, sight);
    const pick: Picking = (all) => matching(all.filter((event) => sight.sees(event)));
    const slice = await matchingSlice(
      this.#parts,
      room,
      {
        after: scope.after < 0 ? Number.MIN_SAFE_INTEGER : scope.after,
        upTo: entry.eventNid,
        limit: Math.max(1, filter.timelineLimit),
      },
      pick,
    );
    const events = await pick(slice.events);
    const timeline = await this.#parts.renderer.render(events, requester, { sight });
    const state = await onlyRelated(
      this.#parts.storage,
      await this.#leftState(scope, room, entry, { events, before: slice.before, sight }),
      filter.stateRelatedBy,
      sight,
    );
    return `{"timeline":{"events":[${timeline.join(',')}],"limited":${slice.limited},"prev_batch":"${writeTimelineToken(slice.before)}"},"${
      scope.request.stateAfter ?? 'state'
    }":{"events":[${state.map((event) => renderState(sight.shown(event))).join(',')}]},"account_data":{"events":[]}}`;
  }

  /** State up to the timeline as far as the user was in to see it, and how they went if the timeline does not tell. */
  async #leftState(
    scope: Scope,
    room: Room,
    entry: UserRoom,
    shown: { readonly events: readonly StoredEvent[]; readonly before: number; readonly sight: Sight },
  ): Promise<StoredEvent[]> {
    const { filter, fullState, stateAfter } = scope.request;
    const { rooms } = this.#parts.storage;
    const { events, before, sight } = shown;
    const going = events.some((event) => event.nid === entry.eventNid)
      ? []
      : await rooms.events([entry.eventNid]);
    const wanted = (event: StoredEvent): boolean => filter.state(event, room.roomId);
    if (typeof sight.until !== 'number') return going.filter(wanted);
    const upTo = stateAfter === undefined ? Math.min(before, sight.until) : sight.until;
    const known = scope.after >= 0 && !fullState && sight.membershipAt({ tl: scope.after }) === 'join';
    const state = known
      ? await rooms.stateBetween(room.nid, scope.after, upTo)
      : await rooms.stateAt(room.nid, upTo);
    const members = membersIn(events);
    const told = state.filter(
      (event) =>
        event.nid !== entry.eventNid &&
        (known || !filter.lazyMembers || event.type !== 'm.room.member' || members.has(event.stateKey ?? '')),
    );
    return [...told, ...going].filter(wanted);
  }

  #ephemeral(scope: Scope, room: Room): string[] {
    const { filter, since } = scope.request;
    const events: string[] = [];
    const receipts = receiptContent(scope.receipts.get(room.nid) ?? [], scope.userId);
    if (receipts !== undefined && filter.ephemeral('m.receipt', room.roomId)) {
      events.push(JSON.stringify({ type: 'm.receipt', content: receipts }));
    }
    const typing = this.#parts.typing.changedSince(room.nid, since?.typing ?? 0);
    if (typing !== undefined && filter.ephemeral('m.typing', room.roomId)) {
      events.push(JSON.stringify({ type: 'm.typing', content: { user_ids: typing } }));
    }
    return events;
  }

  /** Messages for this device; what an earlier answer held, the token now proves to have arrived. */
  async #toDevice(scope: Scope): Promise<{ text: string | undefined; upTo: number }> {
    const { requester, since } = scope.request;
    const { text, upTo } = await this.#inbox.read(
      requester,
      since?.toDevice ?? 0,
      scope.upTo,
      to_device_limit,
    );
    return { text, upTo };
  }

  async #encryption(scope: Scope): Promise<{ parts: string[]; changed: boolean }> {
    const { userId, deviceId } = scope.request.requester;
    const { counts, unusedFallback } = await this.#parts.keyCounts.of(userId, deviceId);
    const parts = [
      `"device_one_time_keys_count":${JSON.stringify(counts)}`,
      `"device_unused_fallback_key_types":${JSON.stringify(unusedFallback)}`,
    ];
    if (scope.after < 0) return { parts, changed: false };
    const delta = await deviceListDelta(this.#parts, userId, scope);
    const lists = delta.changed.length > 0 || delta.left.length > 0;
    if (lists) parts.push(`"device_lists":${JSON.stringify(delta)}`);
    return { parts, changed: lists || this.#parts.changes.keyCountsSince(userId, deviceId, scope.after) };
  }
}

function isCurrent(room: Room, event: StoredEvent): boolean {
  return event.stateKey !== null && room.current(event.type, event.stateKey)?.eventId === event.eventId;
}

function deviceKey(requester: Requester): string {
  return `${requester.userId} ${requester.deviceId}`;
}

export function accountDataEvent(row: AccountDataRow): string {
  return `{"type":${JSON.stringify(row.type)},"content":${row.content}}`;
}
