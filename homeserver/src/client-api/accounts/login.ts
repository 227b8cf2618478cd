import type { JsonObject } from '@majlis/protocol';
import type { Account } from '@majlis/storage';
import type { Sessions } from '../../accounts/sessions.ts';
import type { PasswordConfirmation } from '../../accounts/password-confirmation.ts';
import type { Proofs } from '../../accounts/proofs.ts';
import { checkPassword } from '../../accounts/passwords.ts';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, OpenCall } from '../../http/endpoint.ts';
import { MatrixError, badJson, forbidden, invalidParam, userLocked } from '../../http/errors.ts';
import { isObject, optionalBoolean, optionalString, requiredString } from '../../http/fields.ts';
import type { RateLimits } from '../../http/rate-limits.ts';
import type { HomeserverParts } from '../../parts.ts';

/** Signing in and out (Client-Server API, "Login", "Logout", "Refreshing access tokens"). */
export function sessionEndpoints(
  parts: Pick<HomeserverParts, 'storage' | 'options'>,
  sessions: Sessions,
  rateLimits: RateLimits,
  proofs: Proofs,
  confirmation: PasswordConfirmation,
): Endpoint[] {
  const { storage, options } = parts;
  const byPassword = async ({ body, response }: OpenCall): Promise<Account> => {
    const userId = userIdIn(body, options.serverName);
    const password = requiredString(body, 'password');
    // Also counted by account, so that many addresses cannot guess at one password together.
    rateLimits.take('login', userId);
    const account = await storage.accounts.account(userId);
    const right = await checkPassword(password, account?.passwordHash, () => !response.closed);
    if (!right || account === undefined) throw forbidden('Wrong user name or password');
    return account;
  };
  const byToken = async (body: JsonObject): Promise<Account> => {
    const userId = await proofs.take(requiredString(body, 'token', 1_024), 'login');
    const account = userId === undefined ? undefined : await storage.accounts.account(userId);
    if (account === undefined) throw forbidden('This login token is unknown, used or has expired');
    return account;
  };
  const accountFor = (call: OpenCall): Promise<Account> => {
    const { body } = call;
    const type = requiredString(body, 'type', 64);
    if (type === 'm.login.password') return byPassword(call);
    if (type === 'm.login.token') return byToken(body);
    throw new MatrixError(400, 'M_UNKNOWN', 'This server signs in with m.login.password and m.login.token');
  };
  return [
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/login'],
      handle: () => ({
        flows: [{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }],
      }),
    }),
    openEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/login'],
      rate: 'login',
      async handle(call) {
        const { body } = call;
        const wanted = readNewSession(body);
        const account = await accountFor(call);
        if (account.deactivated) throw new MatrixError(403, 'M_USER_DEACTIVATED', 'This account was closed');
        if (account.locked) throw userLocked();
        const session = await sessions.open({ userId: account.userId, ...wanted });
        return { ...session, well_known: { 'm.homeserver': { base_url: options.publicBaseUrl } } };
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v1/login/get_token'],
      async handle({ body, requester }) {
        await confirmation.require(body, requester, 'sign in another device');
        const { token, lifetimeMs } = await proofs.issue(requester.userId, 'login');
        return { login_token: token, expires_in_ms: lifetimeMs };
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
      evenLocked: true,
      async handle({ requester }) {
        await sessions.close(requester.userId, [requester.deviceId]);
        return {};
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/logout/all'],
      guests: true,
      evenLocked: true,
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

/**
 * What a request to sign in says of the device. Read it before anything is changed: what is refused must leave no trace.
 * @throws MatrixError 400.
 */
export function readNewSession(body: JsonObject): {
  deviceId: string | undefined;
  displayName: string | undefined;
  refreshable: boolean;
} {
  const deviceId = optionalString(body, 'device_id', 255);
  const displayName = optionalString(body, 'initial_device_display_name', 255);
  if (deviceId?.includes('\0') === true || displayName?.includes('\0') === true)
    throw invalidParam('A device has no NUL character in its id or name');
  return { deviceId, displayName, refreshable: optionalBoolean(body, 'refresh_token') === true };
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
