import type { Requester } from '../http/endpoint.ts';
import { forbidden } from '../http/errors.ts';
import { textOf } from './room.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** What somebody may read of a room: up to now, or up to when they left. */
export interface ReadAccess {
  readonly room: Room;
  /** undefined: up to now; else the last timeline index. */
  readonly upTo: number | undefined;
}

/**
 * Lets members and former members in, and everybody where the history is world readable.
 * @throws MatrixError M_FORBIDDEN, also for rooms that do not exist: who is not in a room cannot tell.
 */
export async function readAccess(rooms: Rooms, roomId: string, requester: Requester): Promise<ReadAccess> {
  const room = await rooms.find(roomId);
  if (room !== undefined) {
    const member = room.current('m.room.member', requester.userId);
    const membership = textOf(member, 'membership');
    if (membership === 'join') return { room, upTo: undefined };
    if (textOf(room.current('m.room.history_visibility', ''), 'history_visibility') === 'world_readable') {
      return { room, upTo: undefined };
    }
    const wasIn =
      (membership === 'leave' || membership === 'ban') &&
      member?.pdu.unsigned?.['replaces_state'] !== undefined;
    if (wasIn && member !== undefined) return { room, upTo: member.stored.tl };
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
