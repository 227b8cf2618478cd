import type { StoredEvent } from '@majlis/storage';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { queryInteger, queryWord } from '../../http/fields.ts';
import { pushOutcome } from '../../push/unread.ts';
import type { SyncParts } from '../../sync/parts.ts';
import { readTimelineToken, writeTimelineToken } from '../../sync/tokens.ts';

const page_max = 200;
const page_default = 50;
const events_per_read = 500;
/** Reads in one request before a page that is not full is handed out. */
const reads_max = 6;

/**
 * GET /notifications (Client-Server API, "Listing Notifications"): the events that notify by the rules of now, newest
 * first, found by looking and not by a list that every message would have to write for every member.
 */
export function notifications(parts: SyncParts): Endpoint {
  const { storage, userRooms, rooms, visibility, renderer, unread } = parts;
  return userEndpoint({
    method: 'GET',
    paths: ['/_matrix/client/v3/notifications'],
    async handle({ query, requester }) {
      const { userId } = requester;
      const limit = queryInteger(query, 'limit', { min: 1, max: page_max, fallback: page_default });
      const highlights = queryWord(query, 'only', ['highlight'] as const) !== undefined;
      const from = query.get('from');
      let before = from === null || from === '' ? Number.MAX_SAFE_INTEGER : readTimelineToken(from, 'from');
      const mine = await userRooms.of(userId);
      const joined = [...mine.values()].filter((entry) => entry.membership === 'join');
      const [loaded, listener, read] = await Promise.all([
        rooms.byNids(joined.map((entry) => entry.roomNid)),
        unread.listener(userId),
        storage.rooms.receiptsOf(userId),
      ]);
      const readUpTo = new Map<number, number>();
      for (const row of read) readUpTo.set(row.roomNid, Math.max(row.tl, readUpTo.get(row.roomNid) ?? 0));

      const describe = async (event: StoredEvent): Promise<string | undefined> => {
        const room = loaded.get(event.roomNid);
        if (room === undefined || event.redactedBy !== null) return undefined;
        const outcome = pushOutcome(listener, room, event);
        if (!outcome.notify || (highlights && !outcome.highlight)) return undefined;
        const sight = await visibility.sight(room, userId);
        if (!sight.sees(event)) return undefined;
        const [text] = await renderer.render([event], requester, { sight });
        const facts = JSON.stringify({
          room_id: room.roomId,
          ts: event.ts,
          read: event.tl <= (readUpTo.get(event.roomNid) ?? 0),
          actions: outcome.actions,
        });
        return `${facts.slice(0, -1)},"event":${text ?? '{}'}}`;
      };

      const found: string[] = [];
      let more = true;
      for (let reads = 0; reads < reads_max && more && found.length < limit; reads += 1) {
        const events = await storage.rooms.newest([...loaded.keys()], before, events_per_read);
        more = events.length === events_per_read;
        for (const event of events) {
          before = event.tl;
          const text = await describe(event);
          if (text !== undefined) found.push(text);
          if (found.length === limit) {
            more = true;
            break;
          }
        }
      }
      return new JsonText(
        `{"notifications":[${found.join(',')}]${more ? `,"next_token":"${writeTimelineToken(before)}"` : ''}}`,
      );
    },
  });
}
