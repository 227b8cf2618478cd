import type { ServerResponse } from 'node:http';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, Requester } from '../../http/endpoint.ts';
import { queryInteger } from '../../http/fields.ts';
import { readSlidingRequest } from '../../sync/sliding/request.ts';
import type { SlidingRequest } from '../../sync/sliding/request.ts';
import type { SlidingAnswer, SlidingSync } from '../../sync/sliding/sliding-sync.ts';
import type { SyncParts } from '../../sync/parts.ts';

export const wait_ms_max = 180_000;

/** POST /sync of simplified sliding sync in the dialect that clients speak today (MSC4186, unstable). */
export function slidingSync(parts: SyncParts, engine: SlidingSync): Endpoint {
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/unstable/org.matrix.simplified_msc3575/sync'],
    async handle({ query, body, requester, response }) {
      const { next, answer } = await answerWhenNew(parts, engine, {
        requester,
        response,
        request: readSlidingRequest(body),
        pos: query.get('pos') ?? undefined,
        timeoutMs: queryInteger(query, 'timeout', { min: 0, max: wait_ms_max, fallback: 0 }),
      });
      return new JsonText(`{"pos":${JSON.stringify(next)},${answer.parts.join(',')}}`);
    },
  });
}

/** Answers once there is something new, or when the time is up. @throws MatrixError M_UNKNOWN_POS. */
export async function answerWhenNew(
  parts: SyncParts,
  engine: SlidingSync,
  asked: {
    readonly requester: Requester;
    readonly response: ServerResponse;
    readonly request: SlidingRequest;
    readonly pos: string | undefined;
    readonly timeoutMs: number;
  },
): Promise<{ next: string; answer: SlidingAnswer }> {
  const { requester, response, request, pos } = asked;
  const until = parts.clock.now() + asked.timeoutMs;
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
    if (!answer.empty || waiter === undefined || response.destroyed) {
      waiter?.stop();
      return { next: engine.connections.advance(key, answer.state), answer };
    }
    await waiter.woken;
  }
}
