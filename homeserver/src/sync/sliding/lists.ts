import { createHash } from 'node:crypto';
import { textOf } from '../../rooms/room.ts';
import type { Room } from '../../rooms/room.ts';
import type { UserRoom } from '../user-rooms.ts';
import type { ListFilters, ListRequest, RequiredState, RoomConfig } from './request.ts';
import type { ListData } from './user-data.ts';

/** Whether filters need to look into rooms, which then have to be loaded. */
export function needsRooms(filters: ListFilters): boolean {
  return (
    filters.isEncrypted !== undefined ||
    filters.spaces !== undefined ||
    filters.roomTypes !== undefined ||
    filters.notRoomTypes !== undefined ||
    filters.roomNameLike !== undefined
  );
}

export interface ListScope {
  readonly data: ListData;
  readonly rooms: ReadonlyMap<number, Room>;
  /** Children of each asked space that the user is joined to. */
  readonly spaceChildren: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Whether a room belongs in a list: all filters that are given must agree. */
export function matchesFilters(entry: UserRoom, filters: ListFilters, scope: ListScope): boolean {
  if (filters.isInvite !== undefined && (entry.membership === 'invite') !== filters.isInvite) return false;
  if (filters.isDm !== undefined && scope.data.direct.has(entry.roomId) !== filters.isDm) return false;
  const tags = scope.data.tags.get(entry.roomNid);
  if (filters.notTags?.some((tag) => tags?.has(tag)) === true) return false;
  if (filters.tags !== undefined && !filters.tags.some((tag) => tags?.has(tag))) return false;
  const { spaces } = filters;
  if (spaces !== undefined && !spaces.some((space) => scope.spaceChildren.get(space)?.has(entry.roomId)))
    return false;
  return !needsRooms(filters) || matchesRoom(scope.rooms.get(entry.roomNid), filters);
}

function matchesRoom(room: Room | undefined, filters: ListFilters): boolean {
  if (room === undefined) return false;
  if (filters.isEncrypted !== undefined) {
    if ((room.current('m.room.encryption', '') !== undefined) !== filters.isEncrypted) return false;
  }
  const type = textOf(room.current('m.room.create', ''), 'type') ?? null;
  if (filters.notRoomTypes?.includes(type) === true) return false;
  if (filters.roomTypes !== undefined && !filters.roomTypes.includes(type)) return false;
  if (filters.roomNameLike !== undefined) {
    const name = textOf(room.current('m.room.name', ''), 'name') ?? '';
    if (!name.toLowerCase().includes(filters.roomNameLike.toLowerCase())) return false;
  }
  return true;
}

/** The rooms of a sorted list that its ranges cover. */
export function windowOf<Entry>(sorted: readonly Entry[], list: ListRequest): Entry[] {
  if (list.ranges === undefined) return [...sorted];
  const covered = new Set<Entry>();
  for (const [from, to] of list.ranges) for (const entry of sorted.slice(from, to + 1)) covered.add(entry);
  return [...covered];
}

/** What all that speaks of a room asks for together. */
export interface MergedConfig extends RoomConfig {
  /** Tells whether a client asks for other state than before; short, because each connection keeps it for each room. */
  readonly fingerprint: string;
}

/** The configuration of each room. Rooms for which the same is asked share one: a list is not merged anew for each of its rooms. */
export function mergeAll(asked: ReadonlyMap<number, readonly RoomConfig[]>): Map<number, MergedConfig> {
  const numbers = new Map<RoomConfig, number>();
  const known = new Map<string, MergedConfig>();
  const merged = new Map<number, MergedConfig>();
  for (const [nid, configs] of asked) {
    for (const config of configs) if (!numbers.has(config)) numbers.set(config, numbers.size);
    const key = configs.map((config) => numbers.get(config)).join();
    const config = known.get(key) ?? mergeConfigs(configs);
    known.set(key, config);
    merged.set(nid, config);
  }
  return merged;
}

const keyOf = (entry: RequiredState): string => entry.join('\0');

/** The longest timeline and all the state that any asks for. */
function mergeConfigs(configs: readonly RoomConfig[]): MergedConfig {
  const required = new Map<string, RequiredState>();
  for (const { requiredState } of configs)
    for (const entry of requiredState) required.set(keyOf(entry), entry);
  const requiredState = [...required.values()];
  // Only what nobody wants stays away.
  const [first, ...others] = configs.map(({ excludedState = [] }) => excludedState);
  const unwanted = others.map((excluded) => new Set(excluded.map(keyOf)));
  const excludedState = (first ?? []).filter((entry) => unwanted.every((keys) => keys.has(keyOf(entry))));
  return {
    timelineLimit: Math.max(...configs.map(({ timelineLimit }) => timelineLimit)),
    requiredState,
    ...(excludedState.length > 0 && { excludedState }),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([requiredState, excludedState]))
      .digest('base64url'),
  };
}
