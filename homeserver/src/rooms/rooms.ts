import type { Committed, Storage, StoredEvent } from '@majlis/storage';
import { isRoomId } from '@majlis/protocol';
import { notFound } from '../http/errors.ts';
import { Room, parsePdu } from './room.ts';

/** Loaded rooms are dropped, least recently used first, when there are more or their state events together pass this. */
export interface RoomMemory {
  readonly stateEvents: number;
  readonly rooms: number;
}

const memory_max: RoomMemory = { stateEvents: 200_000, rooms: 5_000 };

/** Event types after which a room moves up in a list (MSC4186, "bump_stamp"). */
const bumpTypes = new Set([
  'm.room.create',
  'm.room.message',
  'm.room.encrypted',
  'm.sticker',
  'm.call.invite',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
  'm.beacon_info',
  'org.matrix.msc3672.beacon_info',
]);

export function movesRoomUp(type: string): boolean {
  return bumpTypes.has(type);
}

/** The rooms in memory: loaded on first use, kept up to date by what the writer commits. */
export class Rooms {
  readonly #storage: Storage;
  readonly #max: RoomMemory;
  readonly #loaded = new Map<number, Room>();
  readonly #loading = new Map<number, Promise<Room | undefined>>();
  readonly #nids = new Map<string, number>();
  #stateEvents = 0;

  constructor(storage: Storage, max: RoomMemory = memory_max) {
    this.#storage = storage;
    this.#max = max;
  }

  /** Must be called for every commit, before anybody else hears of it. */
  apply(committed: readonly Committed[]): void {
    for (const { position, change } of committed) {
      if (change.kind === 'unknown') this.#forget(position);
      if (change.kind !== 'events') continue;
      for (const event of change.events) this.#applyEvent(event);
      for (const { eventId, json, by } of change.redacted) {
        const roomNid = change.events[0]?.roomNid;
        if (roomNid !== undefined) this.held(roomNid)?.redacted(eventId, json, by);
      }
    }
  }

  /** @throws MatrixError 404 when there is no such room here. */
  async byId(roomId: string): Promise<Room> {
    const room = await this.find(roomId);
    if (room === undefined) throw notFound('Unknown room');
    return room;
  }

  async find(roomId: string): Promise<Room | undefined> {
    let nid = this.#nids.get(roomId);
    if (nid === undefined) {
      if (!isRoomId(roomId)) return undefined;
      nid = await this.#storage.rooms.roomNid(roomId);
      if (nid === undefined) return undefined;
      if (this.#nids.size > 100_000) this.#nids.clear();
      this.#nids.set(roomId, nid);
    }
    return this.#use(nid) ?? (await this.byNids([nid])).get(nid);
  }

  /** Takes in a room that was just made and is not in the database's answers yet. */
  adopt(room: Room): void {
    this.#loaded.set(room.nid, room);
    this.#nids.set(room.roomId, room.nid);
  }

  /** The room if it is in memory. */
  held(nid: number): Room | undefined {
    const room = this.#loaded.get(nid);
    return room?.chain.broken === true ? undefined : room;
  }

  /** {@link held}, and counted as used. */
  #use(nid: number): Room | undefined {
    const room = this.held(nid);
    if (room === undefined) return undefined;
    this.#loaded.delete(nid);
    this.#loaded.set(nid, room);
    return room;
  }

  /** Loads what is missing with one read for all. */
  async byNids(nids: readonly number[]): Promise<Map<number, Room>> {
    const found = new Map<number, Room>();
    const missing: number[] = [];
    const waiting: Array<Promise<Room | undefined>> = [];
    for (const nid of nids) {
      const room = this.#use(nid);
      if (room !== undefined) {
        found.set(nid, room);
        continue;
      }
      const loading = this.#loading.get(nid);
      if (loading === undefined) missing.push(nid);
      else waiting.push(loading);
    }
    if (missing.length > 0) waiting.push(...this.#load(missing));
    for (const room of await Promise.all(waiting)) if (room !== undefined) found.set(room.nid, room);
    return found;
  }

  #load(nids: readonly number[]): Array<Promise<Room | undefined>> {
    const reading = this.#read(nids);
    return nids.map((nid) => {
      const one = reading.then((rooms) => rooms.get(nid)).finally(() => this.#loading.delete(nid));
      this.#loading.set(nid, one);
      return one;
    });
  }

  /** A commit may pass between the read and its arrival here; then what was read is old, and is read again. */
  async #read(nids: readonly number[]): Promise<Map<number, Room>> {
    for (;;) {
      const before = this.#storage.stream.position();
      const rows = await this.#storage.rooms.load(nids);
      const touched = this.#touched;
      const stale = nids.filter((nid) => Math.max(touched.get(nid) ?? 0, this.#unknownUpTo) > before);
      if (stale.length > 0) continue;
      const rooms = new Map(rows.map((row) => [row.roomNid, new Room(row)]));
      for (const room of rooms.values()) {
        this.#drop(room.nid);
        this.#loaded.set(room.nid, room);
        this.#stateEvents += room.stateSize;
      }
      this.#evict(rooms);
      return rooms;
    }
  }

  /** What was read before this position may be old. */
  #unknownUpTo = 0;

  /** Writes that were built on what is forgotten are built again. */
  #forget(position: number): void {
    for (const room of this.#loaded.values()) room.chain.broken = true;
    this.#loaded.clear();
    this.#stateEvents = 0;
    this.#unknownUpTo = position;
  }

  /** Position of the newest commit in rooms that are being loaded. */
  readonly #touched = new Map<number, number>();

  #applyEvent(event: StoredEvent): void {
    if (this.#loading.has(event.roomNid)) this.#touched.set(event.roomNid, event.nid);
    else this.#touched.delete(event.roomNid);
    const room = this.held(event.roomNid);
    if (room === undefined) return;
    const before = event.stateKey === null ? undefined : room.current(event.type, event.stateKey);
    room.committed(event, movesRoomUp(event.type));
    if (event.stateKey !== null && before === undefined) this.#stateEvents += 1;
    const related = relationOf(event);
    if (related !== undefined) room.related(related);
  }

  /** @param wanted what was just read: whoever asked for it is about to use it. */
  #evict(wanted: ReadonlyMap<number, Room>): void {
    for (const [nid, room] of this.#loaded) if (room.chain.broken) this.#drop(nid);
    for (const [nid, room] of this.#loaded) {
      if (this.#stateEvents <= this.#max.stateEvents && this.#loaded.size <= this.#max.rooms) break;
      // Loaded anew it would not know what is under way, and what is committed would find nobody to tell.
      if (!room.writing && !wanted.has(nid)) this.#drop(nid);
    }
  }

  #drop(nid: number): void {
    const room = this.#loaded.get(nid);
    if (room === undefined) return;
    this.#loaded.delete(nid);
    this.#stateEvents -= room.stateSize;
  }
}

/** The event that this one relates to, if any. */
export function relationOf(event: StoredEvent): string | undefined {
  if (!event.json.includes('"m.relates_to"')) return undefined;
  const relation = parsePdu(event).content['m.relates_to'];
  if (relation === null || typeof relation !== 'object' || Array.isArray(relation)) return undefined;
  const target = relation['event_id'];
  return typeof target === 'string' && typeof relation['rel_type'] === 'string' ? target : undefined;
}
