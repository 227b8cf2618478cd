/** Somebody after whom a room without a name is called. */
export interface Hero {
  userId: string;
  displayName?: string | undefined;
}

export interface RoomNameInput {
  name?: unknown;
  canonicalAlias?: unknown;
  /** Up to five, without the user who asks: {@link roomHeroes}. */
  heroes: Hero[];
  joinedCount: number;
  invitedCount: number;
}

/** What a room is to be called. Words around the names are the reader's language's, not ours. */
export type RoomName =
  | { kind: 'name' | 'alias'; name: string }
  /** `others` counts members beside the heroes and the user; `alone` says that the heroes have left. */
  | { kind: 'heroes'; names: string[]; others: number; alone: boolean }
  | { kind: 'empty' };

/**
 * How a room is called: its name, else its alias, else its heroes.
 * Specification: Client-Server API, "Calculating the display name for a room".
 */
export function roomNameParts(input: RoomNameInput): RoomName {
  const { name, canonicalAlias, heroes, joinedCount, invitedCount } = input;
  // 1. A non-empty name. 2. A canonical alias.
  if (typeof name === 'string' && name.trim() !== '') return { kind: 'name', name };
  if (typeof canonicalAlias === 'string' && canonicalAlias !== '')
    return { kind: 'alias', name: canonicalAlias };
  // 3. The heroes: all of them, some of them and how many others, or those that were there.
  if (heroes.length === 0) return { kind: 'empty' };
  const members = joinedCount + invitedCount;
  const others = Math.max(0, members - 1 - heroes.length);
  return { kind: 'heroes', names: disambiguated(heroes), others, alone: members <= 1 };
}

/**
 * {@link roomNameParts} as one text without words, for where no language is known: `Alice, Bob +3`. Undefined for an
 * empty room without a name.
 */
export function roomName(input: RoomNameInput): string | undefined {
  const parts = roomNameParts(input);
  if (parts.kind === 'empty') return undefined;
  if (parts.kind !== 'heroes') return parts.name;
  return parts.names.join(', ') + (parts.others > 0 ? ` +${parts.others}` : '');
}

/** Two heroes of the same name are told apart by their ids. */
function disambiguated(heroes: Hero[]): string[] {
  const names = heroes.map(({ userId, displayName }) =>
    displayName === undefined || displayName.trim() === '' ? userId : displayName,
  );
  return names.map((name, index) => {
    const userId = heroes[index]?.userId ?? '';
    return name !== userId && names.indexOf(name) !== names.lastIndexOf(name) ? `${name} (${userId})` : name;
  });
}

export interface RoomMember extends Hero {
  membership: string;
}

export const heroesMax = 5;

/**
 * The heroes of a room: the first five members, joined or invited, in the order given (that in which they came); if
 * there is nobody, those who left or were banned. Never the user who asks.
 * Specification: Client-Server API, `m.heroes` of `/sync`.
 */
export function roomHeroes(members: Iterable<RoomMember>, userId: string): Hero[] {
  const present: Hero[] = [];
  const gone: Hero[] = [];
  for (const member of members) {
    if (member.userId === userId) continue;
    const { membership } = member;
    const list = membership === 'join' || membership === 'invite' ? present : gone;
    if (membership === 'knock' || list.length === heroesMax) continue;
    const { displayName } = member;
    list.push(displayName === undefined ? { userId: member.userId } : { userId: member.userId, displayName });
    if (present.length === heroesMax) break;
  }
  return present.length > 0 ? present : gone;
}
