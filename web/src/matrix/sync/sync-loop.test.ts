import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MatrixError } from '../errors.ts';
import { HttpClient } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { CryptoDelivery } from '../encryption/engine-contract.ts';
import { TrafficCounter } from '../traffic.ts';
import { SyncLoop } from './sync-loop.ts';
import type { WireSync } from './wire.ts';

interface Asked {
  readonly pos: string | null;
  readonly timeout: number;
  readonly body: JsonBody;
}

/** A loop whose server answers from a script, and stops when the script ends. */
function play(script: readonly ((asked: Asked) => Response)[]) {
  const asked: Asked[] = [];
  const applied: { wire: WireSync; delivery: CryptoDelivery | undefined; position: unknown }[] = [];
  let cameBack = 0;
  const caughtUp: string[][] = [];
  const failed: MatrixError[] = [];
  const device = { full: false };
  let over = () => undefined as void;
  const done = new Promise<void>((resolve) => (over = resolve));
  const now = () => 0;
  const fetch_ = async (url: string | URL | Request, init?: RequestInit) => {
    const { searchParams } = new URL(String(url));
    const body = JSON.parse(String(init?.body)) as JsonBody;
    const request = { pos: searchParams.get('pos'), timeout: Number(searchParams.get('timeout')), body };
    const answer = script[asked.length];
    asked.push(request);
    if (answer !== undefined) return answer(request);
    over();
    return new Promise<Response>((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  const http = new HttpClient(
    'http://s',
    { fetch: fetch_ as typeof fetch, now, traffic: new TrafficCounter(now) },
    { current: () => ({ accessToken: 't' }), refreshed: async () => undefined, expired: () => undefined },
  );
  const loop = new SyncLoop(
    {
      http,
      now,
      chance: () => 0,
      wishes: () => ({ openRooms: [], watchedTypes: [] }),
      apply: async (wire, delivery, position) => {
        if (device.full) throw new MatrixError('storage', 'The quota has been exceeded.');
        applied.push({ wire, delivery, position: position.value });
      },
      caughtUp: async (rooms) => {
        if (rooms !== undefined) caughtUp.push([...rooms]);
      },
      cameBack: () => {
        cameBack += 1;
      },
      failed: (error) => void failed.push(error),
    },
    undefined,
  );
  return { loop, asked, applied, done, caughtUp, failed, device, cameBack: () => cameBack };
}

const ok = (body: object) => () => Response.json(body);
const unknownPosition = () => Response.json({ errcode: 'M_UNKNOWN_POS', error: 'gone' }, { status: 400 });
const ranges = ({ body }: Asked) => (body['lists'] as { rooms: { ranges: number[][] } }).rooms.ranges[0];
const sinceOf = ({ body }: Asked) =>
  (body['extensions'] as { to_device: { since?: string } }).to_device.since;

test('the window begins with twenty rooms and grows until all are there, then waits', async () => {
  const { loop, asked, done } = play([
    ok({ pos: '1', lists: { rooms: { count: 70 } } }),
    ok({ pos: '2', lists: { rooms: { count: 70 } } }),
  ]);
  loop.start();
  await done;
  loop.stop();
  assert.deepEqual(asked.map(ranges), [
    [0, 19],
    [0, 79],
    [0, 79],
  ]);
  assert.deepEqual(
    asked.map(({ pos, timeout }) => [pos, timeout]),
    [
      [null, 0],
      ['1', 30_000],
      ['2', 30_000],
    ],
  );
});

test('an unknown position begins anew, keeps the to-device position and has devices looked at again', async () => {
  const { loop, asked, applied, done } = play([
    ok({ pos: '1', extensions: { to_device: { next_batch: 'd1', events: [{ type: 'x' }] } } }),
    unknownPosition,
    ok({ pos: '9' }),
  ]);
  loop.start();
  await done;
  loop.stop();
  assert.deepEqual(
    asked.map(({ pos }) => pos),
    [null, '1', null, '9'],
  );
  assert.deepEqual(asked.map(sinceOf), [undefined, 'd1', 'd1', 'd1']);
  assert.equal(applied[0]?.delivery?.toDevice.length, 1);
  assert.equal(applied[1]?.delivery?.anyDeviceMayHaveChanged, true);
});

test('key counts that repeat are not handed on again', async () => {
  const counts = { e2ee: { device_one_time_keys_count: { signed_curve25519: 50 } } };
  const { loop, applied, done } = play([
    ok({ pos: '1', extensions: counts }),
    ok({ pos: '2', extensions: counts }),
    ok({ pos: '3', extensions: { e2ee: { device_one_time_keys_count: { signed_curve25519: 49 } } } }),
  ]);
  loop.start();
  await done;
  loop.stop();
  assert.deepEqual(
    applied.map(({ delivery }) => delivery?.oneTimeKeys?.['signed_curve25519']),
    [50, undefined, 49],
  );
});

test('offline after a failure, back by a retry', async () => {
  const { loop, done, cameBack } = play([
    ok({ pos: '1' }),
    () => {
      throw new TypeError('Failed to fetch');
    },
    ok({ pos: '2' }),
  ]);
  const states: string[] = [];
  const offline = new Promise<void>((resolve) => {
    loop.state.subscribe((state) => {
      states.push(state);
      if (state === 'offline') resolve();
    });
  });
  loop.start();
  await offline;
  assert.equal(loop.retryAt.value, 750);
  loop.retry();
  await done;
  loop.stop();
  assert.deepEqual(states, ['connecting', 'catchingUp', 'online', 'offline', 'catchingUp', 'online']);
  assert.equal(cameBack(), 1);
});

test('all rooms there are are told once they have come after a beginning, not what a later answer happens to name', async () => {
  const all = { lists: { rooms: { count: 21 } } };
  const { loop, done, caughtUp } = play([
    ok({ pos: '1', ...all, rooms: { '!a': {}, '!b': {} } }),
    ok({ pos: '2', ...all, rooms: { '!c': {} } }),
    ok({ pos: '3', ...all, rooms: { '!a': {} } }),
    unknownPosition,
    ok({ pos: '4', lists: { rooms: { count: 1 } }, rooms: { '!d': {} } }),
  ]);
  loop.start();
  await done;
  loop.stop();
  assert.deepEqual(caughtUp, [['!a', '!b', '!c'], ['!d']]);
});

test('on a device that is full nothing is skipped, the user is told once, and it goes on when there is room', async () => {
  const news = {
    pos: '1',
    rooms: { '!a': {} },
    extensions: { e2ee: { device_one_time_keys_count: { signed_curve25519: 1 } } },
  };
  const { loop, asked, applied, done, failed, device } = play([ok(news), ok(news), ok(news)]);
  device.full = true;
  let tries = 0;
  const twice = new Promise<void>((resolve) => {
    loop.retryAt.subscribe((at) => {
      if (at === undefined) return;
      tries += 1;
      if (tries === 2) resolve();
      else queueMicrotask(() => setImmediate(() => loop.retry()));
    });
  });
  loop.start();
  await twice;
  device.full = false;
  setImmediate(() => loop.retry());
  await done;
  loop.stop();
  assert.deepEqual(
    asked.map(({ pos }) => pos),
    [null, null, null, '1'],
  );
  assert.deepEqual(
    applied.map(({ wire, delivery }) => [wire.pos, delivery?.oneTimeKeys?.['signed_curve25519']]),
    [['1', 1]],
  );
  assert.equal(failed.length, 1);
});
