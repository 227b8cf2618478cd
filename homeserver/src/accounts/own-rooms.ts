import type { UserRoom, UserRooms } from '../sync/user-rooms.ts';

const rooms_at_once = 50;

/** Does something in all rooms in which a user has one of these memberships, some at a time. */
export async function inOwnRooms(
  userRooms: UserRooms,
  userId: string,
  memberships: readonly string[],
  act: (room: UserRoom) => Promise<void>,
): Promise<void> {
  const mine = await userRooms.of(userId);
  const rooms = [...mine.values()].filter(({ membership }) => memberships.includes(membership));
  for (let start = 0; start < rooms.length; start += rooms_at_once) {
    await Promise.all(rooms.slice(start, start + rooms_at_once).map(act));
  }
}
