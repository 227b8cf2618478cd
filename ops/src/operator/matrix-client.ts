// The little of the Client-Server API that commands and the demo need, spoken over HTTP like any client.

import { Problem } from '../problem.ts';

export interface Session {
  readonly userId: string;
  readonly accessToken: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One request; `body` is sent as JSON. */
export async function callApi(
  url: string,
  method: string,
  path: string,
  body?: object,
  accessToken?: string,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The same, where anything but 200 is a failure. @throws Problem with the server's own words */
export async function mustCall(
  url: string,
  method: string,
  path: string,
  body: object | undefined,
  accessToken: string,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await callApi(url, method, path, body, accessToken);
  if (answer.status !== 200) throw refusal(answer);
  return answer.body;
}

function refusal({ status, body }: Answer): Problem {
  return new Problem(
    `The server refused (${status} ${String(body['errcode'] ?? '')}): ${String(body['error'] ?? '')}.`,
    'Correct what it names and try again.',
  );
}

/** Makes an account with a registration token. @throws Problem when the name is taken or the password too weak */
export async function registerAccount(
  url: string,
  account: {
    readonly username: string;
    readonly password: string;
    readonly token: string;
    readonly deviceId?: string;
  },
): Promise<Session> {
  const wanted = {
    username: account.username,
    password: account.password,
    ...(account.deviceId === undefined ? {} : { device_id: account.deviceId }),
  };
  const path = '/_matrix/client/v3/register';
  const opened = await callApi(url, 'POST', path, wanted);
  if (opened.status !== 401 || typeof opened.body['session'] !== 'string') throw refusal(opened);
  const auth = { type: 'm.login.registration_token', token: account.token, session: opened.body['session'] };
  return sessionOf(await callApi(url, 'POST', path, { ...wanted, auth }));
}

/** Signs in with a password; undefined when there is no such account or the password is another. */
export async function signIn(
  url: string,
  account: { readonly username: string; readonly password: string; readonly deviceId: string },
): Promise<Session | undefined> {
  const answer = await callApi(url, 'POST', '/_matrix/client/v3/login', {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: account.username },
    password: account.password,
    device_id: account.deviceId,
  });
  return answer.status === 403 ? undefined : sessionOf(answer);
}

function sessionOf(answer: Answer): Session {
  const { user_id: userId, access_token: accessToken } = answer.body;
  if (answer.status !== 200 || typeof userId !== 'string' || typeof accessToken !== 'string')
    throw refusal(answer);
  return { userId, accessToken };
}
