import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { optionalStrings, requiredString } from '../../http/fields.ts';
import type { RoomUpgrades } from '../../rooms/upgrade.ts';

const creators_max = 100;

/** POST /upgrade (Client-Server API, "Room Upgrades"). */
export function roomUpgrade(upgrades: RoomUpgrades): Endpoint {
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/v3/rooms/:roomId/upgrade'],
    rate: 'join',
    writes: true,
    async handle({ params, body, requester }) {
      const version = requiredString(body, 'new_version', 32);
      const creators = optionalStrings(body, 'additional_creators', creators_max) ?? [];
      const replacement = await upgrades.upgrade(params['roomId'] ?? '', requester, version, creators);
      return { replacement_room: replacement };
    },
  });
}
