import { eventFilter, isJsonObject } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import type { RelatedBy, StoredEvent } from '@majlis/storage';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, Requester } from '../../http/endpoint.ts';
import { badJson, invalidParam, missingParam } from '../../http/errors.ts';
import {
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
  optionalStrings,
  requiredObject,
  requiredString,
} from '../../http/fields.ts';
import { onlyRelated, relatedBy } from '../../rooms/related-by.ts';
import { renderState } from '../../rooms/render.ts';
import { mxcOf, parsePdu, textOf } from '../../rooms/room.ts';
import type { Room } from '../../rooms/room.ts';
import type { Sight } from '../../rooms/visibility.ts';
import { checkEventFilter } from '../../sync/filter.ts';
import { membersIn } from '../../sync/members.ts';
import type { SyncParts } from '../../sync/parts.ts';
import { readTimelineToken, writeTimelineToken } from '../../sync/tokens.ts';

const page_max = 100;
const page_default = 10;
const context_max = 20;
const candidates_per_read = 200;
const reads_max = 10;
const words_max = 10;

/** Where the text of each type of event stands that can be searched. */
const searched: Readonly<Record<string, string>> = {
  'm.room.message': 'body',
  'm.room.name': 'name',
  'm.room.topic': 'topic',
};

interface Question {
  readonly text: string;
  readonly words: readonly string[];
  readonly types: readonly string[];
  readonly rooms: ReadonlyMap<number, Room>;
  readonly matches: (event: StoredEvent, room: Room) => boolean;
  readonly relatedBy: RelatedBy | undefined;
  readonly limit: number;
  readonly before: number;
  readonly grouping: ReadonlySet<string>;
  readonly context:
    { readonly before: number; readonly after: number; readonly profiles: boolean } | undefined;
  readonly includeState: boolean;
}

/** An event that was found, which the requester may see as it is. */
interface Hit {
  readonly event: StoredEvent;
  readonly room: Room;
  readonly sight: Sight;
}

/** POST /search (Client-Server API, "Server Side Search"): words in what the requester may see, newest first. */
export function search(parts: SyncParts): Endpoint {
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/v3/search'],
    rate: 'search',
    async handle({ body, query, requester }) {
      const criteria = optionalObject(requiredObject(body, 'search_categories'), 'room_events');
      if (criteria === undefined) return { search_categories: {} };
      const question = await readQuestion(parts, requester, criteria, query.get('next_batch'));
      const { hits, next } = await find(parts, requester, question);
      const results: string[] = [];
      for (const hit of hits) results.push(await shown(parts, requester, question, hit));
      const found = [
        `"count":${hits.length}`,
        `"highlights":${JSON.stringify(question.words)}`,
        `"results":[${results.join(',')}]`,
        ...(question.grouping.size > 0 ? [`"groups":${JSON.stringify(groupsOf(hits, question))}`] : []),
        ...(question.includeState ? [`"state":{${stateOf(hits)}}`] : []),
        ...(next === undefined ? [] : [`"next_batch":"${writeTimelineToken(next)}"`]),
      ];
      return new JsonText(`{"search_categories":{"room_events":{${found.join(',')}}}}`);
    },
  });
}

async function readQuestion(
  parts: SyncParts,
  requester: Requester,
  criteria: JsonObject,
  nextBatch: string | null,
): Promise<Question> {
  const text = requiredString(criteria, 'search_term', 255);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) throw missingParam("'search_term' is empty");
  const keys = optionalStrings(criteria, 'keys', 3) ?? ['content.body', 'content.name', 'content.topic'];
  const types = Object.entries(searched).filter(([, key]) => keys.includes(`content.${key}`));
  if (types.length === 0) throw invalidParam("'keys' names nothing that can be searched");
  const order = optionalString(criteria, 'order_by', 16) ?? 'recent';
  if (order !== 'recent' && order !== 'rank') throw invalidParam("'order_by' must be recent or rank");
  const definition = optionalObject(criteria, 'filter') ?? {};
  checkEventFilter(definition);
  const filter = eventFilter(definition);
  const mine = await parts.userRooms.of(requester.userId);
  const named = optionalStrings(definition, 'rooms', 1_000);
  const entries = [...mine.values()].filter(
    (entry) => entry.membership === 'join' && (named === undefined || named.includes(entry.roomId)),
  );
  const limit =
    optionalInteger(definition, 'limit', { min: 1, max: Number.MAX_SAFE_INTEGER }) ?? page_default;
  return {
    text,
    words: words.slice(0, words_max),
    types: types.map(([type]) => type),
    rooms: await parts.rooms.byNids(entries.map((entry) => entry.roomNid)),
    matches: (event, room) =>
      filter({
        type: event.type,
        sender: event.sender,
        content: parsePdu(event).content,
        roomId: room.roomId,
      }),
    relatedBy: relatedBy(definition),
    limit: Math.min(limit, page_max),
    before:
      nextBatch === null || nextBatch === ''
        ? Number.MAX_SAFE_INTEGER
        : readTimelineToken(nextBatch, 'next_batch'),
    grouping: readGroupings(criteria),
    context: readContext(criteria),
    includeState: optionalBoolean(criteria, 'include_state') === true,
  };
}

function readGroupings(criteria: JsonObject): Set<string> {
  const groupings = optionalObject(criteria, 'groupings')?.['group_by'] ?? [];
  if (!Array.isArray(groupings)) throw badJson("'group_by' must be an array");
  return new Set(
    groupings.slice(0, 2).map((group) => {
      const key = isJsonObject(group) ? group['key'] : undefined;
      if (key !== 'room_id' && key !== 'sender') throw invalidParam('Groups are by room_id or sender');
      return key;
    }),
  );
}

function readContext(criteria: JsonObject): Question['context'] {
  const context = optionalObject(criteria, 'event_context');
  if (context === undefined) return undefined;
  const side = (name: string): number =>
    Math.min(optionalInteger(context, name, { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 5, context_max);
  return {
    before: side('before_limit'),
    after: side('after_limit'),
    profiles: optionalBoolean(context, 'include_profile') === true,
  };
}

/** Reads candidates until a page is full, there are no more or enough was read. */
async function find(
  parts: SyncParts,
  requester: Requester,
  question: Question,
): Promise<{ hits: Hit[]; next: number | undefined }> {
  const hits: Hit[] = [];
  let { before } = question;
  for (let reads = 0; reads < reads_max; reads += 1) {
    const candidates = await parts.storage.rooms.search({
      roomNids: [...question.rooms.keys()],
      types: question.types,
      text: question.text,
      wordsMax: words_max,
      limit: candidates_per_read,
      before,
    });
    for (const event of candidates) {
      before = event.tl;
      const hit = await hitOf(parts, requester, question, event);
      if (hit !== undefined) hits.push(hit);
      if (hits.length === question.limit) return { hits, next: before };
    }
    if (candidates.length < candidates_per_read) return { hits, next: undefined };
  }
  return { hits, next: before };
}

async function hitOf(
  parts: SyncParts,
  requester: Requester,
  question: Question,
  event: StoredEvent,
): Promise<Hit | undefined> {
  const room = question.rooms.get(event.roomNid);
  if (room === undefined || !question.matches(event, room)) return undefined;
  const sight = await parts.visibility.sight(room, requester.userId);
  if (!sight.sees(event) || sight.shown(event) !== event) return undefined;
  const [kept] = await onlyRelated(parts.storage, [event], question.relatedBy, sight);
  return kept === undefined ? undefined : { event, room, sight };
}

async function shown(parts: SyncParts, requester: Requester, question: Question, hit: Hit): Promise<string> {
  const { event, room, sight } = hit;
  const [text] = await parts.renderer.render([event], requester, { roomId: room.roomId, sight });
  const around = await contextOf(parts, requester, question, hit);
  return `{"rank":1,"result":${text ?? '{}'}${around === undefined ? '' : `,"context":${around}`}}`;
}

async function contextOf(
  parts: SyncParts,
  requester: Requester,
  { context }: Question,
  { event, room, sight }: Hit,
): Promise<string | undefined> {
  if (context === undefined) return undefined;
  const side = async (direction: 'backward' | 'forward', limit: number): Promise<StoredEvent[]> => {
    if (limit === 0) return [];
    const events = await parts.storage.rooms.timeline({
      roomNid: room.nid,
      from: event.tl,
      direction,
      limit,
    });
    return events.filter((one) => sight.sees(one));
  };
  const [before, after] = await Promise.all([
    side('backward', context.before),
    side('forward', context.after),
  ]);
  const render = (events: readonly StoredEvent[]): Promise<string[]> =>
    parts.renderer.render(events, requester, { roomId: room.roomId, sight });
  const [earlier, later] = await Promise.all([render(before), render(after)]);
  const profiles = Object.fromEntries(
    [...membersIn([...before, event, ...after])].map((userId) => [userId, profileIn(room, userId)]),
  );
  const list = [
    `"start":"${writeTimelineToken((before.at(-1)?.tl ?? event.tl) - 1)}"`,
    `"end":"${writeTimelineToken(after.at(-1)?.tl ?? event.tl)}"`,
    `"events_before":[${earlier.join(',')}]`,
    `"events_after":[${later.join(',')}]`,
    ...(context.profiles ? [`"profile_info":${JSON.stringify(profiles)}`] : []),
  ];
  return `{${list.join(',')}}`;
}

function profileIn(room: Room, userId: string): object {
  const member = room.current('m.room.member', userId);
  const name = textOf(member, 'displayname');
  const avatar = mxcOf(member, 'avatar_url');
  return {
    ...(name !== undefined && { displayname: name }),
    ...(avatar !== undefined && { avatar_url: avatar }),
  };
}

type Groups = Record<string, Record<string, { order: number; results: string[] }>>;

function groupsOf(hits: readonly Hit[], { grouping }: Question): Groups {
  const groups: Groups = {};
  for (const key of grouping) {
    const byValue: Groups[string] = {};
    for (const { event, room } of hits) {
      const value = key === 'sender' ? event.sender : room.roomId;
      const group = (byValue[value] ??= { order: Object.keys(byValue).length + 1, results: [] });
      group.results.push(event.eventId);
    }
    groups[key] = byValue;
  }
  return groups;
}

function stateOf(hits: readonly Hit[]): string {
  const byRoom = new Map(hits.map((hit) => [hit.room.nid, hit]));
  return [...byRoom.values()]
    .map(({ room, sight }) => {
      const state = [...room.allState()].map(({ stored }) => renderState(sight.shown(stored), room.roomId));
      return `${JSON.stringify(room.roomId)}:[${state.join(',')}]`;
    })
    .join(',');
}
