import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpClient } from './http.ts';
import type { Tokens } from './http.ts';
import { TrafficCounter } from './traffic.ts';

interface Held {
  readonly path: string;
  answer(): void;
}

/** A server that knows one access token at a time, as ours does, and answers when it is told to. */
function makeServer() {
  let valid = 'T0';
  let refreshes = 0;
  const held: Held[] = [];
  let tell = () => undefined as void;
  const unknown = () => Response.json({ errcode: 'M_UNKNOWN_TOKEN', error: 'unknown' }, { status: 401 });
  const fetch_ = async (url: string | URL | Request, init?: RequestInit) => {
    const { pathname } = new URL(String(url));
    if (pathname.endsWith('/refresh')) {
      refreshes += 1;
      valid = `T${refreshes}`;
      return Response.json({ access_token: valid, refresh_token: `R${refreshes}` });
    }
    const token = new Headers(init?.headers).get('authorization');
    return new Promise<Response>((resolve) => {
      const answer = () => resolve(token === `Bearer ${valid}` ? Response.json({ token }) : unknown());
      held.push({ path: pathname, answer });
      tell();
    });
  };
  const next = async (path: string): Promise<Held> => {
    for (;;) {
      const at = held.findIndex((one) => one.path === path);
      const found = at < 0 ? undefined : held.splice(at, 1)[0];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (tell = resolve));
    }
  };
  return {
    fetch: fetch_ as typeof fetch,
    next,
    endToken: () => (valid = 'none'),
    refreshes: () => refreshes,
  };
}

function makeClient(fetch_: typeof fetch) {
  let tokens: Tokens = { accessToken: 'T0', refreshToken: 'R0' };
  let expired = 0;
  const now = () => 0;
  const http = new HttpClient(
    'http://s',
    { fetch: fetch_, now, traffic: new TrafficCounter(now) },
    {
      current: () => tokens,
      refreshed: async (fresh) => void (tokens = fresh),
      expired: () => void (expired += 1),
    },
  );
  return { http, expired: () => expired };
}

test('requests that find the token ended one after the other renew it once, and none fails', async () => {
  const server = makeServer();
  const { http, expired } = makeClient(server.fetch);
  const first = http.request('GET', '/first');
  const second = http.request('GET', '/second');
  const [one, two] = [await server.next('/first'), await server.next('/second')];
  server.endToken();
  one.answer();
  const again = await server.next('/first');
  // The token is new by now, and the request with it on its way.
  two.answer();
  const alsoAgain = await server.next('/second');
  again.answer();
  alsoAgain.answer();
  assert.deepEqual([await first, await second], [{ token: 'Bearer T1' }, { token: 'Bearer T1' }]);
  assert.equal(server.refreshes(), 1);
  assert.equal(expired(), 0);
});
