import type { StoredEvent } from '@majlis/storage';
import type { Requester } from '../../http/endpoint.ts';
import type { Room } from '../../rooms/room.ts';
import type { SyncParts } from '../parts.ts';
import { readTails } from '../timeline.ts';
import { roomsToShow } from '../user-rooms.ts';
import type { UserRoom } from '../user-rooms.ts';
import { emptyState } from './connections.ts';
import type { ConnectionState, Connections, SentRoom } from './connections.ts';
import { extensions } from './extensions.ts';
import type { ExtensionScope } from './extensions.ts';
import { matchesFilters, mergeAll, needsRooms, windowOf } from './lists.ts';
import type { MergedConfig } from './lists.ts';
import type { RoomConfig, SlidingRequest } from './request.ts';
import { answerRoom } from './room.ts';
import type { UserData } from './user-data.ts';

interface Selection {
  readonly configs: ReadonlyMap<number, MergedConfig>;
  readonly lists: ReadonlyArray<{
    readonly name: string;
    readonly count: number;
    readonly window: readonly number[];
  }>;
}

/** The answer before it has a `pos`, and what the client will know when it has it. */
export interface SlidingAnswer {
  readonly parts: readonly string[];
  readonly empty: boolean;
  readonly state: ConnectionState;
  /** Names of the lists in whose windows each room stands. */
  readonly listsOf: ReadonlyMap<string, readonly string[]>;
}

/** Simplified sliding sync (MSC4186): windows on a list of rooms, newest first, and only what is new in them. */
export class SlidingSync {
  readonly #parts: SyncParts;
  readonly #userData: UserData;
  readonly connections: Connections;

  constructor(parts: SyncParts, userData: UserData, connections: Connections) {
    this.#parts = parts;
    this.#userData = userData;
    this.connections = connections;
  }

  async answer(
    requester: Requester,
    request: SlidingRequest,
    state: ConnectionState,
  ): Promise<SlidingAnswer> {
    const { storage, typing } = this.#parts;
    const upTo = storage.stream.position();
    const typingSerial = typing.serial;
    const mine = await roomsToShow(this.#parts, requester.userId);
    const selection = await this.#select(requester, request, state, mine);
    const given = await this.#rooms(requester, state, mine, selection, upTo);
    const onConnection = new Set(selection.configs.keys());
    const scope: ExtensionScope = {
      requester,
      state,
      upTo,
      mine,
      rooms: onConnection,
      fresh: given.fresh,
      windows: new Map(selection.lists.map((list) => [list.name, list.window])),
    };
    const extended: string[] = [];
    let news = given.texts.length > 0;
    for (const [name, extension] of request.extensions) {
      const answer = await extensions[name](this.#parts, scope, extension);
      extended.push(`"${name}":${answer.text}`);
      news ||= answer.news;
    }
    const lists = selection.lists.map((list) => `${JSON.stringify(list.name)}:{"count":${list.count}}`);
    return {
      parts: [
        `"lists":{${lists.join(',')}}`,
        `"rooms":{${given.texts.join(',')}}`,
        `"extensions":{${extended.join(',')}}`,
      ],
      empty: !news && state !== emptyState,
      listsOf: listsByRoom(selection, mine),
      state: { position: upTo, typing: typingSerial, rooms: given.rooms, members: given.members },
    };
  }

  /** Which rooms the lists' windows and the subscriptions cover, and with what configuration. */
  async #select(
    requester: Requester,
    request: SlidingRequest,
    state: ConnectionState,
    mine: ReadonlyMap<number, UserRoom>,
  ): Promise<Selection> {
    const { userRooms, rooms } = this.#parts;
    const asked = new Map<number, RoomConfig[]>();
    const ask = (nid: number, config: RoomConfig): void => {
      const known = asked.get(nid);
      if (known === undefined) asked.set(nid, [config]);
      else known.push(config);
    };
    const listed = [...mine.values()].filter((entry) =>
      isListed(entry, state, rooms.held(entry.roomNid), requester),
    );
    listed.sort((left, right) => userRooms.head(right.roomNid).lastTl - userRooms.head(left.roomNid).lastTl);
    const lists = [];
    for (const list of request.lists) {
      const loaded = needsRooms(list.filters)
        ? await rooms.byNids(listed.map((entry) => entry.roomNid))
        : new Map<number, Room>();
      const scope = {
        data: await this.#userData.of(requester.userId),
        rooms: loaded,
        spaceChildren: await this.#spaceChildren(requester, list.filters.spaces ?? []),
      };
      const matching = listed.filter((entry) => matchesFilters(entry, list.filters, scope));
      const window = windowOf(matching, list).map((entry) => entry.roomNid);
      for (const nid of window) ask(nid, list);
      lists.push({ name: list.name, count: matching.length, window });
    }
    if (request.subscriptions.size > 0) {
      for (const entry of mine.values()) {
        const config = request.subscriptions.get(entry.roomId);
        if (config !== undefined && !entry.forgotten) ask(entry.roomNid, config);
      }
    }
    return { configs: mergeAll(asked), lists };
  }

  async #spaceChildren(requester: Requester, spaces: readonly string[]): Promise<Map<string, Set<string>>> {
    const children = new Map<string, Set<string>>();
    for (const space of spaces) {
      const room = await this.#parts.rooms.find(space);
      if (room?.membership(requester.userId) !== 'join') continue;
      const ids = [...room.ofType('m.space.child')].filter(([, event]) =>
        Array.isArray(event.pdu.content['via']),
      );
      children.set(space, new Set(ids.map(([roomId]) => roomId)));
    }
    return children;
  }

  async #rooms(
    requester: Requester,
    state: ConnectionState,
    mine: ReadonlyMap<number, UserRoom>,
    selection: Selection,
    upTo: number,
  ): Promise<{
    texts: string[];
    rooms: Map<number, SentRoom>;
    members: Map<number, ReadonlySet<string>>;
    fresh: Map<number, readonly StoredEvent[]>;
  }> {
    const { userRooms, changes } = this.#parts;
    const texts: string[] = [];
    const sentRooms = new Map(state.rooms);
    const members = new Map(state.members);
    const fresh = new Map<number, readonly StoredEvent[]>();
    const wanted = [...selection.configs].filter(([nid, config]) => {
      const sent = state.rooms.get(nid);
      const entry = mine.get(nid);
      if (entry === undefined) return false;
      if (sent === undefined || sent.membership !== entry.membership) return true;
      return (
        userRooms.head(nid).lastTl > sent.tl ||
        config.timelineLimit > sent.timelineLimit ||
        config.fingerprint !== sent.requiredState ||
        changes.receiptsSince(nid, state.position)
      );
    });
    if (wanted.length === 0) return { texts, rooms: sentRooms, members, fresh };
    const [loaded, data] = await Promise.all([
      this.#parts.rooms.byNids(wanted.map(([nid]) => nid)),
      this.#userData.of(requester.userId),
    ]);
    await this.#warmTails(state, wanted, loaded);
    for (const [nid, config] of wanted) {
      const room = loaded.get(nid);
      const entry = mine.get(nid);
      if (room === undefined || entry === undefined) continue;
      const answer = await answerRoom(this.#parts, {
        requester,
        room,
        entry,
        head: userRooms.head(nid),
        config,
        sent: state.rooms.get(nid),
        sentMembers: state.members.get(nid) ?? new Set(),
        state,
        upTo,
        isDirect: data.direct.has(room.roomId),
      });
      if (!state.rooms.has(nid)) fresh.set(nid, answer.events);
      sentRooms.set(nid, answer.sent);
      members.set(nid, answer.members);
      if (answer.text !== undefined) texts.push(`${JSON.stringify(room.roomId)}:${answer.text}`);
    }
    return { texts, rooms: sentRooms, members, fresh };
  }

  /** Reads the ends of all timelines that are not in memory at once. */
  async #warmTails(
    state: ConnectionState,
    wanted: ReadonlyArray<[number, RoomConfig]>,
    loaded: ReadonlyMap<number, Room>,
  ): Promise<void> {
    let limit = 0;
    const cold = wanted.flatMap(([nid, config]) => {
      const room = loaded.get(nid);
      if (room === undefined || config.timelineLimit === 0) return [];
      const after = state.rooms.get(nid)?.tl ?? Number.MIN_SAFE_INTEGER;
      if (room.holdsSince(after) || room.tail(after, room.lastTl).length >= config.timelineLimit) return [];
      limit = Math.max(limit, config.timelineLimit);
      return [{ room, after, upTo: room.lastTl }];
    });
    if (cold.length > 1) await readTails(this.#parts, cold, limit);
  }
}

function listsByRoom(selection: Selection, mine: ReadonlyMap<number, UserRoom>): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const { name, window } of selection.lists) {
    for (const nid of window) {
      const roomId = mine.get(nid)?.roomId;
      if (roomId !== undefined) lists.set(roomId, [...(lists.get(roomId) ?? []), name]);
    }
  }
  return lists;
}

/** Rooms one is in, asked into, or was put out of; rooms one left only where the client saw them before. */
function isListed(
  entry: UserRoom,
  state: ConnectionState,
  room: Room | undefined,
  requester: Requester,
): boolean {
  if (entry.forgotten) return false;
  if (entry.membership !== 'leave') return true;
  if (state.rooms.get(entry.roomNid) !== undefined)
    return state.rooms.get(entry.roomNid)?.membership !== 'leave';
  const member = room?.current('m.room.member', requester.userId);
  return member !== undefined && member.pdu.sender !== requester.userId;
}
