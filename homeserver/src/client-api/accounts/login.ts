import type { JsonObject } from '@majlis/protocol';
import type { Sessions } from '../../accounts/sessions.ts';
import { checkPassword } from '../../accounts/passwords.ts';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, badJson, forbidden } from '../../http/errors.ts';
import { isObject, optionalBoolean, optionalString, requiredString } from '../../http/fields.ts';
import type { RateLimits } from '../../http/rate-limits.ts';
import type { HomeserverParts } from '../../parts.ts';

/** Signing in and out (Client-Server API, "Login", "Logout", "Refreshing access tokens"). */
export function sessionEndpoints(
  parts: Pick<HomeserverParts, 'storage' | 'options'>,
  sessions: Sessions,
  rateLimits: RateLimits,
): Endpoint[] {
  const { storage, options } = parts;
  return [
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/login'],
      handle: () => ({ flows: [{ type: 'm.login.password' }] }),
    }),
    openEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/login'],
      rate: 'login',
      async handle({ body }) {
        if (requiredString(body, 'type', 64) !== 'm.login.password') {
          throw new MatrixError(400, 'M_UNKNOWN', 'This server signs in with m.login.password only');
        }
        const userId = userIdIn(body, options.serverName);
        const password = requiredString(body, 'password');
        // Also counted by account, so that many addresses cannot guess at one password together.
        rateLimits.take('login', userId);
        const account = await storage.accounts.account(userId);
        if (!(await checkPassword(password, account?.passwordHash)) || account === undefined) {
          throw forbidden('Wrong user name or password');
        }
        if (account.deactivated) throw new MatrixError(403, 'M_USER_DEACTIVATED', 'This account was closed');
        const session = await sessions.open({
          userId,
          deviceId: optionalString(body, 'device_id', 255),
          displayName: optionalString(body, 'initial_device_display_name', 255),
          refreshable: optionalBoolean(body, 'refresh_token') === true,
        });
        return { ...session, well_known: { 'm.homeserver': { base_url: options.publicBaseUrl } } };
      },
    }),
    openEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/refresh'],
      rate: 'login',
      handle: ({ body }) => sessions.refresh(requiredString(body, 'refresh_token', 1_024)),
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/logout'],
      guests: true,
      async handle({ requester }) {
        await sessions.close(requester.userId, [requester.deviceId]);
        return {};
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/logout/all'],
      guests: true,
      async handle({ requester }) {
        const devices = await storage.accounts.devices(requester.userId);
        await sessions.close(
          requester.userId,
          devices.map((device) => device.deviceId),
        );
        return {};
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/account/whoami'],
      guests: true,
      handle: ({ requester }) => ({
        user_id: requester.userId,
        device_id: requester.deviceId,
        is_guest: requester.isGuest,
      }),
    }),
  ];
}

/** The account that a password login names: an `m.id.user` identifier or the older `user` member. */
export function userIdIn(body: JsonObject, serverName: string): string {
  const identifier = body['identifier'];
  let user: string | undefined;
  if (isObject(identifier)) {
    if (identifier['type'] !== 'm.id.user') throw forbidden('Sign in with your user name');
    user = optionalString(identifier, 'user', 255);
  } else user = optionalString(body, 'user', 255);
  if (user === undefined) throw badJson("'identifier' must name a user");
  return user.startsWith('@') ? user : `@${user.toLowerCase()}:${serverName}`;
}
