import { isUserId } from '@majlis/protocol';
import type { Report } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { notFound } from '../../http/errors.ts';
import { optionalInteger, optionalString, requiredString } from '../../http/fields.ts';
import type { HomeserverParts } from '../../parts.ts';
import { joinedRoom } from '../../rooms/access.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { Visibility } from '../../rooms/visibility.ts';

const reason_length_max = 2_048;

/** Reports to the operator of this server (Client-Server API, "Reporting Content"). They are kept and logged. */
export function reportEndpoints(
  { storage, clock, log }: Pick<HomeserverParts, 'storage' | 'clock' | 'log'>,
  rooms: Rooms,
  visibility: Visibility,
): Endpoint[] {
  const keep = async (report: Omit<Report, 'ts'>): Promise<object> => {
    await storage.reports.addReport({ ...report, ts: clock.now() });
    log.warn('something was reported', {
      subject: report.subject,
      room: report.roomId,
      event: report.eventId,
      user: report.userId,
    });
    return {};
  };
  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/rooms/:roomId/report/:eventId'],
      rate: 'invite',
      async handle({ params, body, requester }) {
        const { roomId = '', eventId = '' } = params;
        const reason = optionalString(body, 'reason', reason_length_max) ?? '';
        const score = optionalInteger(body, 'score', { min: -100, max: 0 });
        const unknown = notFound('You see no such event');
        const room = await joinedRoom(rooms, roomId, requester).catch(() => {
          throw unknown;
        });
        const event = await storage.rooms.event(eventId);
        // Whom one ignores one can report all the same.
        const history = await visibility.history(room, requester.userId);
        if (event === undefined || event.roomNid !== room.nid || !history.sees(event)) throw unknown;
        return keep({
          reporter: requester.userId,
          subject: 'event',
          roomId,
          eventId,
          userId: event.sender,
          reason,
          ...(score !== undefined && { score }),
        });
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/rooms/:roomId/report'],
      rate: 'invite',
      async handle({ params, body, requester }) {
        const reason = requiredString(body, 'reason', reason_length_max);
        const room = await rooms.byId(params['roomId'] ?? '');
        return keep({ reporter: requester.userId, subject: 'room', roomId: room.roomId, reason });
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/users/:userId/report'],
      rate: 'invite',
      async handle({ params, body, requester }) {
        const { userId = '' } = params;
        const reason = requiredString(body, 'reason', reason_length_max);
        if (!isUserId(userId) || (await storage.accounts.account(userId)) === undefined)
          throw notFound('There is no such user here');
        return keep({ reporter: requester.userId, subject: 'user', userId, reason });
      },
    }),
  ];
}
