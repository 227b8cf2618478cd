import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { queryInteger } from '../../http/fields.ts';
import { readSlidingRequest } from '../../sync/sliding/request.ts';
import type { SlidingSync } from '../../sync/sliding/sliding-sync.ts';
import type { SyncParts } from '../../sync/parts.ts';

const wait_ms_max = 180_000;

/** POST /sync of simplified sliding sync in the dialect that clients speak today (MSC4186, unstable). */
export function slidingSync(parts: SyncParts, engine: SlidingSync): Endpoint {
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/unstable/org.matrix.simplified_msc3575/sync'],
    async handle({ query, body, requester, response }) {
      const request = readSlidingRequest(body);
      const pos = query.get('pos') ?? undefined;
      const timeout = queryInteger(query, 'timeout', { min: 0, max: wait_ms_max, fallback: 0 });
      const until = parts.clock.now() + timeout;
      const { state, key } = engine.connections.open(
        requester,
        request.connectionId,
        pos === '' ? undefined : pos,
      );
      for (;;) {
        const left = until - parts.clock.now();
        // Registered before looking: news that comes in between wakes us at once.
        const waiter = left <= 0 ? undefined : parts.waiters.register(requester.userId, left, response);
        const answer = await engine.answer(requester, request, state).catch((error: unknown) => {
          waiter?.stop();
          throw error;
        });
        if (answer.empty && waiter !== undefined && !response.destroyed) await waiter.woken;
        // When the server stops the database may be gone already: the last look is answer enough.
        if (!answer.empty || waiter === undefined || response.destroyed || parts.waiters.closed) {
          waiter?.stop();
          const next = engine.connections.advance(key, answer.state);
          return new JsonText(`{"pos":${JSON.stringify(next)},${answer.parts.join(',')}}`);
        }
      }
    },
  });
}
