import type { Requester } from '../http/endpoint.ts';
import { forbidden } from '../http/errors.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Sight, Visibility } from './visibility.ts';

/** What it takes to tell who may read what. */
export interface AccessParts {
  readonly rooms: Rooms;
  readonly userRooms: UserRooms;
  readonly visibility: Visibility;
}

/** What somebody may read of a room: up to now, or up to when they left. */
export interface ReadAccess {
  readonly room: Room;
  readonly sight: Sight;
  /** undefined: up to now; else the last timeline index. */
  readonly upTo: number | undefined;
}

/**
 * Lets members in, former members who did not forget the room, and everybody where the history is world readable.
 * @throws MatrixError M_FORBIDDEN, also for rooms that do not exist: who is not in a room cannot tell.
 */
export async function readAccess(
  { rooms, userRooms, visibility }: AccessParts,
  roomId: string,
  { userId }: Requester,
): Promise<ReadAccess> {
  const room = await rooms.find(roomId);
  if (room !== undefined) {
    const sight = await visibility.sight(room, userId);
    if (sight.until === 'now') return { room, sight, upTo: undefined };
    const membership = room.membership(userId);
    if (sight.until !== undefined && (membership === 'leave' || membership === 'ban')) {
      const forgotten = (await userRooms.of(userId)).get(room.nid)?.forgotten === true;
      if (!forgotten) return { room, sight, upTo: sight.until };
    }
  }
  throw forbidden('You are not in this room');
}

/** @throws MatrixError M_FORBIDDEN unless the requester is joined. */
export async function joinedRoom(rooms: Rooms, roomId: string, requester: Requester): Promise<Room> {
  const room = await rooms.find(roomId);
  if (room === undefined || room.membership(requester.userId) !== 'join')
    throw forbidden('You are not in this room');
  return room;
}
