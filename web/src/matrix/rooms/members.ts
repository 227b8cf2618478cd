import type { EncryptedRoom } from '../encryption/engine-contract.ts';
import type { HttpClient } from '../http.ts';
import type { Store } from '../store/store.ts';
import type { RawEvent } from '../timeline/log.ts';
import { memberFacts } from './merge.ts';
import type { MemberFacts } from './record.ts';
import { stateContent } from './record.ts';
import type { Room } from './room.ts';
import type { RoomBook } from './room-book.ts';

/** Up to this many, a room's members are all kept in its record, so that sync can tell who is new. */
const keepInRecord = 500;

/** How often the list is asked for again because sync told of a change meanwhile. */
const patience = 5;

/** What loading members needs of a session. */
export interface MemberSource {
  readonly book: Pick<RoomBook, 'inTurn'>;
  readonly http: Pick<HttpClient, 'request'>;
  readonly store: Store;
}

type Members = Readonly<Record<string, MemberFacts>>;

/** Loads the complete member list: from the device while it is current, else from the server. */
export async function loadMembers(room: Room, source: MemberSource): Promise<Members> {
  for (let attempt = 1; ; attempt += 1) {
    const known = await knownMembers(room, source);
    if (known !== undefined) return known;
    const aside = room.membersAside;
    const members = await fetchMembers(room, source);
    const current = await source.book.inTurn(async () => {
      if (room.membersAside !== aside) return false;
      await keepMembers(room, source, members);
      return true;
    });
    // Where people come and go all the time, the newest answer must do.
    if (current || attempt === patience) return members;
  }
}

function knownMembers(room: Room, { book, store }: MemberSource): Promise<Members | undefined> {
  return book.inTurn(async () => {
    if (!room.record.membersComplete) return undefined;
    room.members ??= await store.get('members', room.id);
    return room.members;
  });
}

async function fetchMembers(room: Room, { http }: MemberSource): Promise<Members> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/members`;
  const answer = await http.request('GET', path, { query: { not_membership: 'leave' } });
  const chunk = Array.isArray(answer['chunk']) ? (answer['chunk'] as RawEvent[]) : [];
  const members: Record<string, MemberFacts> = {};
  for (const event of chunk) {
    if (event.type === 'm.room.member' && event.state_key !== undefined) {
      members[event.state_key] = memberFacts(event.content);
    }
  }
  return members;
}

async function keepMembers(room: Room, { store }: MemberSource, members: Members): Promise<void> {
  const few = Object.keys(members).length <= keepInRecord;
  const people: Record<string, MemberFacts> = {};
  for (const [userId, facts] of Object.entries(room.record.people)) {
    // Whoever has left unseen must be seen to come again.
    people[userId] = members[userId] === undefined ? { ...facts, membership: 'leave' } : facts;
  }
  room.members = members;
  room.record = {
    ...room.record,
    membersComplete: true,
    people: few ? { ...people, ...members } : people,
  };
  await store.write([
    { table: 'members', key: room.id, value: members },
    { table: 'rooms', key: room.id, value: room.record },
  ]);
}

/** What the crypto machine must know to encrypt for this room. */
export function encryptedRoom(room: Room, members: Readonly<Record<string, MemberFacts>>): EncryptedRoom {
  const visibility = stateContent(room.record, 'm.room.history_visibility')?.['history_visibility'];
  const historyVisibility =
    visibility === 'invited' || visibility === 'joined' || visibility === 'world_readable'
      ? visibility
      : 'shared';
  const readers = Object.entries(members)
    .filter(
      ([, { membership }]) =>
        membership === 'join' || (membership === 'invite' && historyVisibility !== 'joined'),
    )
    .map(([userId]) => userId);
  const settings = stateContent(room.record, 'm.room.encryption') ?? {};
  const messages = settings['rotation_period_msgs'];
  const time = settings['rotation_period_ms'];
  return {
    roomId: room.id,
    members: readers,
    historyVisibility,
    // A room may ask for more frequent changes of key than the machine's own, never for fewer.
    ...(typeof messages === 'number' && messages > 0 ? { rotateAfterMessages: Math.min(messages, 100) } : {}),
    ...(typeof time === 'number' && time > 0 ? { rotateAfterMs: Math.min(time, 604_800_000) } : {}),
  };
}
