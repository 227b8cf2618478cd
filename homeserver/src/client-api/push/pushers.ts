import type { JsonObject } from '@majlis/protocol';
import type { PusherRow } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, invalidParam, missingParam } from '../../http/errors.ts';
import { optionalBoolean, optionalString, requiredObject, requiredString } from '../../http/fields.ts';
import type { HomeserverParts } from '../../parts.ts';
import type { PushDelivery } from '../../push/delivery.ts';
import type { PushGateways } from '../../push/gateways.ts';

const pushers_max = 50;
const settings_bytes_max = 8_192;

/** Pushers (Client-Server API, "Push Notifications"). */
export function pusherEndpoints(
  { storage, clock }: Pick<HomeserverParts, 'storage' | 'clock'>,
  gateways: PushGateways,
  delivery: PushDelivery,
): Endpoint[] {
  return [
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/pushers'],
      handle: async ({ requester }) => ({
        pushers: (await storage.push.pushers(requester.userId)).map(shown),
      }),
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/pushers/set'],
      async handle({ body, requester }) {
        const appId = requiredString(body, 'app_id', 64);
        const pushkey = requiredString(body, 'pushkey', 512);
        const { kind } = body;
        if (kind === undefined) throw missingParam("'kind' is missing");
        if (kind === null) await storage.push.deletePusher(requester.userId, appId, pushkey);
        else {
          const settings = readSettings(body, gateways);
          const known = await storage.push.pushers(requester.userId);
          const again = known.some((one) => one.appId === appId && one.pushkey === pushkey);
          if (known.length >= pushers_max && !again) throw invalidParam(`At most ${pushers_max} pushers`);
          delivery.watch(requester.userId);
          await storage.push.setPusher(
            {
              userId: requester.userId,
              deviceId: requester.deviceId,
              appId,
              pushkey,
              settings,
              createdTs: clock.now(),
            },
            optionalBoolean(body, 'append') !== true,
          );
          delivery.watch(requester.userId);
        }
        return {};
      },
    }),
  ];
}

/** @returns the settings to keep, as JSON. @throws MatrixError 400 for kinds and gateways that are not served. */
function readSettings(body: JsonObject, gateways: PushGateways): string {
  if (body['kind'] !== 'http') throw invalidParam('Only pushers of the kind http are served here');
  const data = requiredObject(body, 'data');
  const { url, format } = data;
  if (typeof url !== 'string') throw missingParam("'data.url' is missing");
  if (format !== undefined && format !== 'event_id_only')
    throw invalidParam("'data.format' can only be event_id_only");
  if (!gateways.allows(url)) {
    throw new MatrixError(
      400,
      'M_INVALID_PARAM',
      'The operator of this server does not let it contact this push gateway',
    );
  }
  const profileTag = optionalString(body, 'profile_tag', 32);
  const settings = JSON.stringify({
    kind: 'http',
    app_display_name: requiredString(body, 'app_display_name', 255),
    device_display_name: requiredString(body, 'device_display_name', 255),
    lang: requiredString(body, 'lang', 64),
    ...(profileTag !== undefined && { profile_tag: profileTag }),
    data,
  });
  if (Buffer.byteLength(settings) > settings_bytes_max)
    throw invalidParam(`A pusher is at most ${settings_bytes_max} bytes`);
  return settings;
}

function shown(pusher: PusherRow): object {
  return { app_id: pusher.appId, pushkey: pusher.pushkey, ...(JSON.parse(pusher.settings) as object) };
}
