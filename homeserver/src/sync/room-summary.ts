import { roomHeroes, strippedState } from '@majlis/protocol';
import type { Hero } from '@majlis/protocol';
import { textOf } from '../rooms/room.ts';
import type { Room } from '../rooms/room.ts';

/** State that tells somebody outside what the room is (Client-Server API, "Stripped state"; MSC4311 adds the create event). */
const strippedTypes = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
];

const members_scanned_max = 50;

/** Stripped state of a room for an invited or knocking user, as JSON texts: with their own member event and the inviter's. */
export function strippedStateOf(room: Room, userId: string): string[] {
  const own = room.current('m.room.member', userId);
  const inviter = own === undefined ? undefined : room.current('m.room.member', own.pdu.sender);
  const events = [...strippedTypes.map((type) => room.current(type, '')), inviter, own];
  const seen = new Set<string>();
  return events.flatMap((event) => {
    if (event === undefined || seen.has(event.eventId)) return [];
    seen.add(event.eventId);
    return [JSON.stringify(strippedState(event.pdu))];
  });
}

/** Heroes of a room for its name, in the order in which they came. */
export function heroesOf(room: Room, userId: string): Hero[] {
  function* members(): IterableIterator<
    Parameters<typeof roomHeroes>[0] extends Iterable<infer Member> ? Member : never
  > {
    let scanned = 0;
    for (const [id, event] of room.ofType('m.room.member')) {
      scanned += 1;
      if (scanned > members_scanned_max) return;
      const displayName = textOf(event, 'displayname');
      yield {
        userId: id,
        membership: textOf(event, 'membership') ?? 'leave',
        ...(displayName && { displayName }),
      };
    }
  }
  return roomHeroes(members(), userId);
}

/** `summary` of a joined room in `/sync`. */
export function roomSummary(room: Room, userId: string): Record<string, unknown> {
  return {
    'm.heroes': heroesOf(room, userId).map((hero) => hero.userId),
    'm.joined_member_count': room.joined.size,
    'm.invited_member_count': room.invited.size,
  };
}
