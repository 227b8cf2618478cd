import type { HomeserverParts } from '../parts.ts';
import type { Rulesets } from '../push/rulesets.ts';
import type { Unread } from '../push/unread.ts';
import type { IgnoredPeople } from '../rooms/ignored-people.ts';
import type { Renderer } from '../rooms/render.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Visibility } from '../rooms/visibility.ts';
import type { ChangeIndex } from './change-index.ts';
import type { Inbox } from './inbox.ts';
import type { KeyCounts } from './key-counts.ts';
import type { Typing } from './typing.ts';
import type { UserRooms } from './user-rooms.ts';
import type { Waiters } from './waiters.ts';

/** What both kinds of sync draw on. */
export interface SyncParts extends Pick<HomeserverParts, 'storage' | 'clock' | 'random' | 'options'> {
  readonly rooms: Rooms;
  readonly userRooms: UserRooms;
  readonly changes: ChangeIndex;
  readonly typing: Typing;
  readonly waiters: Waiters;
  readonly renderer: Renderer;
  readonly visibility: Visibility;
  readonly ignoredPeople: IgnoredPeople;
  readonly unread: Unread;
  readonly rulesets: Rulesets;
  readonly keyCounts: KeyCounts;
  readonly inbox: Inbox;
}
