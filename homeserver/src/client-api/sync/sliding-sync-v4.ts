import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, Requester } from '../../http/endpoint.ts';
import type { SlidingAnswer, SlidingSync } from '../../sync/sliding/sliding-sync.ts';
import { readStableRequest } from '../../sync/sliding/stable-request.ts';
import type { SyncParts } from '../../sync/parts.ts';
import { answerWhenNew, wait_ms_max } from './sliding-sync.ts';

type Fields = Record<string, unknown>;

/** POST /v4/sync: sliding sync as it was accepted (MSC4186), translated to and from the dialect of today's clients. */
export function slidingSyncV4(parts: SyncParts, engine: SlidingSync): Endpoint {
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/v4/sync'],
    async handle({ body, requester, response }) {
      const { request, pos, timeoutMs } = readStableRequest(body, wait_ms_max);
      const { next, answer } = await answerWhenNew(parts, engine, {
        requester,
        response,
        request,
        pos,
        timeoutMs,
      });
      return new JsonText(JSON.stringify(await stable(parts, requester, next, answer)));
    },
  });
}

async function stable(
  parts: SyncParts,
  requester: Requester,
  pos: string,
  answer: SlidingAnswer,
): Promise<Fields> {
  const { rooms = {}, ...rest } = JSON.parse(`{${answer.parts.join(',')}}`) as Fields & {
    rooms?: Record<string, Fields>;
  };
  const mine = await parts.userRooms.of(requester.userId);
  const memberships = new Map([...mine.values()].map((room) => [room.roomId, room.membership]));
  return {
    pos,
    ...rest,
    rooms: Object.fromEntries(
      Object.entries(rooms).map(([roomId, room]) => [
        roomId,
        {
          ...stableRoom(room),
          membership: memberships.get(roomId) ?? 'leave',
          lists: answer.listsOf.get(roomId) ?? [],
        },
      ]),
    ),
  };
}

function stableRoom(room: Fields): Fields {
  const {
    invite_state: stripped,
    unstable_expanded_timeline: expanded,
    notification_count: _notifications,
    highlight_count: _highlights,
    ...kept
  } = room;
  return {
    ...kept,
    ...(stripped !== undefined && { stripped_state: stripped }),
    ...(expanded !== undefined && { expanded_timeline: expanded }),
  };
}
