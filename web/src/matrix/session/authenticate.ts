import type { SignIn, SignUp } from '../door.ts';
import type { AskPassword } from '../encryption/contract.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import { readTokens } from '../http.ts';
import type { HttpClient, JsonBody, Tokens } from '../http.ts';
import { stagesOf } from './discovery.ts';

/** What is kept of a session. */
export interface SessionRecord {
  readonly userId: string;
  readonly deviceId: string;
  readonly server: string;
  readonly tokens: Tokens;
}

const possible = new Set(['m.login.dummy', 'm.login.terms', 'm.login.registration_token']);

/** Registers, going through the stages that the server asks for (dummy, terms, registration token). */
export async function register(http: HttpClient, wish: SignUp, now: () => number): Promise<SessionRecord> {
  const body = {
    username: wish.username,
    password: wish.password,
    initial_device_display_name: wish.deviceName,
    refresh_token: true,
  };
  const answer = await throughStages(
    (auth) =>
      http.request('POST', '/_matrix/client/v3/register', {
        body: auth === undefined ? body : { ...body, auth },
        signedIn: false,
      }),
    (stage) => {
      if (stage !== 'm.login.registration_token') return { type: stage };
      if (wish.token === undefined) throw new MatrixError('denied', 'An invitation token is needed.');
      return { type: stage, token: wish.token };
    },
  );
  return readSession(answer, http.server, now());
}

export async function signIn(http: HttpClient, wish: SignIn, now: () => number): Promise<SessionRecord> {
  const answer = await http.request('POST', '/_matrix/client/v3/login', {
    body: {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: wish.username.trim() },
      password: wish.password,
      initial_device_display_name: wish.deviceName,
      refresh_token: true,
    },
    signedIn: false,
  });
  return readSession(answer, http.server, now());
}

/** Runs a request that the server may want confirmed with the password. */
export async function withPassword(
  userId: string,
  askPassword: AskPassword,
  request: (auth: JsonBody | undefined) => Promise<unknown>,
): Promise<void> {
  try {
    await request(undefined);
  } catch (thrown) {
    const error = asMatrixError(thrown, 'protocol');
    const byPassword = stagesOf(error.body).some(
      (stages) => stages.length === 1 && stages[0] === 'm.login.password',
    );
    if (error.status !== 401 || !byPassword) throw error;
    const password = await askPassword();
    if (password === undefined) throw new MatrixError('denied', 'The password was not given.');
    await request({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: userId },
      password,
      session: error.body['session'],
    });
  }
}

async function throughStages(
  request: (auth: JsonBody | undefined) => Promise<JsonBody>,
  answerStage: (stage: string) => JsonBody,
): Promise<JsonBody> {
  let auth: JsonBody | undefined;
  let asked: string | undefined;
  for (;;) {
    try {
      return await request(auth);
    } catch (thrown) {
      const error = asMatrixError(thrown, 'protocol');
      const ways = stagesOf(error.body);
      if (error.status !== 401 || ways.length === 0) throw error;
      const completed = error.body['completed'];
      const done = new Set(Array.isArray(completed) ? completed : []);
      // The stage that was just answered is not among the completed ones: it was refused, for example a wrong token.
      if (asked !== undefined && !done.has(asked)) throw error;
      const way = chooseWay(ways);
      asked = way?.find((stage) => !done.has(stage));
      if (asked === undefined) {
        throw new MatrixError('protocol', 'This server wants a way of registering that is not offered here.');
      }
      auth = { ...answerStage(asked), session: error.body['session'] };
    }
  }
}

/** A way of which every stage can be gone here; one without a token first. */
function chooseWay(ways: readonly (readonly string[])[]): readonly string[] | undefined {
  const open = ways.filter((stages) => stages.every((stage) => possible.has(stage)));
  return open.find((stages) => !stages.includes('m.login.registration_token')) ?? open[0];
}

function readSession(answer: JsonBody, server: string, now: number): SessionRecord {
  const { user_id: userId, device_id: deviceId } = answer;
  if (typeof userId !== 'string' || typeof deviceId !== 'string') {
    throw new MatrixError('protocol', 'The answer has no user or device.');
  }
  return { userId, deviceId, server, tokens: readTokens(answer, now) };
}
