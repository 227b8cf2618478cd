import type { Deactivation } from '../../accounts/deactivation.ts';
import type { PasswordConfirmation } from '../../accounts/password-confirmation.ts';
import { hashPassword } from '../../accounts/passwords.ts';
import type { RegistrationTokens } from '../../accounts/registration-tokens.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, missingParam } from '../../http/errors.ts';
import { optionalBoolean, requiredString } from '../../http/fields.ts';
import type { HomeserverParts } from '../../parts.ts';
import { checkPasswordStrength, newUserId } from './register.ts';

/** Changing and closing an account (Client-Server API, "Account management"). */
export function accountEndpoints(
  parts: Pick<HomeserverParts, 'storage' | 'options' | 'random'>,
  sessions: Sessions,
  confirmation: PasswordConfirmation,
  deactivation: Deactivation,
  tokens: RegistrationTokens,
): Endpoint[] {
  const { storage, options, random } = parts;
  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/account/password'],
      async handle({ body, requester }) {
        const password = requiredString(body, 'new_password', 1_024);
        checkPasswordStrength(password);
        const signOut = optionalBoolean(body, 'logout_devices') !== false;
        await confirmation.require(body, requester, 'change password');
        await storage.accounts.setPassword(requester.userId, await hashPassword(password, random));
        if (signOut) {
          const devices = await storage.accounts.devices(requester.userId);
          const others = devices.map(({ deviceId }) => deviceId).filter((id) => id !== requester.deviceId);
          if (others.length > 0) await sessions.close(requester.userId, others);
        }
        return {};
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/account/deactivate'],
      async handle({ body, requester }) {
        const erase = optionalBoolean(body, 'erase') === true;
        await confirmation.require(body, requester, 'close account');
        await deactivation.close(requester.userId, erase);
        return { id_server_unbind_result: 'no-support' };
      },
    }),
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/register/available'],
      rate: 'search',
      async handle({ query }) {
        const username = query.get('username');
        if (username === null) throw missingParam("'username' is missing");
        if ((await storage.accounts.account(newUserId(username, options.serverName))) !== undefined)
          throw new MatrixError(400, 'M_USER_IN_USE', 'This user name is taken');
        return { available: true };
      },
    }),
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v1/register/m.login.registration_token/validity'],
      rate: 'login',
      async handle({ query }) {
        const token = query.get('token');
        if (token === null) throw missingParam("'token' is missing");
        return { valid: await tokens.isValid(token) };
      },
    }),
  ];
}
