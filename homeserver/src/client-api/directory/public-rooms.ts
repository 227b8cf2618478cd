import type { JsonObject } from '@majlis/protocol';
import type { DirectoryPlace, DirectoryQuery, Storage } from '@majlis/storage';
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
import { listed } from '../../rooms/public-rooms.ts';
import type { Rooms } from '../../rooms/rooms.ts';

const page_max = 500;
const page_default = 100;
const token_length_max = 512;
const visibilityPath = '/_matrix/client/v3/directory/list/room/:roomId';

/** The directory of published rooms (Client-Server API, "Published room directory"). */
export function publicRoomEndpoints(storage: Storage, options: HomeserverOptions, rooms: Rooms): Endpoint[] {
  const list = async (query: URLSearchParams, question: DirectoryQuery): Promise<object> => {
    const server = query.get('server');
    if (server !== null && server !== options.serverName)
      throw notFound('The directories of other servers cannot be reached from here');
    const { rooms: found, more, total } = await storage.directory.publishedRooms(question);
    const [first, last] = [found[0], found.at(-1)];
    const backward = question.from?.direction === 'before';
    const before = backward ? more : question.from !== undefined;
    const after = backward || more;
    return {
      chunk: found.map(listed),
      total_room_count_estimate: total,
      ...(after && last !== undefined && { next_batch: writeToken('after', last) }),
      ...(before && first !== undefined && { prev_batch: writeToken('before', first) }),
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
          from: readToken(query.get('since')),
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
        await storage.directory.setPublished(room.nid, visibility === 'public');
        room.published = visibility === 'public';
        return {};
      },
    }),
  ];
}

function readQuestion(body: JsonObject): DirectoryQuery {
  const filter = optionalObject(body, 'filter') ?? {};
  const limit = optionalInteger(body, 'limit', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? page_default;
  const words = optionalString(filter, 'generic_search_term', 255)?.trim();
  return {
    words: words === '' ? undefined : words,
    types: optionalArray(filter, 'room_types', 100)?.map((type) => {
      if (type !== null && typeof type !== 'string') throw badJson("'room_types' holds room types");
      return type;
    }),
    from: readToken(optionalString(body, 'since', token_length_max) ?? null),
    limit: Math.min(limit, page_max),
  };
}

/** A token names the room at its place, so that pages neither repeat nor pass over rooms while others come and go. */
function writeToken(direction: 'after' | 'before', { joinedMembers, roomId }: DirectoryPlace): string {
  return Buffer.from(`${direction} ${joinedMembers} ${roomId}`).toString('base64url');
}

function readToken(token: string | null): DirectoryQuery['from'] {
  if (token === null || token === '') return undefined;
  const text = token.length > token_length_max ? '' : Buffer.from(token, 'base64url').toString();
  const [, direction, members, roomId = ''] = /^(after|before) (\d{1,9}) ([^\0]*)$/.exec(text) ?? [];
  if (direction !== 'after' && direction !== 'before')
    throw invalidParam("'since' is not a token of this server");
  return { direction, place: { joinedMembers: Number(members), roomId } };
}
