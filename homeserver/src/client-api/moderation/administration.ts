import { isUserId } from '@majlis/protocol';
import type { Account, Storage } from '@majlis/storage';
import type { Sessions } from '../../accounts/sessions.ts';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, UserCall } from '../../http/endpoint.ts';
import { forbidden, missingParam, notFound } from '../../http/errors.ts';
import { optionalBoolean } from '../../http/fields.ts';

/** What administrators of this server may do (Client-Server API 1.18, "Server administration"). */
export function administrationEndpoints(storage: Storage, sessions: Sessions): Endpoint[] {
  const { accounts } = storage;
  /** Who may not ask does not learn who exists. */
  const target = async ({ params, requester }: UserCall, self: boolean): Promise<Account> => {
    const { userId = '' } = params;
    if (!requester.isAdmin && !(self && userId === requester.userId))
      throw forbidden('Only administrators of this server may do this');
    const account = isUserId(userId) ? await accounts.account(userId) : undefined;
    if (account === undefined) throw notFound('There is no such user here');
    return account;
  };
  const status = (
    name: 'locked' | 'suspended',
    path: string,
    set: (userId: string, on: boolean) => Promise<void>,
  ): Endpoint[] => [
    userEndpoint({
      method: 'GET',
      paths: [path],
      handle: async (call) => ({ [name]: (await target(call, false))[name] }),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [path],
      async handle(call) {
        const { userId, isAdmin } = await target(call, false);
        const on = optionalBoolean(call.body, name);
        if (on === undefined) throw missingParam(`'${name}' is missing`);
        if (isAdmin) throw forbidden('Administrators cannot shut one another out');
        await set(userId, on);
        sessions.forgetUser(userId);
        return { [name]: on };
      },
    }),
  ];
  return [
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/admin/whois/:userId'],
      async handle(call) {
        const { userId } = await target(call, true);
        const devices = (await accounts.devices(userId)).map(({ deviceId, lastSeenIp, lastSeenTs }) => {
          const connection = {
            ...(lastSeenIp !== null && { ip: lastSeenIp }),
            ...(lastSeenTs !== null && { last_seen: lastSeenTs }),
          };
          return [deviceId, { sessions: [{ connections: [connection] }] }] as const;
        });
        return { user_id: userId, devices: Object.fromEntries(devices) };
      },
    }),
    ...status('locked', '/_matrix/client/v1/admin/lock/:userId', (userId, on) =>
      accounts.setLocked(userId, on),
    ),
    ...status('suspended', '/_matrix/client/v1/admin/suspend/:userId', (userId, on) =>
      accounts.setSuspended(userId, on),
    ),
  ];
}
