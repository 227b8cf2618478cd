import type { Room } from '../rooms/room.ts';
import { parsePdu } from '../rooms/room.ts';
import type { SyncParts } from './parts.ts';
import type { UserRoom } from './user-rooms.ts';

/** Whose devices a client has to look at again (Client-Server API, "Tracking the device list for a user"). */
export interface DeviceListDelta {
  readonly changed: string[];
  readonly left: string[];
}

interface Range {
  readonly after: number;
  readonly upTo: number;
}

/** Who came into a room of the user's, and who went out of one or saw the user go. */
interface MemberChanges {
  readonly came: Set<string>;
  readonly went: Set<string>;
}

/** What happened to the people of all the user's rooms, whatever filters and lists show of these. */
export async function deviceListDelta(
  parts: SyncParts,
  userId: string,
  range: Range,
): Promise<DeviceListDelta> {
  const { came, went } = await memberChanges(parts, userId, range);
  if (parts.changes.deviceListsSince(range.after)) {
    for (const changed of await parts.storage.encryption.deviceListChanges(range.after, range.upTo))
      came.add(changed);
  }
  const all = [...new Set([...came, ...went])].filter((other) => other !== userId);
  const sharing = new Set(await parts.storage.rooms.sharing(userId, all));
  if (came.has(userId)) sharing.add(userId);
  went.delete(userId);
  return {
    changed: [...came].filter((candidate) => sharing.has(candidate)),
    left: [...went].filter((other) => !sharing.has(other)),
  };
}

async function memberChanges(parts: SyncParts, userId: string, range: Range): Promise<MemberChanges> {
  const changes: MemberChanges = { came: new Set(), went: new Set() };
  const mine = [...(await parts.userRooms.of(userId)).values()];
  const joined = mine.filter(({ membership }) => membership === 'join');
  const gone = mine.filter(({ membership }) => membership === 'leave' || membership === 'ban');
  const moved = await parts.rooms.byNids(
    [...joined, ...gone].filter(({ eventNid }) => eventNid > range.after).map(({ roomNid }) => roomNid),
  );
  const unread = new Map<number, number>();
  for (const entry of joined) {
    if (parts.userRooms.head(entry.roomNid).lastTl <= range.after) continue;
    const entered = moved.get(entry.roomNid);
    const since = entered === undefined ? range.after : await inSince(parts, userId, entered, entry, range);
    if (entered !== undefined) for (const member of entered.joined) changes.came.add(member);
    const room = entered ?? parts.rooms.held(entry.roomNid);
    if (room?.holdsSince(since) === true) noteTail(changes, room, since, range.upTo);
    else unread.set(entry.roomNid, since);
  }
  await noteUnread(parts, changes, unread);
  for (const { roomNid } of gone) {
    const room = moved.get(roomNid);
    if (room !== undefined) await noteDeparture(parts, changes, userId, room, range.after);
  }
  return changes;
}

/** Who went before the user first came in is none of their business; who went while the user was out and back again is. */
async function inSince(
  parts: SyncParts,
  userId: string,
  room: Room,
  entry: UserRoom,
  { after }: Range,
): Promise<number> {
  const { membershipAt } = await parts.visibility.history(room, userId);
  return membershipAt({ tl: after }) === 'join' ? after : entry.eventNid;
}

function noteTail({ came, went }: MemberChanges, room: Room, after: number, upTo: number): void {
  for (const event of room.tail(after, upTo)) {
    if (event.type !== 'm.room.member' || event.stateKey === null) continue;
    const joined = parsePdu(event).content['membership'] === 'join';
    (joined ? came : went).add(event.stateKey);
  }
}

/** Of rooms that the memory does not hold so far back. */
async function noteUnread(
  parts: SyncParts,
  { came, went }: MemberChanges,
  unread: ReadonlyMap<number, number>,
): Promise<void> {
  if (unread.size === 0) return;
  const after = Math.min(...unread.values());
  for (const row of await parts.storage.rooms.membershipChanges([...unread.keys()], after)) {
    if (row.eventNid <= (unread.get(row.roomNid) ?? after)) continue;
    (row.membership === 'join' ? came : went).add(row.userId);
  }
}

/** The user went: everybody who was in with them then. */
async function noteDeparture(
  parts: SyncParts,
  { went }: MemberChanges,
  userId: string,
  room: Room,
  after: number,
): Promise<void> {
  const { leftAt } = await parts.visibility.history(room, userId);
  if (leftAt === undefined || leftAt <= after) return;
  const members = await parts.storage.rooms.stateAt(room.nid, leftAt - 1, [{ type: 'm.room.member' }]);
  for (const event of members) {
    if (event.stateKey !== null && parsePdu(event).content['membership'] === 'join') went.add(event.stateKey);
  }
}
