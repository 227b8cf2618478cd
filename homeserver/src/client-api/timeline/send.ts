import { isEventId } from '@majlis/protocol';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { forbidden, invalidParam } from '../../http/errors.ts';
import { optionalString } from '../../http/fields.ts';
import type { DelayedEvents } from '../../rooms/delayed-events.ts';
import type { Sender } from '../../rooms/sender.ts';

const txn_id_length_max = 255;

/** Sending and redacting (Client-Server API, "Sending events to a room", "Redactions"). */
export function sendEndpoints(sender: Sender, delayed: DelayedEvents): Endpoint[] {
  return [
    userEndpoint({
      method: 'PUT',
      paths: ['/_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId'],
      writes: true,
      body: 'event',
      rate: 'message',
      guests: true,
      async handle({ params, body, query, requester }) {
        const { roomId = '', eventType = '', txnId = '' } = params;
        if (txnId.length > txn_id_length_max) throw invalidParam('The transaction id is too long');
        if (eventType === 'm.room.redaction') throw forbidden('Use the redact endpoint');
        const delayId = await delayed.scheduleFromQuery(
          query,
          requester,
          { roomId, type: eventType, content: body },
          txnId,
        );
        if (delayId !== undefined) return { delay_id: delayId };
        const eventId = await sender.send(
          roomId,
          { type: eventType, sender: requester.userId, content: body },
          {
            userId: requester.userId,
            deviceId: requester.deviceId,
            scope: `send ${roomId} ${eventType}`,
            txnId,
          },
        );
        return { event_id: eventId };
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: ['/_matrix/client/v3/rooms/:roomId/redact/:eventId/:txnId'],
      body: 'event',
      rate: 'message',
      guests: true,
      async handle({ params, body, requester }) {
        const { roomId = '', eventId = '', txnId = '' } = params;
        if (!isEventId(eventId)) throw invalidParam('This is not an event id');
        if (txnId.length > txn_id_length_max) throw invalidParam('The transaction id is too long');
        const reason = optionalString(body, 'reason', 1_024);
        const redactionId = await sender.send(
          roomId,
          {
            type: 'm.room.redaction',
            sender: requester.userId,
            content: { redacts: eventId, ...(reason !== undefined && { reason }) },
          },
          {
            userId: requester.userId,
            deviceId: requester.deviceId,
            scope: `redact ${roomId} ${eventId}`,
            txnId,
          },
        );
        return { event_id: redactionId };
      },
    }),
  ];
}
