import type { Storage } from '@majlis/storage';
import { textOf } from './room.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** A room as directories, spaces and previews describe it to people outside. */
export interface PublicRoom {
  readonly room_id: string;
  readonly num_joined_members: number;
  readonly world_readable: boolean;
  readonly guest_can_join: boolean;
  readonly name?: string;
  readonly topic?: string;
  readonly avatar_url?: string;
  readonly canonical_alias?: string;
  readonly join_rule?: string;
  readonly room_type?: string;
}

export interface DirectoryQuestion {
  /** Words in name, topic or alias; undefined: any. */
  readonly words: string | undefined;
  /** Types of rooms, null for rooms without one; undefined: any. */
  readonly types: ReadonlyArray<string | null> | undefined;
  readonly offset: number;
  readonly limit: number;
}

export function publicRoom(room: Room): PublicRoom {
  const text = (type: string, name: string): string | undefined => {
    const value = textOf(room.current(type, ''), name);
    return value === '' ? undefined : value;
  };
  const described = {
    name: text('m.room.name', 'name'),
    topic: text('m.room.topic', 'topic'),
    avatar_url: text('m.room.avatar', 'url'),
    canonical_alias: text('m.room.canonical_alias', 'alias'),
    join_rule: text('m.room.join_rules', 'join_rule') ?? 'invite',
    room_type: text('m.room.create', 'type'),
  };
  return {
    room_id: room.roomId,
    num_joined_members: room.joined.size,
    world_readable: text('m.room.history_visibility', 'history_visibility') === 'world_readable',
    guest_can_join: text('m.room.guest_access', 'guest_access') === 'can_join',
    ...Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)),
  };
}

/** The published rooms of this server, largest first. */
export class RoomDirectory {
  readonly #storage: Storage;
  readonly #rooms: Rooms;

  constructor(storage: Storage, rooms: Rooms) {
    this.#storage = storage;
    this.#rooms = rooms;
  }

  async list(question: DirectoryQuestion): Promise<{ chunk: PublicRoom[]; total: number }> {
    const rooms = await this.#rooms.byNids(await this.#storage.rooms.publishedRooms());
    const matching = [...rooms.values()]
      .map(publicRoom)
      .filter((room) => matches(room, question))
      .toSorted(
        (left, right) =>
          right.num_joined_members - left.num_joined_members || (left.room_id < right.room_id ? -1 : 1),
      );
    return {
      chunk: matching.slice(question.offset, question.offset + question.limit),
      total: matching.length,
    };
  }
}

function matches(room: PublicRoom, { words, types }: DirectoryQuestion): boolean {
  if (types !== undefined && !types.includes(room.room_type ?? null)) return false;
  if (words === undefined) return true;
  const wanted = words.toLowerCase();
  return [room.name, room.topic, room.canonical_alias].some((text) => text?.toLowerCase().includes(wanted));
}
