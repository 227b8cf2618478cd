import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { forbidden, invalidParam } from '../../http/errors.ts';
import { queryBoolean, queryInteger } from '../../http/fields.ts';
import { parsePdu } from '../../rooms/room.ts';
import type { Room, RoomStateEvent } from '../../rooms/room.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import { maySeeSummary, summaryOf } from '../../rooms/summary.ts';

const page_max = 50;
const depth_max = 10;
/** Rooms of one tree that are looked at. */
const rooms_max = 2_000;

/** GET /hierarchy (Client-Server API, "Spaces"): depth first, each room once. */
export function hierarchy(rooms: Rooms): Endpoint {
  return userEndpoint({
    method: 'GET',
    paths: ['/_matrix/client/v1/rooms/:roomId/hierarchy'],
    guests: true,
    async handle({ params, query, requester }) {
      const { roomId = '' } = params;
      const suggestedOnly = queryBoolean(query, 'suggested_only');
      const limit = queryInteger(query, 'limit', { min: 1, max: page_max, fallback: page_max });
      const depth = queryInteger(query, 'max_depth', { min: 0, max: depth_max, fallback: depth_max });
      const offset = readToken(query.get('from'));
      const root = await rooms.find(roomId);
      if (root === undefined || !(await maySeeSummary(rooms, root, requester.userId)))
        throw forbidden('You may not see this room');
      const tree: object[] = [];
      const seen = new Set<string>([roomId]);
      // A stack instead of calls: the tree is made by others.
      const stack: Array<{ room: Room; depth: number }> = [{ room: root, depth: 0 }];
      while (stack.length > 0 && tree.length <= offset + limit) {
        const next = stack.pop();
        if (next === undefined) break;
        const children = childrenOf(next.room, suggestedOnly);
        tree.push({ ...summaryOf(next.room), children_state: children.map(strippedChild) });
        if (next.depth >= depth) continue;
        const found: Room[] = [];
        for (const child of children) {
          const childId = child.stored.stateKey ?? '';
          if (seen.has(childId) || seen.size >= rooms_max) continue;
          seen.add(childId);
          const room = await rooms.find(childId);
          if (room !== undefined && (await maySeeSummary(rooms, room, requester.userId))) found.push(room);
        }
        for (const room of found.toReversed()) stack.push({ room, depth: next.depth + 1 });
      }
      return {
        rooms: tree.slice(offset, offset + limit),
        ...(tree.length > offset + limit && { next_batch: `h${offset + limit}` }),
      };
    },
  });
}

/** Children in the order of the specification: by `order`, then by age, then by id. */
function childrenOf(room: Room, suggestedOnly: boolean): RoomStateEvent[] {
  if (room.current('m.room.create', '')?.pdu.content['type'] !== 'm.space') return [];
  return [...room.ofType('m.space.child').values()]
    .filter(({ pdu }) => {
      const { via, suggested } = pdu.content;
      return Array.isArray(via) && via.length > 0 && (!suggestedOnly || suggested === true);
    })
    .toSorted((left, right) => compare(orderOf(left), orderOf(right)));
}

function orderOf({ pdu }: RoomStateEvent): readonly [string, number, string] {
  const { order } = pdu.content;
  const valid = typeof order === 'string' && /^[\x20-\x7e]{1,50}$/.test(order);
  // Children without an order come after all that have one.
  return [valid ? order : '\x7f', pdu.origin_server_ts, pdu.state_key ?? ''];
}

function compare(left: readonly [string, number, string], right: readonly [string, number, string]): number {
  for (let index = 0; index < left.length; index += 1) {
    const [one, other] = [left[index] ?? '', right[index] ?? ''];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function strippedChild({ stored }: RoomStateEvent): object {
  return {
    type: stored.type,
    state_key: stored.stateKey,
    content: parsePdu(stored).content,
    sender: stored.sender,
    origin_server_ts: stored.ts,
  };
}

function readToken(token: string | null): number {
  if (token === null || token === '') return 0;
  if (!/^h\d{1,5}$/.test(token)) throw invalidParam("'from' is not a token of this server");
  return Number(token.slice(1));
}
