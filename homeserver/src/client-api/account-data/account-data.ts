import { createHash } from 'node:crypto';
import { canonicalJson, isJsonObject } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import { JsonText, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, UserCall } from '../../http/endpoint.ts';
import { MatrixError, badJson, forbidden, invalidParam, notFound } from '../../http/errors.ts';
import { mustBeSelf } from '../../http/router.ts';
import type { HomeserverParts } from '../../parts.ts';
import { pushRulesType } from '../../push/rulesets.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import { checkSyncFilter } from '../../sync/filter.ts';
import { Turns } from '../../turns.ts';

const content_bytes_max = 65_536;
const tag_length_max = 255;
/** Set by the server itself through endpoints of their own. */
const serverTypes = new Set(['m.fully_read', pushRulesType]);

/** Account data, room tags and filters (Client-Server API, "Client Config", "Room Tagging", "Filtering"). */
export function accountDataEndpoints(parts: Pick<HomeserverParts, 'storage'>, rooms: Rooms): Endpoint[] {
  const { storage } = parts;
  const put = async (userId: string, roomNid: number, type: string, content: JsonObject): Promise<object> => {
    if (serverTypes.has(type)) {
      throw new MatrixError(405, 'M_BAD_JSON', `${type} is set through an endpoint of its own`);
    }
    if (Buffer.byteLength(type) > 255) throw invalidParam('The type is longer than 255 bytes');
    const text = JSON.stringify(content);
    if (Buffer.byteLength(text) > content_bytes_max) {
      throw new MatrixError(413, 'M_TOO_LARGE', `Account data is at most ${content_bytes_max} bytes`);
    }
    await storage.rooms.putAccountData(userId, roomNid, type, text);
    return {};
  };
  const get = async (userId: string, roomNid: number, type: string): Promise<JsonText> => {
    const content = await storage.rooms.accountDataOf(userId, roomNid, type);
    if (content === undefined) throw notFound('There is no account data of this type');
    return new JsonText(content);
  };
  const roomOf = async (call: UserCall): Promise<number> => {
    mustBeSelf(call, call.params['userId'] ?? '');
    const room = await rooms.find(call.params['roomId'] ?? '');
    if (room === undefined) throw forbidden('You are not in this room');
    if (room.membership(call.requester.userId) === undefined) throw forbidden('You are not in this room');
    return room.nid;
  };
  const tagsOf = async (userId: string, roomNid: number): Promise<JsonObject> => {
    const text = await storage.rooms.accountDataOf(userId, roomNid, 'm.tag');
    const content = text === undefined ? {} : (JSON.parse(text) as JsonObject);
    return isJsonObject(content['tags']) ? content['tags'] : {};
  };
  const tagTurns = new Turns();
  /** Tags are one piece of account data: those that are set at once are set one after another. */
  const changeTags = async (call: UserCall, change: (tags: JsonObject) => JsonObject): Promise<object> => {
    const { userId } = call.requester;
    const nid = await roomOf(call);
    return tagTurns.take(`${userId} ${nid}`, async () =>
      put(userId, nid, 'm.tag', { tags: change(await tagsOf(userId, nid)) }),
    );
  };
  const globalPath = ['/_matrix/client/v3/user/:userId/account_data/:type'];
  const roomPath = ['/_matrix/client/v3/user/:userId/rooms/:roomId/account_data/:type'];
  const tagPath = ['/_matrix/client/v3/user/:userId/rooms/:roomId/tags/:tag'];
  return [
    userEndpoint({
      method: 'PUT',
      paths: globalPath,
      handle(call) {
        mustBeSelf(call, call.params['userId'] ?? '');
        return put(call.requester.userId, 0, call.params['type'] ?? '', call.body);
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: globalPath,
      handle(call) {
        mustBeSelf(call, call.params['userId'] ?? '');
        return get(call.requester.userId, 0, call.params['type'] ?? '');
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: roomPath,
      handle: async (call) =>
        put(call.requester.userId, await roomOf(call), call.params['type'] ?? '', call.body),
    }),
    userEndpoint({
      method: 'GET',
      paths: roomPath,
      handle: async (call) => get(call.requester.userId, await roomOf(call), call.params['type'] ?? ''),
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/user/:userId/rooms/:roomId/tags'],
      handle: async (call) => ({ tags: await tagsOf(call.requester.userId, await roomOf(call)) }),
    }),
    userEndpoint({
      method: 'PUT',
      paths: tagPath,
      async handle(call) {
        const tag = call.params['tag'] ?? '';
        if (Buffer.byteLength(tag) > tag_length_max) throw invalidParam('The tag is longer than 255 bytes');
        const order = call.body['order'];
        if (order !== undefined && typeof order !== 'number') throw badJson("'order' must be a number");
        return changeTags(call, (tags) => ({ ...tags, [tag]: call.body }));
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: tagPath,
      handle: (call) => changeTags(call, ({ [call.params['tag'] ?? '']: _gone, ...tags }) => tags),
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/user/:userId/filter'],
      guests: true,
      bodyLimit: content_bytes_max,
      async handle(call) {
        mustBeSelf(call, call.params['userId'] ?? '');
        checkSyncFilter(call.body);
        const text = canonicalText(call.body);
        const filterId = createHash('sha256').update(text).digest('base64url').slice(0, 16);
        await storage.accounts.putFilter(call.requester.userId, filterId, text);
        return { filter_id: filterId };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/user/:userId/filter/:filterId'],
      guests: true,
      async handle(call) {
        mustBeSelf(call, call.params['userId'] ?? '');
        const text = await storage.accounts.filter(call.requester.userId, call.params['filterId'] ?? '');
        if (text === undefined) throw notFound('Unknown filter');
        return new JsonText(text);
      },
    }),
  ];
}

function canonicalText(body: JsonObject): string {
  try {
    return canonicalJson(body);
  } catch (error) {
    throw badJson(error instanceof Error ? error.message : 'The filter is not canonical JSON');
  }
}
