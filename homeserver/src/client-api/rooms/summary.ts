import { openEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { notFound } from '../../http/errors.ts';
import type { Aliases } from '../../rooms/aliases.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import { maySeeSummary, summaryOf } from '../../rooms/summary.ts';

/** GET /room_summary (Client-Server API 1.15, "Room summaries"), and its unstable twins. */
export function roomSummary(rooms: Rooms, aliases: Aliases): Endpoint {
  return openEndpoint({
    method: 'GET',
    paths: [
      '/_matrix/client/v1/room_summary/:roomIdOrAlias',
      '/_matrix/client/unstable/im.nheko.summary/summary/:roomIdOrAlias',
      '/_matrix/client/unstable/im.nheko.summary/rooms/:roomIdOrAlias/summary',
    ],
    rate: 'search',
    async handle({ params, requester }) {
      const room = await rooms.find(await aliases.roomId(params['roomIdOrAlias'] ?? ''));
      if (room === undefined || !(await maySeeSummary(rooms, room, requester?.userId)))
        throw notFound('There is no such room, or you may not see it');
      const membership = requester === undefined ? undefined : room.membership(requester.userId);
      return { ...summaryOf(room), ...(membership !== undefined && { membership }) };
    },
  });
}
