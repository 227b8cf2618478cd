import type { JsonObject, JsonValue } from '@majlis/protocol';
import { badJson, invalidParam } from '../../http/errors.ts';
import {
  isObject,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
} from '../../http/fields.ts';
import { checkListsState, readSlidingRequest } from './request.ts';
import type { RequiredState, SlidingRequest } from './request.ts';

const subscriptions_max = 100;

export interface StableRequest {
  readonly request: SlidingRequest;
  readonly pos: string | undefined;
  readonly timeoutMs: number;
}

/** Reads `POST /v4/sync` (MSC4186 as accepted) in terms of the dialect that the engine speaks. @throws MatrixError 400. */
export function readStableRequest(body: JsonObject, timeoutMax: number): StableRequest {
  const lists = Object.entries(optionalObject(body, 'lists') ?? {});
  const subscriptions = Object.entries(optionalObject(body, 'room_subscriptions') ?? {});
  if (subscriptions.length > subscriptions_max)
    throw invalidParam(`At most ${subscriptions_max} subscriptions`);
  const request = readSlidingRequest({
    ...body,
    lists: Object.fromEntries(lists.map(([name, list]) => [name, unstableList(objectOf(list, name))])),
    room_subscriptions: Object.fromEntries(
      subscriptions.map(([roomId, config]) => [roomId, unstableConfig(objectOf(config, roomId))]),
    ),
  });
  const excluded = new Map([...lists, ...subscriptions].map(([name, one]) => [name, excludedIn(one)]));
  checkListsState(lists.map(([name]) => excluded.get(name) ?? []));
  const timeout = optionalInteger(body, 'timeout', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
  return {
    request: {
      ...request,
      lists: request.lists.map((list) => ({ ...list, excludedState: excluded.get(list.name) ?? [] })),
      subscriptions: new Map(
        [...request.subscriptions].map(([roomId, config]) => [
          roomId,
          { ...config, excludedState: excluded.get(roomId) ?? [] },
        ]),
      ),
    },
    pos: optionalString(body, 'pos', 255),
    timeoutMs: Math.min(timeout, timeoutMax),
  };
}

function objectOf(value: JsonValue, name: string): JsonObject {
  if (!isObject(value)) throw badJson(`'${name}' must be an object`);
  return value;
}

function unstableList(list: JsonObject): JsonObject {
  const { is_invited: invited, ...filters } = optionalObject(list, 'filters') ?? {};
  const range = optionalArray(list, 'range', 2);
  return {
    ...unstableConfig(list),
    ...(range === undefined ? { slow_get_all_rooms: true } : { ranges: [range] }),
    filters: { ...filters, ...(invited !== undefined && { is_invite: invited }) },
  };
}

function unstableConfig(config: JsonObject): JsonObject {
  const required = optionalObject(config, 'required_state') ?? {};
  const include = patternsIn(required, 'include');
  const everything = include.some(([type, key]) => type === '*' && key === '*');
  const lazy = optionalBoolean(required, 'lazy_members') === true;
  const limit = config['timeline_limit'];
  return {
    // Beside a pattern for everything the engine takes others as exceptions, which here they are not.
    required_state: [
      ...(everything ? [['*', '*']] : include.map((pattern) => [...pattern])),
      ...(lazy && !everything ? [['m.room.member', '$LAZY']] : []),
    ],
    ...(limit !== undefined && { timeline_limit: limit }),
  };
}

function excludedIn(config: JsonValue): RequiredState[] {
  const required = isObject(config) ? optionalObject(config, 'required_state') : undefined;
  return required === undefined ? [] : patternsIn(required, 'exclude');
}

/** Patterns of type and state key; an absent one means any. */
function patternsIn(required: JsonObject, name: string): Array<readonly [string, string]> {
  return (optionalArray(required, name, 500) ?? []).map((pattern) => {
    if (!isObject(pattern)) throw badJson(`'${name}' holds objects`);
    return [
      optionalString(pattern, 'type', 255) ?? '*',
      optionalString(pattern, 'state_key', 255) ?? '*',
    ] as const;
  });
}
