import type { JsonObject } from '@majlis/protocol';
import type { Storage } from '@majlis/storage';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { badJson, forbidden, invalidParam, notFound } from '../../http/errors.ts';
import {
  optionalArray,
  optionalInteger,
  optionalObject,
  optionalString,
  queryInteger,
} from '../../http/fields.ts';
import type { HomeserverOptions } from '../../parts.ts';
import { mayName } from '../../rooms/aliases.ts';
import type { DirectoryQuestion, RoomDirectory } from '../../rooms/public-rooms.ts';
import type { Rooms } from '../../rooms/rooms.ts';

const page_max = 500;
const page_default = 100;
const visibilityPath = '/_matrix/client/v3/directory/list/room/:roomId';

/** The directory of published rooms (Client-Server API, "Published room directory"). */
export function publicRoomEndpoints(
  storage: Storage,
  options: HomeserverOptions,
  rooms: Rooms,
  directory: RoomDirectory,
): Endpoint[] {
  const list = async (query: URLSearchParams, question: DirectoryQuestion): Promise<object> => {
    const server = query.get('server');
    if (server !== null && server !== options.serverName)
      throw notFound('The directories of other servers cannot be reached from here');
    const { chunk, total } = await directory.list(question);
    const next = question.offset + chunk.length;
    return {
      chunk,
      total_room_count_estimate: total,
      ...(chunk.length > 0 && next < total && { next_batch: `p${next}` }),
      ...(question.offset > 0 && { prev_batch: `p${Math.max(0, question.offset - question.limit)}` }),
    };
  };
  return [
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/publicRooms'],
      rate: 'search',
      handle: ({ query }) =>
        list(query, {
          words: undefined,
          types: undefined,
          offset: readToken(query.get('since')),
          limit: queryInteger(query, 'limit', { min: 0, max: page_max, fallback: page_default }),
        }),
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/publicRooms'],
      rate: 'search',
      guests: true,
      handle: ({ query, body }) => list(query, readQuestion(body)),
    }),
    openEndpoint({
      method: 'GET',
      paths: [visibilityPath],
      async handle({ params }) {
        const room = await rooms.byId(params['roomId'] ?? '');
        return { visibility: room.published ? 'public' : 'private' };
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: [visibilityPath],
      async handle({ params, body, requester }) {
        const room = await rooms.byId(params['roomId'] ?? '');
        const visibility = optionalString(body, 'visibility', 16) ?? 'public';
        if (visibility !== 'public' && visibility !== 'private')
          throw invalidParam("'visibility' must be public or private");
        if (!mayName(room, requester.userId) && !requester.isAdmin)
          throw forbidden('Publishing a room takes the right to set its aliases');
        await storage.rooms.setPublished(room.nid, visibility === 'public');
        room.published = visibility === 'public';
        return {};
      },
    }),
  ];
}

function readQuestion(body: JsonObject): DirectoryQuestion {
  const filter = optionalObject(body, 'filter') ?? {};
  const limit = optionalInteger(body, 'limit', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? page_default;
  const words = optionalString(filter, 'generic_search_term', 255)?.trim();
  return {
    words: words === '' ? undefined : words,
    types: optionalArray(filter, 'room_types', 100)?.map((type) => {
      if (type !== null && typeof type !== 'string') throw badJson("'room_types' holds room types");
      return type;
    }),
    offset: readToken(optionalString(body, 'since', 64) ?? null),
    limit: Math.min(limit, page_max),
  };
}

/** @returns the offset that a paging token stands for. */
function readToken(token: string | null): number {
  if (token === null || token === '') return 0;
  if (!/^p\d{1,9}$/.test(token)) throw invalidParam("'since' is not a token of this server");
  return Number(token.slice(1));
}
