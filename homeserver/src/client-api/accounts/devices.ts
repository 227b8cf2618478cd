import type { Device, Storage } from '@majlis/storage';
import type { PasswordConfirmation } from '../../accounts/password-confirmation.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { missingParam, notFound } from '../../http/errors.ts';
import { optionalString, optionalStrings } from '../../http/fields.ts';

const path = '/_matrix/client/v3/devices';
const devices_at_once_max = 1_000;
const name_length_max = 255;

/** The devices of an account (Client-Server API, "Device Management"). */
export function deviceEndpoints(
  storage: Storage,
  sessions: Sessions,
  confirmation: PasswordConfirmation,
): Endpoint[] {
  const { accounts } = storage;
  return [
    userEndpoint({
      method: 'GET',
      paths: [path],
      guests: true,
      handle: async ({ requester }) => ({ devices: (await accounts.devices(requester.userId)).map(shown) }),
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${path}/:deviceId`],
      guests: true,
      async handle({ params, requester }) {
        const device = await accounts.device(requester.userId, params['deviceId'] ?? '');
        if (device === undefined) throw notFound('You have no such device');
        return shown(device);
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${path}/:deviceId`],
      guests: true,
      async handle({ params, body, requester }) {
        const deviceId = params['deviceId'] ?? '';
        const name = optionalString(body, 'display_name', name_length_max);
        const found =
          name === undefined
            ? (await accounts.device(requester.userId, deviceId)) !== undefined
            : await accounts.renameDevice(requester.userId, deviceId, name);
        if (!found) throw notFound('You have no such device');
        return {};
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [`${path}/:deviceId`],
      body: 'json',
      guests: true,
      async handle({ params, body, requester }) {
        const deviceId = params['deviceId'] ?? '';
        await confirmation.require(body, requester, `delete devices ${JSON.stringify([deviceId])}`);
        await sessions.close(requester.userId, [deviceId]);
        return {};
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/delete_devices'],
      guests: true,
      async handle({ body, requester }) {
        const deviceIds = optionalStrings(body, 'devices', devices_at_once_max);
        if (deviceIds === undefined) throw missingParam("'devices' is missing");
        await confirmation.require(body, requester, `delete devices ${JSON.stringify(deviceIds.toSorted())}`);
        await sessions.close(requester.userId, deviceIds);
        return {};
      },
    }),
  ];
}

function shown(device: Device): Record<string, unknown> {
  return {
    device_id: device.deviceId,
    ...(device.displayName !== null && { display_name: device.displayName }),
    ...(device.lastSeenIp !== null && { last_seen_ip: device.lastSeenIp }),
    ...(device.lastSeenTs !== null && { last_seen_ts: device.lastSeenTs }),
  };
}
