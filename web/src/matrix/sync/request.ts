import type { JsonBody } from '../http.ts';

/** How many rooms the first window has, and by how many it grows until all are there. */
export const firstWindow = 20;
const windowStep = 60;
const subscriptionTimeline = 20;

/** State that the room list shows. `$LAZY`: members who wrote in the timeline, `$ME`: the own membership. */
const listState = [
  ['m.room.name', ''],
  ['m.room.avatar', ''],
  ['m.room.canonical_alias', ''],
  ['m.room.encryption', ''],
  ['m.room.tombstone', ''],
  ['m.room.member', '$LAZY'],
  ['m.room.member', '$ME'],
  ['org.matrix.msc3401.call.member', '*'],
];

/** What an open room needs besides. */
const roomState = [
  ...listState,
  ['m.room.create', ''],
  ['m.room.topic', ''],
  ['m.room.power_levels', ''],
  ['m.room.join_rules', ''],
  ['m.room.history_visibility', ''],
  ['m.room.pinned_events', ''],
];

export interface SyncPosition {
  /** Absent: a new connection. */
  readonly pos?: string;
  /** Last `next_batch` of the to-device extension that is safely stored. */
  readonly toDeviceSince?: string;
  /** Rooms in the window, counted from the most recent. */
  readonly window: number;
}

export interface SyncWishes {
  readonly openRooms: readonly string[];
  /** State types that somebody watches in every room (meetings). */
  readonly watchedTypes: readonly string[];
}

/** The body of one request. Nothing in it is sticky: each request says everything. */
export function syncRequest(position: SyncPosition, wishes: SyncWishes): JsonBody {
  const watched = wishes.watchedTypes.map((type) => [type, '*']);
  const subscriptions: Record<string, unknown> = {};
  for (const roomId of wishes.openRooms) {
    subscriptions[roomId] = {
      timeline_limit: subscriptionTimeline,
      required_state: [...roomState, ...watched],
    };
  }
  const toDevice: Record<string, unknown> = { enabled: true, limit: 100 };
  if (position.toDeviceSince !== undefined) toDevice['since'] = position.toDeviceSince;
  return {
    conn_id: 'majlis',
    lists: {
      rooms: {
        ranges: [[0, position.window - 1]],
        timeline_limit: 1,
        required_state: [...listState, ...watched],
        filters: { not_room_types: ['m.space'] },
      },
    },
    room_subscriptions: subscriptions,
    extensions: {
      to_device: toDevice,
      e2ee: { enabled: true },
      account_data: { enabled: true },
      receipts: { enabled: true },
      typing: { enabled: true },
    },
  };
}

/** The next window: grows until every room is in it, then stays a little ahead so that new rooms are included. */
export function nextWindow(window: number, total: number): number {
  if (window >= total) return window;
  return window + windowStep;
}
