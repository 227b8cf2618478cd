import type { Storage } from '@majlis/storage';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { requiredString } from '../../http/fields.ts';
import type { HomeserverOptions } from '../../parts.ts';
import { forbidden } from '../../http/errors.ts';
import { readAccess } from '../../rooms/access.ts';
import type { AccessParts } from '../../rooms/access.ts';
import type { Aliases } from '../../rooms/aliases.ts';

const path = '/_matrix/client/v3/directory/room/:roomAlias';

/** Room aliases (Client-Server API, "Room aliases"). */
export function aliasEndpoints(
  storage: Storage,
  options: HomeserverOptions,
  access: AccessParts,
  aliases: Aliases,
): Endpoint[] {
  return [
    openEndpoint({
      method: 'GET',
      paths: [path],
      async handle({ params }) {
        const { roomId } = await aliases.resolve(params['roomAlias'] ?? '');
        return { room_id: roomId, servers: [options.serverName] };
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: [path],
      writes: true,
      async handle({ params, body, requester }) {
        await aliases.add(params['roomAlias'] ?? '', requiredString(body, 'room_id', 255), requester);
        return {};
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [path],
      async handle({ params, requester }) {
        await aliases.remove(params['roomAlias'] ?? '', requester);
        return {};
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/aliases'],
      guests: true,
      async handle({ params, requester }) {
        const { room, upTo } = await readAccess(access, params['roomId'] ?? '', requester);
        if (upTo !== undefined) throw forbidden('You are no longer in this room');
        return { aliases: await storage.rooms.aliasesOf(room.nid) };
      },
    }),
  ];
}
