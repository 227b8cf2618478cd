import type { ServerResponse } from 'node:http';
import { isJsonObject, parseLooseJson } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import type { Storage } from '@majlis/storage';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, Requester } from '../../http/endpoint.ts';
import { badJson, notFound } from '../../http/errors.ts';
import { queryBoolean, queryInteger } from '../../http/fields.ts';
import { checkSyncFilter, compileSyncFilter } from '../../sync/filter.ts';
import type { SyncFilter } from '../../sync/filter.ts';
import type { SyncParts } from '../../sync/parts.ts';
import { readSyncToken } from '../../sync/tokens.ts';
import { SyncV3 } from '../../sync/v3.ts';
import type { SyncRequest } from '../../sync/v3.ts';

const wait_ms_max = 180_000;

/** GET /sync (Client-Server API, "Syncing"). */
export function sync(parts: SyncParts): Endpoint {
  const engine = new SyncV3(parts);
  const filters = new Filters(parts.storage);
  return userEndpoint({
    method: 'GET',
    paths: ['/_matrix/client/v3/sync'],
    guests: true,
    async handle({ query, requester, response }) {
      const since = query.get('since') || undefined;
      const token = since === undefined ? undefined : readSyncToken(since);
      const request: SyncRequest = {
        requester,
        // A token of the future: the database was restored from a backup. The client begins anew, or it would miss what comes.
        since: token !== undefined && token.position > parts.storage.stream.position() ? undefined : token,
        filter: await filters.of(requester, query.get('filter')),
        fullState: queryBoolean(query, 'full_state'),
        stateAfter: queryBoolean(query, 'use_state_after')
          ? 'state_after'
          : queryBoolean(query, 'org.matrix.msc4222.use_state_after')
            ? 'org.matrix.msc4222.state_after'
            : undefined,
      };
      const timeout = queryInteger(query, 'timeout', { min: 0, max: wait_ms_max, fallback: 0 });
      return untilNews(parts, engine, request, parts.clock.now() + timeout, response);
    },
  });
}

/** Answers as soon as there is something to say, or at the time `until`. Waits apart from what read the request, which need not be kept. */
async function untilNews(
  parts: SyncParts,
  engine: SyncV3,
  request: SyncRequest,
  until: number,
  response: ServerResponse,
): Promise<JsonText> {
  for (;;) {
    const left = until - parts.clock.now();
    // Registered before looking: news that comes in between wakes us at once.
    const waiter =
      request.since === undefined || request.fullState || left <= 0
        ? undefined
        : parts.waiters.register(request.requester.userId, left, response);
    const { text, empty } = await engine.answer(request).catch((error: unknown) => {
      waiter?.stop();
      throw error;
    });
    if (!empty || waiter === undefined || response.destroyed) {
      waiter?.stop();
      return new JsonText(text);
    }
    await waiter.woken;
    // The server stops, and the database may be gone already: the last look is answer enough.
    if (parts.waiters.closed) return new JsonText(text);
  }
}

/** Filters by id or inline, compiled once. */
class Filters {
  readonly #storage: Storage;
  readonly #compiled = new Map<string, SyncFilter>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async of(requester: Requester, text: string | null): Promise<SyncFilter> {
    const key = text === null || text.startsWith('{') ? (text ?? '{}') : `${requester.userId} ${text}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const compiled = compileSyncFilter(await this.#read(requester.userId, text));
    if (this.#compiled.size > 1_000) this.#compiled.clear();
    this.#compiled.set(key, compiled);
    return compiled;
  }

  async #read(userId: string, text: string | null): Promise<JsonObject> {
    if (text === null || text === '') return {};
    const definition = text.startsWith('{') ? text : await this.#storage.accounts.filter(userId, text);
    if (definition === undefined) throw notFound('Unknown filter');
    const parsed = parseLooseJson(definition);
    if (!parsed.ok || !isJsonObject(parsed.value)) throw badJson("'filter' is not a JSON object");
    if (definition === text) checkSyncFilter(parsed.value);
    return parsed.value;
  }
}
