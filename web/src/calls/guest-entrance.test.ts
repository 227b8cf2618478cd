import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallSide } from './entrance.ts';
import { GuestEntrance } from './guest-entrance.ts';
import { newLinkSecret } from './guest-seal.ts';

const side: CallSide = {
  ownIdentity: () => '',
  participants: () => [],
  adopt: () => undefined,
  adoptKey: () => undefined,
  gave: () => undefined,
  shows: () => false,
  turned: () => undefined,
  comeAgain: () => undefined,
};

/** A server that takes its time with the knock. */
function makeServer() {
  const asked: string[] = [];
  const knocking = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const fetch_ = async (path: string | URL | Request, init?: RequestInit) => {
    asked.push(`${init?.method} ${String(path).replace(/^.*\/links\//, '')}`);
    if (!String(path).endsWith('/knock')) return Response.json({});
    knocking.resolve();
    return answer.promise;
  };
  return { fetch: fetch_ as typeof fetch, asked, knocking: knocking.promise, answer: answer.resolve };
}

test('a guest who goes while the knock is on its way does not stay in the lobby', async () => {
  const server = makeServer();
  const entrance = new GuestEntrance('link', newLinkSecret(), 'Ella', server.fetch);
  let waited = false;
  const entering = entrance.enter(side, () => (waited = true));
  await server.knocking;
  await entrance.leave();
  server.answer(Response.json({ guest_id: 'g', guest_secret: 's' }));
  await assert.rejects(entering, { kind: 'cancelled' });
  assert.deepEqual(server.asked, ['POST link/knock', 'DELETE link/guests/g']);
  assert.equal(waited, false);
});

test('a guest who goes before the knock does not knock', async () => {
  const server = makeServer();
  const entrance = new GuestEntrance('link', newLinkSecret(), 'Ella', server.fetch);
  const entering = entrance.enter(side, () => undefined);
  await entrance.leave();
  await assert.rejects(entering, { kind: 'cancelled' });
  assert.deepEqual(server.asked, []);
});
