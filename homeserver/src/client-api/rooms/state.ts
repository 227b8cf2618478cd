import type { JsonObject } from '@majlis/protocol';
import type { Storage, StoredEvent } from '@majlis/storage';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { notFound } from '../../http/errors.ts';
import { queryWord } from '../../http/fields.ts';
import { joinedRoom, readAccess } from '../../rooms/access.ts';
import type { AccessParts, ReadAccess } from '../../rooms/access.ts';
import type { DelayedEvents } from '../../rooms/delayed-events.ts';
import { renderState } from '../../rooms/render.ts';
import { mxcOf, parsePdu, textOf } from '../../rooms/room.ts';
import type { Sender } from '../../rooms/sender.ts';
import type { StateChecks } from '../../rooms/state-checks.ts';
import { readTimelineToken } from '../../sync/tokens.ts';

/** State and members of a room (Client-Server API, "Getting events for a room"). */
export function stateEndpoints(
  storage: Storage,
  parts: AccessParts,
  sender: Sender,
  delayed: DelayedEvents,
  checks: StateChecks,
): Endpoint[] {
  const { rooms } = parts;
  /** State as of now, or as of the moment the requester left. */
  const stateOf = async (access: ReadAccess): Promise<StoredEvent[]> =>
    access.upTo === undefined
      ? [...access.room.allState()].map((event) => event.stored)
      : storage.rooms.stateAt(access.room.nid, access.upTo);

  const oneOf = async (
    access: ReadAccess,
    type: string,
    stateKey: string,
  ): Promise<StoredEvent | undefined> =>
    access.upTo === undefined
      ? access.room.current(type, stateKey)?.stored
      : (await storage.rooms.stateAt(access.room.nid, access.upTo, [{ type, stateKey }]))[0];

  const statePaths = [
    '/_matrix/client/v3/rooms/:roomId/state/:eventType/:stateKey',
    '/_matrix/client/v3/rooms/:roomId/state/:eventType',
  ];
  return [
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/state'],
      guests: true,
      async handle({ params, requester }) {
        const access = await readAccess(parts, params['roomId'] ?? '', requester);
        const state = (await stateOf(access)).map(access.sight.shown);
        return new JsonText(`[${state.map((event) => renderState(event, access.room.roomId)).join(',')}]`);
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: statePaths,
      guests: true,
      async handle({ params, query, requester }) {
        const access = await readAccess(parts, params['roomId'] ?? '', requester);
        const format = queryWord(query, 'format', ['content', 'event'] as const) ?? 'content';
        const kept = await oneOf(access, params['eventType'] ?? '', params['stateKey'] ?? '');
        if (kept === undefined) throw notFound('The room has no such state');
        const event = access.sight.shown(kept);
        return format === 'event'
          ? new JsonText(renderState(event, access.room.roomId))
          : parsePdu(event).content;
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: statePaths,
      writes: true,
      body: 'event',
      rate: 'message',
      guests: true,
      async handle({ params, body, query, requester }) {
        const roomId = params['roomId'] ?? '';
        const type = params['eventType'] ?? '';
        const stateKey = params['stateKey'] ?? '';
        const room = await rooms.byId(roomId);
        await checks.check(room.nid, { type, stateKey, content: body });
        const delayId = await delayed.scheduleFromQuery(query, requester, {
          roomId,
          type,
          stateKey,
          content: body,
        });
        if (delayId !== undefined) return { delay_id: delayId };
        const current = room.upcoming(type, stateKey);
        // Saying the same again changes nothing; answer the event that says it.
        if (current?.pdu.sender === requester.userId && sameJson(current.pdu.content, body)) {
          if (room.current(type, stateKey)?.eventId === current.eventId) return { event_id: current.eventId };
        }
        const eventId = await sender.send(roomId, {
          type,
          stateKey,
          sender: requester.userId,
          content: body,
        });
        return { event_id: eventId };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/members'],
      guests: true,
      async handle({ params, query, requester }) {
        const access = await readAccess(parts, params['roomId'] ?? '', requester);
        const memberships = ['join', 'invite', 'knock', 'leave', 'ban'] as const;
        const only = queryWord(query, 'membership', memberships);
        const without = queryWord(query, 'not_membership', memberships);
        const at = query.get('at');
        const upTo =
          at === null || at === ''
            ? access.upTo
            : Math.min(readTimelineToken(at, 'at'), access.upTo ?? Number.MAX_SAFE_INTEGER);
        const members =
          upTo === undefined
            ? [...access.room.ofType('m.room.member').values()].map((event) => event.stored)
            : await storage.rooms.stateAt(access.room.nid, upTo, [{ type: 'm.room.member' }]);
        const chunk = members.filter((event) => {
          const membership = parsePdu(event).content['membership'];
          return (
            (only === undefined || membership === only) && (without === undefined || membership !== without)
          );
        });
        const texts = chunk.map((event) => renderState(access.sight.shown(event), access.room.roomId));
        return new JsonText(`{"chunk":[${texts.join(',')}]}`);
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/joined_members'],
      async handle({ params, requester }) {
        const room = await joinedRoom(rooms, params['roomId'] ?? '', requester);
        const joined: Record<string, Record<string, string>> = {};
        for (const userId of room.joined) {
          const member = room.current('m.room.member', userId);
          const name = textOf(member, 'displayname');
          const avatar = mxcOf(member, 'avatar_url');
          joined[userId] = {
            ...(name !== undefined && { display_name: name }),
            ...(avatar !== undefined && { avatar_url: avatar }),
          };
        }
        return { joined };
      },
    }),
  ];
}

function sameJson(left: JsonObject, right: JsonObject): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
}
