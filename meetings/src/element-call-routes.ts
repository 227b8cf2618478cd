import { createHash } from 'node:crypto';
import { canonicalJson, encodeBase64, isJsonObject } from '@majlis/protocol';
import { openIdUser } from './access/requester.ts';
import { roomRights } from './access/room-rights.ts';
import { deviceIdentity } from './calls/calls.ts';
import type { Calls } from './calls/calls.ts';
import { badJson, unauthorized } from './http/errors.ts';
import { requiredText } from './http/fields.ts';
import type { Call, Route } from './http/routes.ts';
import type { MeetingsParts } from './parts.ts';

const id_characters_max = 255;

/**
 * The token service as Element Call and Element X ask for it: `/sfu/get` of today and `/get_token` of Matrix 2.0. Both
 * lead to the same rights as our own way in.
 */
export function elementCallRoutes(parts: MeetingsParts, calls: Calls): Route[] {
  const askedBy = async (call: Call): Promise<string> => {
    const openId = call.body['openid_token'];
    if (!isJsonObject(openId)) throw badJson("'openid_token' is missing");
    return openIdUser(
      parts,
      requiredText(openId, 'access_token', 1_024),
      requiredText(openId, 'matrix_server_name', id_characters_max),
    );
  };
  return [
    {
      method: 'POST',
      path: '/livekit/jwt/sfu/get',
      async handle(call) {
        const userId = await askedBy(call);
        const deviceId = requiredText(call.body, 'device_id', id_characters_max);
        const rights = await roomRights(parts, requiredText(call.body, 'room', id_characters_max), userId);
        const joined = await calls.joinMember(
          rights,
          { userId, deviceId },
          { identity: deviceIdentity({ userId, deviceId }) },
        );
        return { url: joined.url, jwt: joined.token };
      },
    },
    {
      method: 'POST',
      path: '/livekit/jwt/get_token',
      async handle(call) {
        const userId = await askedBy(call);
        const { member } = call.body;
        if (!isJsonObject(member)) throw badJson("'member' is missing");
        const deviceId = requiredText(member, 'claimed_device_id', id_characters_max);
        if (requiredText(member, 'claimed_user_id', id_characters_max) !== userId) {
          throw unauthorized('The OpenID token is of another user');
        }
        const memberId = requiredText(member, 'id', id_characters_max);
        const rights = await roomRights(parts, requiredText(call.body, 'room_id', id_characters_max), userId);
        const hash = createHash('sha256')
          .update(canonicalJson([userId, deviceId, memberId]))
          .digest();
        const joined = await calls.joinMember(
          rights,
          { userId, deviceId },
          { identity: encodeBase64(new Uint8Array(hash)) },
        );
        return { url: joined.url, jwt: joined.token };
      },
    },
    { method: 'GET', path: '/livekit/jwt/healthz', handle: () => ({}) },
  ];
}
