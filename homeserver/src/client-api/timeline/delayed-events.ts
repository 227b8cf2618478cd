import type { DelayedEvent, Storage } from '@majlis/storage';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { forbidden, invalidParam, missingParam, notFound, unrecognized } from '../../http/errors.ts';
import { isObject, optionalInteger, optionalObject, requiredString } from '../../http/fields.ts';
import { delay_ms_max } from '../../rooms/delayed-events.ts';
import type { DelayedEvents } from '../../rooms/delayed-events.ts';

const actions = ['send', 'cancel', 'restart'] as const;
const unstable = '/_matrix/client/unstable/org.matrix.msc4140';

/** Scheduling and managing delayed events (MSC4140). Managing works without a token too: the id is the capability. */
export function delayedEventEndpoints(storage: Storage, delayed: DelayedEvents): Endpoint[] {
  const act = async (delayId: string, action: string): Promise<object> => {
    const known = actions.find((candidate) => candidate === action);
    if (known === undefined) throw unrecognized(404);
    await delayed.act(delayId, known);
    return {};
  };
  return [
    userEndpoint({
      method: 'PUT',
      paths: [
        `${unstable}/rooms/:roomId/delayed_event/:eventType/:txnId`,
        '/_matrix/client/v3/rooms/:roomId/delayed_event/:eventType/:txnId',
      ],
      body: 'event',
      rate: 'message',
      writes: true,
      guests: true,
      async handle({ params, body, requester }) {
        const delayMs = optionalInteger(body, 'delay_ms', { min: 0, max: Number.MAX_SAFE_INTEGER });
        if (delayMs === undefined) throw missingParam("'delay_ms' is missing");
        if (delayMs > delay_ms_max) throw forbidden(`Delays are at most ${delay_ms_max} ms`);
        const stateKey = body['state_key'];
        if (stateKey !== undefined && typeof stateKey !== 'string')
          throw invalidParam("'state_key' must be a string");
        const content = optionalObject(body, 'content') ?? {};
        if (!isObject(content)) throw missingParam("'content' is missing");
        const delayId = await delayed.schedule(
          requester,
          {
            roomId: params['roomId'] ?? '',
            type: params['eventType'] ?? '',
            content,
            ...(stateKey !== undefined && { stateKey }),
          },
          delayMs,
          params['txnId'] ?? '',
        );
        return { delay_id: delayId };
      },
    }),
    openEndpoint({
      method: 'POST',
      paths: [
        `${unstable}/delayed_events/:delayId/:action`,
        '/_matrix/client/v1/delayed_events/:delayId/:action',
      ],
      handle: ({ params }) => act(params['delayId'] ?? '', params['action'] ?? ''),
    }),
    openEndpoint({
      method: 'POST',
      paths: [`${unstable}/delayed_events/:delayId`, '/_matrix/client/v1/delayed_events/:delayId'],
      handle: ({ params, body }) => act(params['delayId'] ?? '', requiredString(body, 'action', 16)),
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${unstable}/delayed_events/:delayId`, '/_matrix/client/v1/delayed_events/:delayId'],
      guests: true,
      async handle({ params, requester }) {
        const event = await storage.delayedEvents.delayedEvent(params['delayId'] ?? '');
        if (event === undefined || event.userId !== requester.userId)
          throw notFound('There is no such delayed event');
        return shown(event);
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${unstable}/delayed_events`, '/_matrix/client/v1/delayed_events'],
      guests: true,
      async handle({ requester }) {
        const events = await storage.delayedEvents.delayedEventsOf(requester.userId);
        return { delayed_events: events.filter((event) => event.outcome === null).map(shown) };
      },
    }),
  ];
}

function shown(event: DelayedEvent): Record<string, unknown> {
  return {
    delay_id: event.delayId,
    room_id: event.roomId,
    type: event.type,
    ...(event.stateKey !== null && { state_key: event.stateKey }),
    delay_ms: event.delayMs,
    delay: event.delayMs,
    scheduled_at: event.scheduledTs,
    running_since: event.scheduledTs,
    content: JSON.parse(event.content) as unknown,
    ...(event.error !== null && { error: event.error }),
    ...(event.eventId !== null && { event_id: event.eventId }),
    ...(event.finalisedTs !== null && { finalised_ts: event.finalisedTs }),
  };
}
