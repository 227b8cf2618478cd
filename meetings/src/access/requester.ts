import { unauthorized } from '../http/errors.ts';
import type { MeetingsParts } from '../parts.ts';

const answer_ms_max = 10_000;

/** Who asks, by their Matrix session. */
export interface Member {
  readonly userId: string;
  readonly deviceId: string;
}

type AskParts = Pick<MeetingsParts, 'options' | 'fetch'>;

/** Asks the homeserver whose access token it is. @throws Refusal 401. */
export async function memberOf(parts: AskParts, token: string | undefined): Promise<Member> {
  if (token === undefined) throw unauthorized('Missing access token');
  const response = await parts.fetch(`${parts.options.homeserverUrl}/_matrix/client/v3/account/whoami`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(answer_ms_max),
  });
  const answer = (await response.json()) as { user_id?: unknown; device_id?: unknown };
  if (!response.ok || typeof answer.user_id !== 'string') throw unauthorized('Unknown access token');
  return { userId: answer.user_id, deviceId: typeof answer.device_id === 'string' ? answer.device_id : '' };
}

/** Checks an OpenID token, as Element Call sends it. @throws Refusal 401 when it is not of this server's. */
export async function openIdUser(parts: AskParts, token: string, serverName: string): Promise<string> {
  if (serverName !== parts.options.serverName)
    throw unauthorized('Only accounts of this server are served here');
  const response = await parts.fetch(
    `${parts.options.homeserverUrl}/_matrix/federation/v1/openid/userinfo?access_token=${encodeURIComponent(token)}`,
    { signal: AbortSignal.timeout(answer_ms_max) },
  );
  const answer = (await response.json()) as { sub?: unknown };
  if (!response.ok || typeof answer.sub !== 'string') throw unauthorized('The OpenID token is not valid');
  return answer.sub;
}
