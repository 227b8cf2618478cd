import type { JsonBody } from '../http.ts';
import type { EventRecord } from '../timeline/log.ts';

export type Membership = 'join' | 'invite' | 'knock' | 'leave' | 'ban';

export interface MemberFacts {
  readonly membership: Membership;
  readonly name?: string;
  readonly picture?: string;
}

export interface StateRecord {
  readonly eventId: string;
  readonly sender: string;
  readonly content: JsonBody;
  readonly time: number;
}

export interface ReceiptRecord {
  readonly eventId: string;
  readonly time: number;
}

/** Everything the device keeps of a room but its events and its complete member list. Immutable: changes make a new one. */
export interface RoomRecord {
  readonly roomId: string;
  readonly membership: Membership;
  /** What the server calls the room; only used when the state does not tell. */
  readonly serverName?: string;
  readonly heroes: readonly string[];
  /** Current state but members: type → state key → event. */
  readonly state: Readonly<Record<string, Readonly<Record<string, StateRecord>>>>;
  /** Members met so far (lazy loading). */
  readonly people: Readonly<Record<string, MemberFacts>>;
  readonly joined: number;
  readonly invited: number;
  readonly unread: number;
  readonly highlights: number;
  readonly direct: boolean;
  /** Once true it stays true, whatever the server says. */
  readonly encrypted: boolean;
  /** The room's own state has come (not only an invitation's excerpt), so that `encrypted: false` may be believed. */
  readonly known: boolean;
  readonly invitation?: { readonly by: string; readonly time: number };
  /** Latest public and own private read receipts: user id → receipt. */
  readonly receipts: Readonly<Record<string, ReceiptRecord>>;
  readonly fullyRead?: string;
  readonly tags: readonly string[];
  readonly markedUnread: boolean;
  /** The event the list shows a line of. */
  readonly last?: EventRecord;
  /** Milliseconds of the last activity. */
  readonly time: number;
  /** The complete member list in the table `members` is current. */
  readonly membersComplete: boolean;
}

/** A room of which only the address is known: this user is not in it as far as anybody has said. */
export function emptyRoom(roomId: string): RoomRecord {
  return {
    roomId,
    membership: 'leave',
    heroes: [],
    state: {},
    people: {},
    joined: 0,
    invited: 0,
    unread: 0,
    highlights: 0,
    direct: false,
    encrypted: false,
    known: false,
    receipts: {},
    tags: [],
    markedUnread: false,
    time: 0,
    membersComplete: false,
  };
}

export function stateContent(room: RoomRecord, type: string, stateKey = ''): JsonBody | undefined {
  return room.state[type]?.[stateKey]?.content;
}

/** The localpart of a user id, for people without a display name. */
export function localpart(userId: string): string {
  const colon = userId.indexOf(':');
  return userId.slice(1, colon < 0 ? undefined : colon);
}
