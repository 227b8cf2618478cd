import { eventFlags } from '@majlis/storage';
import type { Committed, Storage, StoredEvent } from '@majlis/storage';
import type { IgnoredPeople } from '../rooms/ignored-people.ts';
import { parsePdu } from '../rooms/room.ts';
import { movesRoomUp } from '../rooms/rooms.ts';
import type { Rooms } from '../rooms/rooms.ts';

const users_max = 10_000;
/** Events that do not take part in the state. */
const refused = eventFlags.rejected | eventFlags.softFailed;

/** One room of a user's list. */
export interface UserRoom {
  readonly roomNid: number;
  readonly roomId: string;
  readonly membership: string;
  /** The membership event; also the stream position since which it holds. */
  readonly eventNid: number;
  readonly forgotten: boolean;
}

/** Newest event of a room, known without loading the room. */
export interface RoomHead {
  lastTl: number;
  bumpTl: number;
}

type UserRoomMap = Map<number, UserRoom>;

/** Each connected user's rooms and every known room's head, in memory; kept up to date by what is committed. */
export class UserRooms {
  readonly #storage: Storage;
  readonly #rooms: Rooms;
  readonly #users = new Map<string, UserRoomMap>();
  readonly #loading = new Map<string, Promise<UserRoomMap>>();
  readonly #touched = new Map<string, number>();
  readonly #heads = new Map<number, RoomHead>();
  /** What was read before this position may be old. */
  #unknownUpTo = 0;

  constructor(storage: Storage, rooms: Rooms) {
    this.#storage = storage;
    this.#rooms = rooms;
  }

  async of(userId: string): Promise<ReadonlyMap<number, UserRoom>> {
    const known = this.#users.get(userId);
    if (known !== undefined) return known;
    let loading = this.#loading.get(userId);
    if (loading === undefined) {
      loading = this.#load(userId).finally(() => this.#loading.delete(userId));
      this.#loading.set(userId, loading);
    }
    return loading;
  }

  head(roomNid: number): RoomHead {
    return this.#heads.get(roomNid) ?? { lastTl: 0, bumpTl: 0 };
  }

  forget(userId: string, roomNid: number): void {
    const rooms = this.#users.get(userId);
    const room = rooms?.get(roomNid);
    if (rooms !== undefined && room !== undefined) rooms.set(roomNid, { ...room, forgotten: true });
  }

  /** Call after `Rooms.apply`. */
  apply(committed: readonly Committed[]): void {
    for (const { position, change } of committed) {
      if (change.kind === 'unknown') {
        this.#users.clear();
        this.#unknownUpTo = position;
      }
      if (change.kind !== 'events') continue;
      for (const event of change.events) {
        this.#moveHead(event);
        if (event.type === 'm.room.member' && event.stateKey !== null && (event.flags & refused) === 0)
          this.#noteMember(event, event.stateKey);
      }
    }
  }

  #moveHead(event: StoredEvent): void {
    const head = this.#heads.get(event.roomNid);
    const bumpTl = this.#rooms.held(event.roomNid)?.bumpTl;
    if (head === undefined) this.#heads.set(event.roomNid, { lastTl: event.tl, bumpTl: bumpTl ?? event.tl });
    else {
      head.lastTl = event.tl;
      head.bumpTl = bumpTl ?? (movesRoomUp(event.type) ? event.tl : head.bumpTl);
    }
  }

  /** From the event alone: the room may have left the memory while it was written. */
  #noteMember(event: StoredEvent, userId: string): void {
    if (this.#loading.has(userId)) this.#touched.set(userId, event.nid);
    const mine = this.#users.get(userId);
    if (mine === undefined) return;
    const { content, room_id: roomId } = parsePdu(event);
    const { membership } = content;
    if (typeof membership !== 'string' || roomId === undefined) return;
    // A new name is no new join.
    if (membership === 'join' && mine.get(event.roomNid)?.membership === 'join') return;
    mine.set(event.roomNid, {
      roomNid: event.roomNid,
      roomId,
      membership,
      eventNid: event.nid,
      forgotten: false,
    });
  }

  async #load(userId: string): Promise<UserRoomMap> {
    for (;;) {
      const before = this.#storage.stream.position();
      const rows = await this.#storage.rooms.membershipsOf(userId);
      if (Math.max(this.#touched.get(userId) ?? 0, this.#unknownUpTo) > before) continue;
      this.#touched.delete(userId);
      const rooms: UserRoomMap = new Map();
      for (const row of rows) {
        const { roomNid, roomId, membership, eventNid, forgotten } = row;
        rooms.set(roomNid, { roomNid, roomId, membership, eventNid, forgotten });
        const head = this.#heads.get(roomNid);
        if (head === undefined) this.#heads.set(roomNid, { lastTl: row.lastTl, bumpTl: row.bumpTl });
        else if (head.lastTl < row.lastTl) Object.assign(head, { lastTl: row.lastTl, bumpTl: row.bumpTl });
      }
      if (this.#users.size >= users_max) {
        const oldest = this.#users.keys().next();
        if (!oldest.done) this.#users.delete(oldest.value);
      }
      this.#users.set(userId, rooms);
      return rooms;
    }
  }
}

/** A user's rooms without invitations from people whom they ignore. */
export async function roomsToShow(
  parts: { readonly userRooms: UserRooms; readonly rooms: Rooms; readonly ignoredPeople: IgnoredPeople },
  userId: string,
): Promise<ReadonlyMap<number, UserRoom>> {
  const mine = await parts.userRooms.of(userId);
  const ignored = await parts.ignoredPeople.of(userId);
  if (ignored.size === 0) return mine;
  const invited = [...mine.values()].filter((entry) => entry.membership === 'invite');
  const shown = new Map(mine);
  for (const [nid, room] of await parts.rooms.byNids(invited.map((entry) => entry.roomNid))) {
    const inviter = room.current('m.room.member', userId)?.pdu.sender;
    if (inviter !== undefined && ignored.has(inviter)) shown.delete(nid);
  }
  return shown;
}
