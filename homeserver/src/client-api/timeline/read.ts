import { eventFilter, isJsonObject, parseLooseJson } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import type { Storage, StoredEvent } from '@majlis/storage';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, Requester } from '../../http/endpoint.ts';
import { badJson, invalidParam, missingParam, notFound } from '../../http/errors.ts';
import { queryBoolean, queryInteger, queryWord } from '../../http/fields.ts';
import { readAccess } from '../../rooms/access.ts';
import type { AccessParts, ReadAccess } from '../../rooms/access.ts';
import type { Renderer } from '../../rooms/render.ts';
import { onlyRelated, relatedBy } from '../../rooms/related-by.ts';
import { renderState } from '../../rooms/render.ts';
import { parsePdu } from '../../rooms/room.ts';
import { checkEventFilter } from '../../sync/filter.ts';
import { membersIn } from '../../sync/members.ts';
import { readTimelineToken, writeTimelineToken } from '../../sync/tokens.ts';

const page_max = 1_000;
/** Pages read in one request before a filter that matches nothing gives up and hands back a token. */
const reads_max = 10;
const further_read = 200;
/** How far relations of relations are followed. */
const recursion_levels = 3;

/** Reading a room's timeline (Client-Server API, "Getting events for a room"). */
export function timelineEndpoints(storage: Storage, access: AccessParts, renderer: Renderer): Endpoint[] {
  const view = (roomId: string, requester: Requester): Promise<ReadAccess> =>
    readAccess(access, roomId, requester);
  const visibleEvent = async ({ room, sight }: ReadAccess, eventId: string): Promise<StoredEvent> => {
    const event = room.recent(eventId) ?? (await storage.rooms.event(eventId));
    if (event === undefined || event.roomNid !== room.nid || !sight.sees(event))
      throw notFound('Unknown event');
    return event;
  };
  const render = (
    { room, sight }: ReadAccess,
    events: readonly StoredEvent[],
    requester: Requester,
  ): Promise<string[]> => renderer.render(events, requester, { roomId: room.roomId, sight });

  return [
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/messages'],
      guests: true,
      async handle({ params, query, requester }) {
        const seen = await view(params['roomId'] ?? '', requester);
        const direction = queryWord(query, 'dir', ['b', 'f'] as const);
        if (direction === undefined) throw missingParam("'dir' is missing");
        const limit = queryInteger(query, 'limit', { min: 1, max: page_max, fallback: 10 });
        const filter = readFilter(storage, query.get('filter'));
        const page = await readPage(storage, seen, direction, query, limit, filter);
        const texts = await render(seen, page.events, requester);
        const state = filter.lazyMembers ? memberState(seen, page.events) : [];
        return new JsonText(
          `{"chunk":[${texts.join(',')}],"start":"${page.start}"${page.end === undefined ? '' : `,"end":"${page.end}"`},"state":[${state.join(',')}]}`,
        );
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/event/:eventId'],
      guests: true,
      async handle({ params, requester }) {
        const seen = await view(params['roomId'] ?? '', requester);
        const event = await visibleEvent(seen, params['eventId'] ?? '');
        return new JsonText((await render(seen, [event], requester))[0] ?? '{}');
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/rooms/:roomId/context/:eventId'],
      guests: true,
      async handle({ params, query, requester }) {
        const seen = await view(params['roomId'] ?? '', requester);
        const event = await visibleEvent(seen, params['eventId'] ?? '');
        const limit = queryInteger(query, 'limit', { min: 0, max: 100, fallback: 10 });
        const filter = readFilter(storage, query.get('filter'));
        const half = Math.ceil(limit / 2);
        const around = async (side: 'backward' | 'forward'): Promise<readonly StoredEvent[]> => {
          if (half === 0) return [];
          const events = await storage.rooms.timeline({
            roomNid: seen.room.nid,
            from: event.tl,
            direction: side,
            limit: half,
            ...(side === 'forward' && seen.upTo !== undefined && { to: seen.upTo + 1 }),
          });
          return filter.pick(events, seen);
        };
        const [before, after] = await Promise.all([around('backward'), around('forward')]);
        const [own, earlier, later] = await Promise.all([
          render(seen, [event], requester),
          render(seen, before, requester),
          render(seen, after, requester),
        ]);
        const last = after.at(-1)?.tl ?? event.tl;
        const state = await storage.rooms.stateAt(seen.room.nid, last);
        const wanted = membersIn([...before, event, ...after]);
        const kept = filter.lazyMembers
          ? state.filter((one) => one.type !== 'm.room.member' || wanted.has(one.stateKey ?? ''))
          : state;
        return new JsonText(
          `{"start":"${writeTimelineToken((before.at(-1)?.tl ?? event.tl) - 1)}","end":"${writeTimelineToken(last)}",` +
            `"event":${own[0] ?? '{}'},"events_before":[${earlier.join(',')}],"events_after":[${later.join(',')}],` +
            `"state":[${kept.map((one) => renderState(seen.sight.shown(one), seen.room.roomId)).join(',')}]}`,
        );
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [
        '/_matrix/client/v1/rooms/:roomId/relations/:eventId',
        '/_matrix/client/v1/rooms/:roomId/relations/:eventId/:relType',
        '/_matrix/client/v1/rooms/:roomId/relations/:eventId/:relType/:eventType',
      ],
      guests: true,
      async handle({ params, query, requester }) {
        const seen = await view(params['roomId'] ?? '', requester);
        const parent = await visibleEvent(seen, params['eventId'] ?? '');
        const backward = (queryWord(query, 'dir', ['b', 'f'] as const) ?? 'b') === 'b';
        const limit = queryInteger(query, 'limit', { min: 1, max: page_max, fallback: 50 });
        const recurse = queryBoolean(query, 'recurse');
        const from = query.get('from');
        const to = query.get('to');
        const edge = (token: string | null, name: string): number | undefined =>
          token === null ? undefined : readTimelineToken(token, name) + (backward ? 1 : 0);
        const children = await storage.rooms.relations({
          parentEventId: parent.eventId,
          roomNid: seen.room.nid,
          levels: recurse ? recursion_levels : 1,
          direction: backward ? 'backward' : 'forward',
          limit: limit + 1,
          ...given('relType', params['relType']),
          ...given('type', params['eventType']),
          ...given('from', edge(from, 'from')),
          ...given('to', edge(to, 'to')),
        });
        const page = children.slice(0, limit).filter((event) => seen.sight.sees(event));
        const texts = await render(seen, page, requester);
        const last = children[limit - 1];
        const next = children.length > limit && last !== undefined ? last.tl - (backward ? 1 : 0) : undefined;
        return new JsonText(
          `{"chunk":[${texts.join(',')}]${next === undefined ? '' : `,"next_batch":"${writeTimelineToken(next)}"`}${
            from === null ? '' : `,"prev_batch":${JSON.stringify(from)}`
          }${recurse ? `,"recursion_depth":${recursion_levels}` : ''}}`,
        );
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v1/rooms/:roomId/threads'],
      guests: true,
      async handle({ params, query, requester }) {
        const seen = await view(params['roomId'] ?? '', requester);
        const include = queryWord(query, 'include', ['all', 'participated'] as const) ?? 'all';
        const limit = queryInteger(query, 'limit', { min: 1, max: 100, fallback: 20 });
        const from = query.get('from');
        const found = await storage.rooms.threads({
          roomNid: seen.room.nid,
          limit: limit + 1,
          ...(include === 'participated' && { participant: requester.userId }),
          ...(from !== null && { before: readTimelineToken(from, 'from') }),
        });
        const page = found.slice(0, limit);
        const roots = page.map((thread) => thread.root).filter((root) => seen.sight.sees(root));
        const texts = await render(seen, roots, requester);
        const last = page.at(-1);
        const more = found.length > limit && last !== undefined;
        return new JsonText(
          `{"chunk":[${texts.join(',')}]${more ? `,"next_batch":"${writeTimelineToken(last.lastTl)}"` : ''}}`,
        );
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v1/rooms/:roomId/timestamp_to_event'],
      guests: true,
      async handle({ params, query, requester }) {
        const seen = await view(params['roomId'] ?? '', requester);
        if (query.get('ts') === null) throw missingParam("'ts' is missing");
        const ts = queryInteger(query, 'ts', { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
        const direction = queryWord(query, 'dir', ['b', 'f'] as const);
        if (direction === undefined) throw missingParam("'dir' is missing");
        const event = await nearestSeen(storage, seen, ts, direction === 'b' ? 'backward' : 'forward');
        if (event === undefined) throw notFound('There is no event near this time');
        return { event_id: event.eventId, origin_server_ts: event.ts };
      },
    }),
  ];
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}

interface PageFilter {
  readonly lazyMembers: boolean;
  /** Those events that the requester may see and the filter lets through, in their order. */
  readonly pick: (events: readonly StoredEvent[], seen: ReadAccess) => Promise<readonly StoredEvent[]>;
}

function readFilter(storage: Storage, text: string | null): PageFilter {
  if (text === null || text === '')
    return {
      lazyMembers: false,
      pick: async (events, { sight }) => events.filter((event) => sight.sees(event)),
    };
  const parsed = parseLooseJson(text);
  if (!parsed.ok || !isJsonObject(parsed.value)) throw badJson("'filter' is not a JSON object");
  const definition: JsonObject = parsed.value;
  checkEventFilter(definition);
  const matches = eventFilter(definition);
  const content = typeof definition['contains_url'] === 'boolean';
  const wanted = relatedBy(definition);
  return {
    lazyMembers: definition['lazy_load_members'] === true,
    pick: async (events, { room: { roomId }, sight }) => {
      const matching = events.filter(
        (event) =>
          sight.sees(event) &&
          matches({
            type: event.type,
            sender: event.sender,
            content: content ? parsePdu(event).content : {},
            roomId,
          }),
      );
      return onlyRelated(storage, matching, wanted, sight);
    },
  };
}

/** Reads on until `limit` events passed visibility and filter, the timeline ended or enough was read. */
async function readPage(
  storage: Storage,
  seen: ReadAccess,
  direction: 'b' | 'f',
  query: URLSearchParams,
  limit: number,
  filter: PageFilter,
): Promise<{ events: StoredEvent[]; start: string; end: string | undefined }> {
  const { room, upTo } = seen;
  const backward = direction === 'b';
  const fromText = query.get('from');
  const toText = query.get('to');
  const newest = upTo ?? room.lastTl;
  const start =
    fromText === null || fromText === ''
      ? backward
        ? newest
        : Number.MIN_SAFE_INTEGER
      : readTimelineToken(fromText, 'from');
  const stop = toText === null || toText === '' ? undefined : readTimelineToken(toText, 'to');
  if (limit < 1) throw invalidParam("'limit' must be at least 1");
  const events: StoredEvent[] = [];
  // Tokens stand between events: "after tl". Backward from such a place the next event is tl itself.
  let at = Math.min(start, newest);
  for (let reads = 0; reads < reads_max; reads += 1) {
    const read: StoredEvent[] = await storage.rooms.timeline({
      roomNid: room.nid,
      from: backward ? at + 1 : at,
      ...(stop !== undefined && { to: backward ? stop : stop + 1 }),
      ...(!backward && stop === undefined && upTo !== undefined && { to: upTo + 1 }),
      direction: backward ? 'backward' : 'forward',
      // Most pages are full at once; where much is passed over, what is left is sought in larger steps.
      limit: reads === 0 ? limit : Math.max(limit, further_read),
    });
    const picked = (await filter.pick(read, seen)).slice(0, limit - events.length);
    events.push(...picked);
    // A full page ends at its last event, any other where the reading ended.
    const last = events.length === limit ? events.at(-1) : read.at(-1);
    if (last !== undefined) at = backward ? last.tl - 1 : last.tl;
    if (read.length === 0) {
      return {
        events,
        start: writeTimelineToken(start === Number.MIN_SAFE_INTEGER ? 0 : start),
        end: undefined,
      };
    }
    if (events.length >= limit) break;
  }
  return {
    events,
    start: writeTimelineToken(start === Number.MIN_SAFE_INTEGER ? 0 : start),
    end: writeTimelineToken(at),
  };
}

/** The event nearest to a time that the requester may see, as far as is reasonable in one request. */
async function nearestSeen(
  storage: Storage,
  { room, sight }: ReadAccess,
  ts: number,
  direction: 'backward' | 'forward',
): Promise<StoredEvent | undefined> {
  const nearest = await storage.rooms.eventByTime(room.nid, ts, direction);
  if (nearest === undefined || sight.sees(nearest)) return nearest;
  const further = await storage.rooms.timeline({
    roomNid: room.nid,
    from: nearest.tl,
    direction,
    limit: further_read,
  });
  // The order of the timeline is not that of the clocks.
  const beyond = (event: StoredEvent): boolean =>
    direction === 'backward' ? event.ts <= ts : event.ts >= ts;
  return further.find((event) => beyond(event) && sight.sees(event));
}

function memberState({ room, sight }: ReadAccess, events: readonly StoredEvent[]): string[] {
  return [...membersIn(events)].flatMap((userId) => {
    const member = room.current('m.room.member', userId)?.stored;
    return member === undefined ? [] : [renderState(sight.shown(member), room.roomId)];
  });
}
