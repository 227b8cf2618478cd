import { parseMxc } from '@majlis/protocol';
import type { PublishedRoom } from '@majlis/storage';
import { mxcOf, textOf } from './room.ts';
import type { Room } from './room.ts';

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

export function publicRoom(room: Room): PublicRoom {
  const text = (type: string, name: string): string | undefined => {
    const value = textOf(room.current(type, ''), name);
    return value === '' ? undefined : value;
  };
  const described = {
    name: text('m.room.name', 'name'),
    topic: text('m.room.topic', 'topic'),
    avatar_url: mxcOf(room.current('m.room.avatar', ''), 'url'),
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

/** The same of a room in the directory. */
export function listed(room: PublishedRoom): PublicRoom {
  return {
    room_id: room.roomId,
    num_joined_members: room.joinedMembers,
    world_readable: room.historyVisibility === 'world_readable',
    guest_can_join: room.guestAccess === 'can_join',
    join_rule: room.joinRule ?? 'invite',
    ...(room.name !== null && { name: room.name }),
    ...(room.topic !== null && { topic: room.topic }),
    ...(room.avatarUrl !== null && parseMxc(room.avatarUrl) !== undefined && { avatar_url: room.avatarUrl }),
    ...(room.canonicalAlias !== null && { canonical_alias: room.canonicalAlias }),
    ...(room.roomType !== null && { room_type: room.roomType }),
  };
}
