import { isJsonObject, joinRuleOf, membershipOf } from '@majlis/protocol';
import { publicRoom } from './public-rooms.ts';
import type { PublicRoom } from './public-rooms.ts';
import { textOf } from './room.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** A room as somebody sees it who may not be in it (Client-Server API 1.15, "Room summary"). */
export interface RoomSummary extends PublicRoom {
  readonly room_version: string;
  readonly encryption?: string;
  readonly allowed_room_ids?: readonly string[];
}

/** What the specification lets a summary name. */
const algorithm = 'm.megolm.v1.aes-sha2';

export function summaryOf(room: Room): RoomSummary {
  const encryption = textOf(room.current('m.room.encryption', ''), 'algorithm');
  const allowed = allowedRooms(room);
  return {
    ...publicRoom(room),
    room_version: room.version.id,
    ...(encryption === algorithm && { encryption }),
    ...(allowed.length > 0 && { allowed_room_ids: allowed }),
  };
}

/** Rooms whose members may come in without an invitation. */
function allowedRooms(room: Room): string[] {
  const rule = joinRuleOf(room.current);
  if (rule !== 'restricted' && rule !== 'knock_restricted') return [];
  const allow = room.current('m.room.join_rules', '')?.pdu.content['allow'];
  if (!Array.isArray(allow)) return [];
  return allow.flatMap((entry) =>
    isJsonObject(entry) && entry['type'] === 'm.room_membership' && typeof entry['room_id'] === 'string'
      ? [entry['room_id']]
      : [],
  );
}

/** Whether a user, or somebody unknown, may learn of a room what its summary says. */
export async function maySeeSummary(rooms: Rooms, room: Room, userId: string | undefined): Promise<boolean> {
  const rule = joinRuleOf(room.current);
  if (rule === 'public' || rule === 'knock' || rule === 'knock_restricted') return true;
  if (textOf(room.current('m.room.history_visibility', ''), 'history_visibility') === 'world_readable')
    return true;
  if (userId === undefined) return false;
  const membership = membershipOf(room.current, userId);
  if (membership === 'join' || membership === 'invite') return true;
  for (const roomId of allowedRooms(room)) {
    if ((await rooms.find(roomId))?.membership(userId) === 'join') return true;
  }
  return false;
}
