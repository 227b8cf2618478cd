import { isUserId, setOwn } from '@majlis/protocol';
import type { JsonObject, JsonValue } from '@majlis/protocol';
import { Conflict, Vanished } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, badJson, invalidParam, missingParam, unknownToken } from '../../http/errors.ts';
import { isObject, requiredObject } from '../../http/fields.ts';
import { publishedKeys } from '../../keys/published-keys.ts';
import { readDeviceKeys, readKeys } from '../../keys/uploads.ts';
import type { SyncParts } from '../../sync/parts.ts';
import { deviceListDelta } from '../../sync/device-lists.ts';
import { readSyncToken } from '../../sync/tokens.ts';

const users_max = 5_000;
const claims_max = 5_000;

/** Device keys and one-time keys (Client-Server API, "Key management API"). */
export function deviceKeyEndpoints(parts: SyncParts): Endpoint[] {
  const { storage } = parts;
  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/keys/upload'],
      rate: 'keys',
      async handle({ body, requester }) {
        const { userId, deviceId } = requester;
        const deviceKeys = body['device_keys'];
        try {
          await storage.encryption.uploadKeys({
            userId,
            deviceId,
            deviceKeys: deviceKeys === undefined ? undefined : readDeviceKeys(deviceKeys, userId, deviceId),
            oneTimeKeys: readKeys(body, 'one_time_keys'),
            fallbackKeys: readKeys(body, 'fallback_keys'),
          });
        } catch (error) {
          if (error instanceof Vanished) throw unknownToken('The session has just been ended');
          if (error instanceof Conflict) throw invalidParam('A one-time key with this id exists already');
          throw error;
        }
        const { counts } = await parts.keyCounts.of(userId, deviceId);
        return { one_time_key_counts: counts };
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/keys/query'],
      rate: 'keys',
      async handle({ body, requester }) {
        const asked = Object.entries(requiredObject(body, 'device_keys'));
        if (asked.length > users_max) throw invalidParam(`At most ${users_max} users at once`);
        const wanted = asked.map(([userId, devices]) => {
          if (!isUserId(userId)) throw invalidParam("'device_keys' names something that is no user id");
          if (!Array.isArray(devices) || !devices.every((device) => typeof device === 'string')) {
            throw badJson("'device_keys' maps users to arrays of device ids");
          }
          return { userId, deviceIds: devices };
        });
        return { ...(await publishedKeys(storage, requester.userId, wanted)), failures: {} };
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/keys/claim'],
      rate: 'keys',
      async handle({ body }) {
        const claimed = await storage.encryption.claimKeys(readClaims(requiredObject(body, 'one_time_keys')));
        const keys: Record<string, JsonObject> = {};
        for (const { userId, deviceId, algorithm, keyId, key } of claimed) {
          const ofUser = (keys[userId] ??= {});
          setOwn(ofUser, deviceId, { [`${algorithm}:${keyId}`]: JSON.parse(key) as JsonValue });
        }
        return { one_time_keys: keys, failures: {} };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/keys/changes'],
      async handle({ query, requester }) {
        const from = query.get('from');
        const to = query.get('to');
        if (from === null || to === null) throw missingParam("'from' and 'to' are needed");
        const after = readSyncToken(from).position;
        const upTo = readSyncToken(to).position;
        return deviceListDelta(parts, requester.userId, { after, upTo });
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: ['/_matrix/client/v3/sendToDevice/:eventType/:txnId'],
      rate: 'keys',
      async handle({ params, body, requester }) {
        const messages = Object.entries(requiredObject(body, 'messages')).flatMap(([userId, devices]) => {
          if (!isUserId(userId) || !isObject(devices))
            throw badJson("'messages' maps users to devices to contents");
          return Object.entries(devices).map(([deviceId, content]) => {
            if (!isObject(content)) throw badJson('A message content must be an object');
            return { userId, deviceId, content: JSON.stringify(content) };
          });
        });
        if (messages.length > claims_max) throw invalidParam(`At most ${claims_max} messages at once`);
        await storage.encryption.putToDevice({
          sender: requester.userId,
          senderDevice: requester.deviceId,
          txnId: params['txnId'] ?? '',
          type: params['eventType'] ?? '',
          messages,
          ts: parts.clock.now(),
        });
        return {};
      },
    }),
  ];
}

function readClaims(asked: JsonObject): Array<{ userId: string; deviceId: string; algorithm: string }> {
  const claims = Object.entries(asked).flatMap(([userId, devices]) => {
    if (!isUserId(userId) || !isObject(devices))
      throw badJson("'one_time_keys' maps users to devices to algorithms");
    return Object.entries(devices).map(([deviceId, algorithm]) => {
      if (typeof algorithm !== 'string') throw badJson('An algorithm must be a string');
      return { userId, deviceId, algorithm };
    });
  });
  if (claims.length > claims_max)
    throw new MatrixError(400, 'M_INVALID_PARAM', `At most ${claims_max} keys at once`);
  return claims;
}
