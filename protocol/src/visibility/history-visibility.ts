import { own, type JsonObject } from '../json/value.ts';

export type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined';

/** The setting a value means: `shared` where there is none or one that nobody knows. */
export function historyVisibility(value: unknown): HistoryVisibility {
  return value === 'world_readable' || value === 'invited' || value === 'joined' ? value : 'shared';
}

export interface UserVisibilityQuestion {
  userId: string;
  event: { type: string; state_key?: string; content: JsonObject };
  /** `history_visibility` in the state before the event. */
  historyVisibility?: unknown;
  /** The user's membership in the state before the event. */
  membership?: string | undefined;
  /** Has the user been joined at any time after the event? Somebody who is in the room now has. */
  joinedAfter: boolean;
}

/**
 * Whether a user may see an event. A change of the history visibility, and the user's own membership, may be seen if
 * either the state before or the state after it says so.
 * Specification: Client-Server API, "Room History Visibility", server behaviour.
 */
export function mayUserSeeEvent(question: UserVisibilityQuestion): boolean {
  const { event, userId, membership, joinedAfter } = question;
  const before = historyVisibility(question.historyVisibility);
  if (seen(before, membership, joinedAfter)) return true;
  if (event.type === 'm.room.history_visibility' && event.state_key === '') {
    return seen(historyVisibility(own(event.content, 'history_visibility')), membership, joinedAfter);
  }
  if (event.type === 'm.room.member' && event.state_key === userId) {
    const after = own(event.content, 'membership');
    return seen(before, typeof after === 'string' ? after : undefined, joinedAfter);
  }
  return false;
}

function seen(visibility: HistoryVisibility, membership: string | undefined, joinedAfter: boolean): boolean {
  // 1. world_readable: allow. 2. Joined at the time: allow. 3. shared and joined later: allow.
  // 4. invited and invited at the time: allow. 5. Otherwise deny.
  if (visibility === 'world_readable' || membership === 'join') return true;
  return (visibility === 'shared' && joinedAfter) || (visibility === 'invited' && membership === 'invite');
}

/**
 * Whether a server that is or was in the room may have an event: what its own users could see. `memberships` are those
 * of its users in the state at the event.
 * Specification: Server-Server API, "Backfilling and retrieving missing events".
 */
export function mayServerSeeEvent(visibility: unknown, memberships: Iterable<string>): boolean {
  const setting = historyVisibility(visibility);
  if (setting === 'world_readable' || setting === 'shared') return true;
  for (const membership of memberships) {
    if (membership === 'join' || (setting === 'invited' && membership === 'invite')) return true;
  }
  return false;
}
