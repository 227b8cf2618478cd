import { isLocalpart } from '@majlis/protocol';
import type { InteractiveAuth } from '../../accounts/interactive-auth.ts';
import { hashPassword } from '../../accounts/passwords.ts';
import { tokenDigest } from '../../accounts/registration-tokens.ts';
import type { RegistrationTokens } from '../../accounts/registration-tokens.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import { openEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, forbidden, invalidParam, missingParam } from '../../http/errors.ts';
import { optionalBoolean, optionalString } from '../../http/fields.ts';
import { readNewSession } from './login.ts';
import type { HomeserverParts } from '../../parts.ts';

export const password_length_min = 8;
const password_length_max = 512;

/** @throws MatrixError M_WEAK_PASSWORD below 8 characters, M_INVALID_PARAM over 512. */
export function checkPasswordStrength(password: string): void {
  if (password.length > password_length_max)
    throw invalidParam(`Passwords are at most ${password_length_max} characters`);
  if ([...password].length < password_length_min) {
    throw new MatrixError(
      400,
      'M_WEAK_PASSWORD',
      `Passwords have at least ${password_length_min} characters`,
    );
  }
}

/** @returns the full user id. @throws M_INVALID_USERNAME. */
export function newUserId(username: string, serverName: string): string {
  const localpart = username.startsWith('@') ? (username.slice(1).split(':')[0] ?? '') : username;
  const userId = `@${localpart.toLowerCase()}:${serverName}`;
  if (!isLocalpart(localpart.toLowerCase()) || Buffer.byteLength(userId) > 255) {
    throw new MatrixError(
      400,
      'M_INVALID_USERNAME',
      'User names use the letters a to z, digits, and the signs - . = _ / +, at most 255 characters with the server name',
    );
  }
  return userId;
}

/** POST /register (Client-Server API 1.19, "Registration"). */
export function register(
  parts: Pick<HomeserverParts, 'storage' | 'options' | 'clock' | 'random'>,
  sessions: Sessions,
  interactiveAuth: InteractiveAuth,
  tokens: RegistrationTokens,
): Endpoint {
  const { storage, options, clock, random } = parts;
  const create = async (userId: string, passwordHash: string, token: string | undefined): Promise<void> => {
    const ts = clock.now();
    const account = { userId, passwordHash, ts };
    const outcome =
      token === undefined
        ? (await storage.accounts.create({ ...account, isAdmin: false, isGuest: false })) || 'taken'
        : await storage.accounts.createWithToken({ ...account, tokenHash: tokenDigest(token) });
    if (outcome === 'taken') throw new MatrixError(400, 'M_USER_IN_USE', 'This user name is taken');
    if (outcome === 'token-spent') throw forbidden('The registration token has been used up');
  };
  return openEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/v3/register'],
    rate: 'register',
    async handle({ body, query }) {
      const kind = query.get('kind') ?? 'user';
      if (kind === 'guest')
        throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'Guest accounts are off on this server');
      if (kind !== 'user') throw invalidParam("'kind' must be user or guest");
      const username = optionalString(body, 'username', 255);
      const password = optionalString(body, 'password');
      const wanted = readNewSession(body);
      const silent = optionalBoolean(body, 'inhibit_login') === true;
      const userId = username === undefined ? undefined : newUserId(username, options.serverName);
      if (userId !== undefined && (await storage.accounts.account(userId)) !== undefined) {
        throw new MatrixError(400, 'M_USER_IN_USE', 'This user name is taken');
      }
      if (password !== undefined) checkPasswordStrength(password);
      const flows =
        options.registration === 'open'
          ? [['m.login.dummy'], ['m.login.registration_token']]
          : [['m.login.registration_token']];
      if (options.registration === 'closed' && !(await tokens.any()))
        throw forbidden('Registration is closed on this server');
      if (password === undefined && body['auth'] !== undefined) throw missingParam("'password' is missing");
      let token: string | undefined;
      await interactiveAuth.require(body, 'register', flows, {
        'm.login.dummy': () => true,
        'm.login.registration_token': async (auth) => {
          token = optionalString(auth, 'token', 64);
          return token !== undefined && (await tokens.isValid(token));
        },
      });
      const chosen = userId ?? newUserId(Buffer.from(random.bytes(8)).toString('hex'), options.serverName);
      await create(chosen, await hashPassword(password ?? '', random), token);
      return silent ? { user_id: chosen } : sessions.open({ userId: chosen, ...wanted });
    },
  });
}
