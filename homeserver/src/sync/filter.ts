import { eventFilter, isJsonObject } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import type { RelatedBy, StoredEvent } from '@majlis/storage';
import { badJson, invalidParam } from '../http/errors.ts';
import { optionalBoolean, optionalInteger, optionalObject, optionalStrings } from '../http/fields.ts';
import { relatedBy } from '../rooms/related-by.ts';
import { parsePdu } from '../rooms/room.ts';

export const timeline_limit_default = 10;
export const timeline_limit_max = 1_000;

type EventQuestion = (event: StoredEvent, roomId: string) => boolean;

/** A `/sync` filter, compiled (Client-Server API, "Filtering"). */
export interface SyncFilter {
  readonly timelineLimit: number;
  readonly lazyMembers: boolean;
  readonly redundantMembers: boolean;
  readonly includeLeave: boolean;
  readonly threadCounts: boolean;
  readonly inRooms: (roomId: string) => boolean;
  readonly timeline: EventQuestion;
  /** Whether the timeline is shown whole. */
  readonly wholeTimeline: boolean;
  readonly state: EventQuestion;
  /** What `timeline` and `state` ask of the relations to an event. */
  readonly timelineRelatedBy: RelatedBy | undefined;
  readonly stateRelatedBy: RelatedBy | undefined;
  readonly ephemeral: (type: string, roomId: string) => boolean;
  readonly roomAccountData: (type: string, roomId: string) => boolean;
  readonly accountData: (type: string) => boolean;
}

function part(definition: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = definition?.[name];
  return isJsonObject(value) ? value : undefined;
}

const always = (): boolean => true;

/** Members of a filter that leave events out. */
const selecting = new Set([
  'types',
  'not_types',
  'senders',
  'not_senders',
  'rooms',
  'not_rooms',
  'contains_url',
  'related_by_senders',
  'related_by_rel_types',
]);

function ofEvents(definition: JsonObject | undefined): EventQuestion {
  if (definition === undefined) return always;
  const matches = eventFilter(definition);
  const content = typeof definition['contains_url'] === 'boolean';
  return (event, roomId) =>
    matches({
      type: event.type,
      sender: event.sender,
      content: content ? parsePdu(event).content : {},
      roomId,
    });
}

export function compileSyncFilter(definition: JsonObject): SyncFilter {
  const room = part(definition, 'room');
  const timeline = part(room, 'timeline');
  const state = part(room, 'state');
  const limit = timeline?.['limit'];
  const flag = (from: JsonObject | undefined, name: string): boolean => from?.[name] === true;
  const rooms = room === undefined ? undefined : eventFilter({ ...pick(room, ['rooms', 'not_rooms']) });
  const ephemeral = part(room, 'ephemeral');
  const roomAccountData = part(room, 'account_data');
  const accountData = part(definition, 'account_data');
  const ephemeralMatches = eventFilter(ephemeral);
  const roomAccountDataMatches = eventFilter(roomAccountData);
  const accountDataMatches = eventFilter(accountData);
  return {
    timelineLimit:
      typeof limit === 'number'
        ? Math.min(Math.max(0, Math.trunc(limit)), timeline_limit_max)
        : timeline_limit_default,
    lazyMembers: flag(state, 'lazy_load_members') || flag(timeline, 'lazy_load_members'),
    redundantMembers: flag(state, 'include_redundant_members'),
    includeLeave: flag(room, 'include_leave'),
    threadCounts: flag(timeline, 'unread_thread_notifications'),
    inRooms: rooms === undefined ? always : (roomId) => rooms({ type: '', content: {}, roomId }),
    timeline: ofEvents(timeline),
    wholeTimeline: Object.keys(timeline ?? {}).every((name) => !selecting.has(name)),
    state: ofEvents(state),
    timelineRelatedBy: relatedBy(timeline),
    stateRelatedBy: relatedBy(state),
    ephemeral: (type, roomId) => ephemeralMatches({ type, content: {}, roomId }),
    roomAccountData: (type, roomId) => roomAccountDataMatches({ type, content: {}, roomId }),
    accountData: (type) => accountDataMatches({ type, content: {} }),
  };
}

const names_max = 10_000;
/** Each may be a pattern that every event is held against. */
const types_max = 200;
const type_length_max = 255;
const lists = ['senders', 'not_senders', 'rooms', 'not_rooms', 'related_by_senders', 'related_by_rel_types'];
const flags = [
  'contains_url',
  'lazy_load_members',
  'include_redundant_members',
  'unread_thread_notifications',
  'include_leave',
];

/** Refuses a part of a filter that would be taken for another than was meant. @throws MatrixError M_BAD_JSON, M_INVALID_PARAM. */
export function checkEventFilter(definition: JsonObject): void {
  for (const name of lists) optionalStrings(definition, name, names_max);
  for (const name of ['types', 'not_types']) {
    if (optionalStrings(definition, name, types_max)?.some((type) => type.length > type_length_max))
      throw invalidParam(`A type is at most ${type_length_max} characters`);
  }
  for (const name of flags) optionalBoolean(definition, name);
  optionalInteger(definition, 'limit', { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** The same for a whole `/sync` filter. */
export function checkSyncFilter(definition: JsonObject): void {
  const room = optionalObject(definition, 'room') ?? {};
  const parts = [room];
  for (const name of ['presence', 'account_data']) parts.push(optionalObject(definition, name) ?? {});
  for (const name of ['timeline', 'state', 'ephemeral', 'account_data'])
    parts.push(optionalObject(room, name) ?? {});
  for (const one of parts) checkEventFilter(one);
  optionalStrings(definition, 'event_fields', names_max);
  const format = definition['event_format'] ?? 'client';
  if (format !== 'client' && format !== 'federation')
    throw badJson("'event_format' must be client or federation");
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  const picked: JsonObject = {};
  for (const name of names) if (object[name] !== undefined) picked[name] = object[name];
  return picked;
}
