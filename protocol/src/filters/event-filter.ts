import { compileGlob, type Glob } from '../globs/glob.ts';
import { own, type JsonObject } from '../json/value.ts';

/** What a filter looks at. Events outside rooms (presence, account data) have no room, and perhaps no sender. */
export interface FilteredEvent {
  type: string;
  sender?: string;
  content: JsonObject;
  roomId?: string;
}

/**
 * The question an `EventFilter` or `RoomEventFilter` asks of each event: types (`*` is any text), senders, rooms and
 * `contains_url`. An absent list lets everything through, an empty one nothing; what is excluded stays out though it is
 * included too. `limit`, lazy loading and the relation filters (`related_by_…`), which need more than the event, are the
 * caller's. Entries of a wrong type match nothing.
 * Specification: Client-Server API, "Filtering".
 */
export function eventFilter(definition: JsonObject | undefined): (event: FilteredEvent) => boolean {
  if (definition === undefined) return () => true;
  const types = typePatterns(definition, 'types');
  const notTypes = typePatterns(definition, 'not_types') ?? [];
  const senders = names(definition, 'senders');
  const notSenders = names(definition, 'not_senders');
  const rooms = names(definition, 'rooms');
  const notRooms = names(definition, 'not_rooms');
  const containsUrl = own(definition, 'contains_url');
  return ({ type, sender, content, roomId }) =>
    (types === undefined || types.some((glob) => glob.matches(type))) &&
    !notTypes.some((glob) => glob.matches(type)) &&
    included(senders, notSenders, sender) &&
    (roomId === undefined || included(rooms, notRooms, roomId)) &&
    (typeof containsUrl !== 'boolean' || (typeof own(content, 'url') === 'string') === containsUrl);
}

function included(
  only: Set<unknown> | undefined,
  never: Set<unknown> | undefined,
  value: string | undefined,
): boolean {
  if (value === undefined) return only === undefined;
  return (only === undefined || only.has(value)) && never?.has(value) !== true;
}

function names(definition: JsonObject, key: string): Set<unknown> | undefined {
  const list = own(definition, key);
  return Array.isArray(list) ? new Set<unknown>(list) : undefined;
}

function typePatterns(definition: JsonObject, key: string): Glob[] | undefined {
  const list = own(definition, key);
  if (!Array.isArray(list)) return undefined;
  return list
    .filter((pattern) => typeof pattern === 'string')
    .map((pattern) => compileGlob(pattern, { question: false, ignoreCase: false }));
}
