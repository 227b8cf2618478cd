import { isUserId, membershipOf } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, forbidden, invalidParam, missingParam, notFound } from '../../http/errors.ts';
import { optionalString, requiredString } from '../../http/fields.ts';
import type { HomeserverParts } from '../../parts.ts';
import type { Aliases } from '../../rooms/aliases.ts';
import type { Memberships } from '../../rooms/memberships.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { UserRooms } from '../../sync/user-rooms.ts';

const reason_length_max = 1_024;

const reasonIn = (body: JsonObject): string | undefined => optionalString(body, 'reason', reason_length_max);

function targetIn(body: JsonObject): string {
  const userId = requiredString(body, 'user_id', 255);
  if (!isUserId(userId)) throw invalidParam("'user_id' is not a user id");
  return userId;
}

/** Joining, inviting, leaving and removing (Client-Server API, "Room membership"). */
export function membershipEndpoints(
  parts: Pick<HomeserverParts, 'storage'>,
  rooms: Rooms,
  aliases: Aliases,
  memberships: Memberships,
  userRooms: UserRooms,
): Endpoint[] {
  const action = (
    name: string,
    rate: 'invite' | undefined,
    run: (roomId: string, sender: string, body: JsonObject) => Promise<void>,
  ): Endpoint =>
    userEndpoint({
      method: 'POST',
      paths: [`/_matrix/client/v3/rooms/:roomId/${name}`],
      body: 'event',
      ...(rate !== undefined && { rate }),
      writes: name !== 'leave',
      guests: name === 'leave',
      async handle({ params, body, requester }) {
        await run(params['roomId'] ?? '', requester.userId, body);
        return {};
      },
    });

  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/join/:roomIdOrAlias', '/_matrix/client/v3/rooms/:roomIdOrAlias/join'],
      writes: true,
      body: 'event',
      rate: 'join',
      guests: true,
      async handle({ params, body, requester }) {
        const roomId = await aliases.roomId(params['roomIdOrAlias'] ?? '');
        await memberships.join(roomId, requester.userId, reasonIn(body));
        return { room_id: roomId };
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/knock/:roomIdOrAlias'],
      writes: true,
      body: 'event',
      rate: 'join',
      async handle({ params, body, requester }) {
        const roomId = await aliases.roomId(params['roomIdOrAlias'] ?? '');
        await memberships.knock(roomId, requester.userId, reasonIn(body));
        return { room_id: roomId };
      },
    }),
    action('invite', 'invite', async (roomId, sender, body) => {
      if (body['medium'] !== undefined || body['id_server'] !== undefined) {
        throw new MatrixError(
          403,
          'M_THREEPID_DENIED',
          'This server has no identity server to invite by e-mail or phone',
        );
      }
      const reason = reasonIn(body);
      await memberships.invite(roomId, sender, targetIn(body), reason === undefined ? {} : { reason });
    }),
    action('leave', undefined, (roomId, sender, body) =>
      memberships.leave(roomId, sender, sender, reasonIn(body)),
    ),
    action('kick', undefined, async (roomId, sender, body) => {
      const target = targetIn(body);
      const room = await rooms.byId(roomId);
      const membership = membershipOf(room.upcoming, target);
      if (membership === 'leave') throw forbidden('This user is not in the room');
      if (membership === 'ban') throw forbidden('This user is banned; unban them instead');
      await memberships.leave(roomId, sender, target, reasonIn(body));
    }),
    action('ban', undefined, (roomId, sender, body) =>
      memberships.ban(roomId, sender, targetIn(body), reasonIn(body)),
    ),
    action('unban', undefined, async (roomId, sender, body) => {
      const target = targetIn(body);
      const room = await rooms.byId(roomId);
      if (membershipOf(room.upcoming, target) !== 'ban') throw forbidden('This user is not banned');
      await memberships.leave(roomId, sender, target, reasonIn(body));
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/rooms/:roomId/forget'],
      guests: true,
      async handle({ params, requester }) {
        const room = await rooms.byId(params['roomId'] ?? '');
        const membership = room.membership(requester.userId);
        if (membership === undefined) throw notFound('You were never in this room');
        if (membership !== 'leave' && membership !== 'ban') {
          throw new MatrixError(400, 'M_UNKNOWN', 'Leave the room before forgetting it');
        }
        await parts.storage.rooms.forget(requester.userId, room.nid);
        userRooms.forget(requester.userId, room.nid);
        return {};
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/joined_rooms'],
      guests: true,
      async handle({ requester }) {
        const mine = await userRooms.of(requester.userId);
        return {
          joined_rooms: [...mine.values()]
            .filter((room) => room.membership === 'join')
            .map((room) => room.roomId),
        };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [
        '/_matrix/client/v1/mutual_rooms',
        '/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms',
      ],
      async handle({ query, requester }) {
        const other = query.get('user_id');
        if (other === null) throw missingParam("'user_id' is missing");
        if (!isUserId(other) || other === requester.userId)
          throw invalidParam("'user_id' must be another user's id");
        const [mine, theirs] = await Promise.all([userRooms.of(requester.userId), userRooms.of(other)]);
        const joined = [...mine.values()].filter(
          (room) => room.membership === 'join' && theirs.get(room.roomNid)?.membership === 'join',
        );
        return { joined: joined.map((room) => room.roomId), count: joined.length };
      },
    }),
  ];
}
