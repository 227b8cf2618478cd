import { Conflict } from '@majlis/storage';
import type { Storage } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { badJson, forbidden, invalidParam, notFound } from '../../http/errors.ts';
import { optionalString, requiredObject, requiredString } from '../../http/fields.ts';
import { readDeviceKeys, readKeys } from '../../keys/uploads.ts';
import type { Clock } from '../../parts.ts';

const path = '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device';
const page = 100;
const device_data_bytes_max = 65_536;

/** A device that waits on the server and receives keys while all others are signed out (MSC3814). */
export function dehydratedDeviceEndpoints(
  parts: { readonly storage: Storage; readonly clock: Clock },
  closeDevice: (userId: string, deviceId: string) => Promise<void>,
): Endpoint[] {
  const { encryption } = parts.storage;
  return [
    userEndpoint({
      method: 'PUT',
      paths: [path],
      async handle({ body, requester }) {
        const deviceId = requiredString(body, 'device_id', 255);
        const existing = await parts.storage.accounts.device(requester.userId, deviceId);
        const known = await encryption.dehydratedDevice(requester.userId);
        if (existing !== undefined && known?.deviceId !== deviceId)
          throw forbidden('This device id is in use');
        const deviceData = JSON.stringify(requiredObject(body, 'device_data'));
        if (Buffer.byteLength(deviceData) > device_data_bytes_max)
          throw badJson("'device_data' is too large");
        const device = {
          userId: requester.userId,
          deviceId,
          displayName: optionalString(body, 'initial_device_display_name', 255) ?? null,
          deviceData,
          deviceKeys: readDeviceKeys(requiredObject(body, 'device_keys'), requester.userId, deviceId),
          oneTimeKeys: readKeys(body, 'one_time_keys'),
          fallbackKeys: readKeys(body, 'fallback_keys'),
          ts: parts.clock.now(),
        };
        await encryption.setDehydratedDevice(device).catch((error: unknown) => {
          throw error instanceof Conflict
            ? invalidParam('A one-time key with this id exists already')
            : error;
        });
        return { device_id: deviceId };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [path],
      async handle({ requester }) {
        const device = await encryption.dehydratedDevice(requester.userId);
        if (device === undefined) throw notFound('There is no dehydrated device');
        return { device_id: device.deviceId, device_data: JSON.parse(device.deviceData) as unknown };
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [path],
      async handle({ requester }) {
        const device = await encryption.dehydratedDevice(requester.userId);
        if (device === undefined) throw notFound('There is no dehydrated device');
        await closeDevice(requester.userId, device.deviceId);
        return { device_id: device.deviceId };
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: [`${path}/:deviceId/events`],
      async handle({ params, body, requester }) {
        const device = await encryption.dehydratedDevice(requester.userId);
        if (device === undefined || device.deviceId !== params['deviceId'])
          throw notFound('There is no such device');
        const from = optionalString(body, 'next_batch', 32);
        const after = from !== undefined && /^\d{1,15}$/.test(from) ? Number(from) : 0;
        const messages = await encryption.toDeviceMessages(
          requester.userId,
          device.deviceId,
          after,
          parts.storage.stream.position(),
          page,
        );
        return {
          events: messages.map(({ sender, type, content }) => ({
            sender,
            type,
            content: JSON.parse(content) as unknown,
          })),
          next_batch: String(messages.at(-1)?.position ?? after),
        };
      },
    }),
  ];
}
