import { unauthorized, unavailable } from '../http/errors.ts';
import type { MeetingsParts } from '../parts.ts';

const answer_ms_max = 10_000;

/** Who asks, by their Matrix session. */
export interface Member {
  readonly userId: string;
  readonly deviceId: string;
}

type AskParts = Pick<MeetingsParts, 'options' | 'fetch'>;

/** Asks the homeserver whose access token it is. @throws Refusal 401; 503 while the homeserver cannot say. */
export async function memberOf(parts: AskParts, token: string | undefined): Promise<Member> {
  if (token === undefined) throw unauthorized('Missing access token');
  const answer = await askHomeserver(parts, '/_matrix/client/v3/account/whoami', token);
  if (typeof answer?.['user_id'] !== 'string') throw unauthorized('Unknown access token');
  const deviceId = answer['device_id'];
  return { userId: answer['user_id'], deviceId: typeof deviceId === 'string' ? deviceId : '' };
}

/** Checks an OpenID token, as Element Call sends it. @throws Refusal 401 when it is not of this server's; 503 as above. */
export async function openIdUser(parts: AskParts, token: string, serverName: string): Promise<string> {
  if (serverName !== parts.options.serverName)
    throw unauthorized('Only accounts of this server are served here');
  const path = `/_matrix/federation/v1/openid/userinfo?access_token=${encodeURIComponent(token)}`;
  const answer = await askHomeserver(parts, path);
  if (typeof answer?.['sub'] !== 'string') throw unauthorized('The OpenID token is not valid');
  return answer['sub'];
}

/** @returns undefined when the homeserver refuses. That it cannot answer now says nothing about the token. */
async function askHomeserver(
  parts: AskParts,
  path: string,
  token?: string,
): Promise<Record<string, unknown> | undefined> {
  const response = await parts
    .fetch(parts.options.homeserverUrl + path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(answer_ms_max),
    })
    .catch(() => undefined);
  if (response === undefined || response.status >= 500)
    throw unavailable('The homeserver cannot answer right now; try again shortly');
  const answer = (await response.json()) as Record<string, unknown>;
  return response.ok ? answer : undefined;
}
