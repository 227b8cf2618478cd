import type { JsonObject, JsonValue } from '@majlis/protocol';
import { badJson, invalidParam } from '../../http/errors.ts';
import {
  isObject,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
  optionalStrings,
} from '../../http/fields.ts';

const lists_max = 100;
const list_name_bytes_max = 64;
const subscriptions_max = 1_000;
const required_state_max = 500;
/** Of all lists together: one room may stand in all of them. */
const lists_required_state_max = 2_000;
const ranges_max = 20;
const timeline_limit_max = 1_000;
const connection_id_length_max = 255;

/** A pair of type and state key; `*`, `$ME` and `$LAZY` have their meanings of MSC4186. */
export type RequiredState = readonly [type: string, stateKey: string];

export interface RoomConfig {
  readonly timelineLimit: number;
  readonly requiredState: readonly RequiredState[];
  /** Taken away from it; only the stable dialect has this. */
  readonly excludedState?: readonly RequiredState[];
}

export interface ListFilters {
  readonly isInvite?: boolean;
  readonly isDm?: boolean;
  readonly isEncrypted?: boolean;
  readonly spaces?: readonly string[];
  readonly roomTypes?: ReadonlyArray<string | null>;
  readonly notRoomTypes?: ReadonlyArray<string | null>;
  readonly tags?: readonly string[];
  readonly notTags?: readonly string[];
  readonly roomNameLike?: string;
}

export interface ListRequest extends RoomConfig {
  readonly name: string;
  /** Inclusive index ranges; undefined: all rooms. */
  readonly ranges: ReadonlyArray<readonly [number, number]> | undefined;
  readonly filters: ListFilters;
}

/** One extension's part of the request. */
export interface ExtensionRequest {
  readonly lists: readonly string[] | undefined;
  readonly rooms: readonly string[] | undefined;
  readonly limit: number;
  readonly since: string | undefined;
}

export type ExtensionName = 'to_device' | 'e2ee' | 'account_data' | 'receipts' | 'typing';

export interface SlidingRequest {
  readonly connectionId: string;
  readonly lists: readonly ListRequest[];
  readonly subscriptions: ReadonlyMap<string, RoomConfig>;
  readonly extensions: ReadonlyMap<ExtensionName, ExtensionRequest>;
}

/** Reads the unstable dialect of simplified sliding sync (MSC4186 as clients send it). @throws MatrixError 400. */
export function readSlidingRequest(body: JsonObject): SlidingRequest {
  const lists = Object.entries(optionalObject(body, 'lists') ?? {});
  if (lists.length > lists_max) throw invalidParam(`At most ${lists_max} lists`);
  const subscriptions = Object.entries(optionalObject(body, 'room_subscriptions') ?? {});
  if (subscriptions.length > subscriptions_max)
    throw invalidParam(`At most ${subscriptions_max} subscriptions`);
  const read = lists.map(([name, list]) => readList(name, list));
  checkListsState(read.map(({ requiredState }) => requiredState));
  return {
    connectionId: optionalString(body, 'conn_id', connection_id_length_max) ?? '',
    lists: read,
    subscriptions: new Map(
      subscriptions.map(([roomId, config]) => [roomId, readConfig(objectOf(config, roomId))]),
    ),
    extensions: readExtensions(optionalObject(body, 'extensions') ?? {}),
  };
}

/** @throws MatrixError 400 when lists ask for more state together than one room may be asked for. */
export function checkListsState(states: ReadonlyArray<readonly RequiredState[]>): void {
  if (states.reduce((sum, state) => sum + state.length, 0) > lists_required_state_max)
    throw invalidParam(`All lists together name at most ${lists_required_state_max} kinds of state`);
}

function objectOf(value: JsonValue, name: string): JsonObject {
  if (!isObject(value)) throw badJson(`'${name}' must be an object`);
  return value;
}

function readList(name: string, value: JsonValue): ListRequest {
  if (Buffer.byteLength(name) > list_name_bytes_max)
    throw invalidParam('A list name is longer than 64 bytes');
  const list = objectOf(value, name);
  const all = optionalBoolean(list, 'slow_get_all_rooms') === true;
  const ranges = optionalArray(list, 'ranges', ranges_max)?.map(readRange);
  return {
    name,
    ...readConfig(list),
    ranges: all ? undefined : (ranges ?? []),
    filters: readFilters(optionalObject(list, 'filters') ?? {}),
  };
}

function readRange(value: JsonValue): readonly [number, number] {
  if (!Array.isArray(value) || value.length !== 2) throw badJson('A range is a pair of indexes');
  const [from, to] = value;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to))
    throw badJson('A range is a pair of integers');
  if ((from as number) < 0 || (to as number) < (from as number))
    throw invalidParam('A range runs from low to high');
  return [from as number, to as number];
}

function readConfig(object: JsonObject): RoomConfig {
  const required = (optionalArray(object, 'required_state', required_state_max) ?? []).map((entry) => {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'string') {
      throw badJson("'required_state' holds pairs of type and state key");
    }
    return [entry[0], entry[1]] as const;
  });
  const limit = optionalInteger(object, 'timeline_limit', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
  return { timelineLimit: Math.min(limit, timeline_limit_max), requiredState: required };
}

function readFilters(object: JsonObject): ListFilters {
  const types = (name: string): Array<string | null> | undefined =>
    optionalArray(object, name, 100)?.map((type) => {
      if (type !== null && typeof type !== 'string') throw badJson(`'${name}' holds room types`);
      return type;
    });
  const filters = {
    isInvite: optionalBoolean(object, 'is_invite'),
    isDm: optionalBoolean(object, 'is_dm'),
    isEncrypted: optionalBoolean(object, 'is_encrypted'),
    spaces: optionalStrings(object, 'spaces', 100),
    roomTypes: types('room_types'),
    notRoomTypes: types('not_room_types'),
    tags: optionalStrings(object, 'tags', 100),
    notTags: optionalStrings(object, 'not_tags', 100),
    roomNameLike: optionalString(object, 'room_name_like', 255),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

const extensionNames: readonly ExtensionName[] = ['to_device', 'e2ee', 'account_data', 'receipts', 'typing'];

function readExtensions(object: JsonObject): Map<ExtensionName, ExtensionRequest> {
  const extensions = new Map<ExtensionName, ExtensionRequest>();
  for (const name of extensionNames) {
    const extension = optionalObject(object, name);
    if (extension === undefined || optionalBoolean(extension, 'enabled') !== true) continue;
    extensions.set(name, {
      lists: optionalStrings(extension, 'lists', lists_max),
      rooms: optionalStrings(extension, 'rooms', subscriptions_max),
      limit: Math.min(
        Math.max(optionalInteger(extension, 'limit', { min: 0, max: 1_000_000 }) ?? 100, 1),
        1_000,
      ),
      since: optionalString(extension, 'since', 64),
    });
  }
  return extensions;
}
