import { isEventId } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { badJson, invalidParam, missingParam } from '../../http/errors.ts';
import { optionalInteger, optionalString } from '../../http/fields.ts';
import { mustBeSelf } from '../../http/router.ts';
import type { HomeserverParts } from '../../parts.ts';
import { joinedRoom } from '../../rooms/access.ts';
import type { Room } from '../../rooms/room.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { Typing } from '../../sync/typing.ts';

const typing_ms_max = 120_000;
const fully_read = 'm.fully_read';

/** Receipts, read markers and typing (Client-Server API, "Receipts", "Fully read markers", "Typing Notifications"). */
export function receiptEndpoints(
  parts: Pick<HomeserverParts, 'storage' | 'clock'>,
  rooms: Rooms,
  typing: Typing,
): Endpoint[] {
  const { storage, clock } = parts;

  const isHere = async (room: Room, eventId: string): Promise<boolean> =>
    room.recent(eventId) !== undefined || (await storage.rooms.event(eventId))?.roomNid === room.nid;

  /** Events and threads that we do not have (yet) are passed over in silence, as the specification asks. */
  const mark = async (
    room: Room,
    userId: string,
    type: string,
    eventId: string,
    threadId: string,
  ): Promise<void> => {
    const event = room.recent(eventId) ?? (await storage.rooms.event(eventId));
    if (event === undefined || event.roomNid !== room.nid) return;
    if (type === fully_read) {
      const known = await storage.rooms.accountDataOf(userId, room.nid, fully_read);
      const before = known === undefined ? undefined : (JSON.parse(known) as { event_id?: string }).event_id;
      const earlier = before === undefined ? undefined : await storage.rooms.event(before);
      if (earlier !== undefined && earlier.tl >= event.tl) return;
      await storage.rooms.putAccountData(userId, room.nid, fully_read, JSON.stringify({ event_id: eventId }));
      return;
    }
    if (threadId !== '' && threadId !== 'main' && !(await isHere(room, threadId))) return;
    await storage.rooms.putReceipt({
      roomNid: room.nid,
      userId,
      receiptType: type,
      threadId,
      eventId,
      tl: event.tl,
      ts: clock.now(),
    });
  };

  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/rooms/:roomId/receipt/:receiptType/:eventId'],
      guests: true,
      async handle({ params, body, requester }) {
        const { roomId = '', receiptType = '', eventId = '' } = params;
        if (receiptType !== 'm.read' && receiptType !== 'm.read.private' && receiptType !== fully_read) {
          throw invalidParam('The receipt type must be m.read, m.read.private or m.fully_read');
        }
        if (!isEventId(eventId)) throw invalidParam('This is not an event id');
        const room = await joinedRoom(rooms, roomId, requester);
        await mark(room, requester.userId, receiptType, eventId, threadIn(body, receiptType));
        return {};
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/rooms/:roomId/read_markers'],
      async handle({ params, body, requester }) {
        const room = await joinedRoom(rooms, params['roomId'] ?? '', requester);
        for (const type of [fully_read, 'm.read', 'm.read.private']) {
          const eventId = optionalString(body, type, 255);
          if (eventId === undefined) continue;
          if (!isEventId(eventId)) throw invalidParam(`'${type}' is not an event id`);
          await mark(room, requester.userId, type, eventId, '');
        }
        return {};
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: ['/_matrix/client/v3/rooms/:roomId/typing/:userId'],
      guests: true,
      async handle(call) {
        const { params, body, requester } = call;
        mustBeSelf(call, params['userId'] ?? '');
        const active = body['typing'];
        if (typeof active !== 'boolean') throw missingParam("'typing' must be true or false");
        const room = await joinedRoom(rooms, params['roomId'] ?? '', requester);
        const timeout = optionalInteger(body, 'timeout', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 30_000;
        if (active) typing.start(room.nid, requester.userId, Math.min(timeout, typing_ms_max));
        else typing.stop(room.nid, requester.userId);
        return {};
      },
    }),
  ];
}

function threadIn(body: JsonObject, receiptType: string): string {
  const thread = body['thread_id'];
  if (thread === undefined) return '';
  if (typeof thread !== 'string' || thread === '')
    throw invalidParam("'thread_id' must be 'main' or an event id");
  if (receiptType === fully_read) throw invalidParam('m.fully_read has no thread');
  if (thread !== 'main' && !isEventId(thread)) throw badJson("'thread_id' must be 'main' or an event id");
  return thread;
}
