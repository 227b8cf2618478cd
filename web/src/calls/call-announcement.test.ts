import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MatrixError } from '../matrix/door.ts';
import type { JsonContent, Signalling } from '../matrix/door.ts';
import { CallAnnouncement } from './call-announcement.ts';

const hour = 3_600_000;

/** A room that keeps what it is told, and a server that can be broken in one way or another. */
function makeRoom(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1000 });
  t.mock.method(console, 'warn', () => undefined);
  const told: JsonContent[] = [];
  const asked: string[] = [];
  const server: { fails?: MatrixError; hold?: Promise<void> } = {};
  const signalling = {
    async sendState(_roomId: string, _type: string, key: string, content: JsonContent) {
      assert.equal(key, '_@a:s_D_m.call');
      await server.hold;
      if (server.fails !== undefined) throw server.fails;
      told.push(content);
      return '$event';
    },
    async request(_method: string, path: string) {
      asked.push(path.replace(/.*\//, '').replace(/.*delay=/, 'schedule '));
      if (path.endsWith('/rtc/transports'))
        return { rtc_transports: [{ type: 'livekit', livekit_service_url: 'https://s/livekit/jwt' }] };
      if (server.fails !== undefined) throw server.fails;
      return { delay_id: 'id' };
    },
  } as unknown as Signalling;
  const announcement = new CallAnnouncement(signalling, '!room', { userId: '@a:s', deviceId: 'D' }, () =>
    Date.now(),
  );
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 20_000) {
      t.mock.timers.tick(20_000);
      for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
    }
  };
  t.after(() => announcement.end());
  return { announcement, told, asked, server, pass };
}

test('tells the room where the media are, and takes it back', async (t) => {
  const { announcement, told, asked } = makeRoom(t);
  await announcement.announce();
  assert.deepEqual(told, [
    {
      application: 'm.call',
      'org.majlis.keys': 'epochs',
      call_id: '',
      scope: 'm.room',
      device_id: 'D',
      expires: 4 * hour,
      focus_active: { type: 'livekit', focus_selection: 'multi_sfu' },
      foci_preferred: [
        { type: 'livekit', livekit_service_url: 'https://s/livekit/jwt', livekit_alias: '!room' },
      ],
    },
  ]);
  await announcement.end();
  assert.deepEqual(told[1], {});
  assert.deepEqual(asked, ['schedule 60000', 'transports', 'cancel']);
});

test('a meeting longer than the announcement lasts is announced anew in time', async (t) => {
  const { announcement, told, pass } = makeRoom(t);
  await announcement.announce();
  await pass(4 * hour - 60_000);
  assert.equal(told.length, 2);
  assert.equal(told[1]?.['created_ts'], 1000);
  assert.ok((told[1]?.['expires'] as number) > 7 * hour);
});

test('what could not be told is told later, and so is that a device is not gone after all', async (t) => {
  const { announcement, told, server, pass } = makeRoom(t);
  server.fails = new MatrixError('network', 'away');
  await announcement.announce().catch(() => undefined);
  assert.equal(told.length, 0);
  delete server.fails;
  await pass(20_000);
  assert.equal(told.length, 1);
  server.fails = new MatrixError('network', 'away');
  await pass(60_000);
  // The server has sent the leave by now.
  server.fails = new MatrixError('server', 'unknown', { status: 404, errcode: 'M_NOT_FOUND' });
  await pass(20_000);
  delete server.fails;
  await pass(20_000);
  assert.equal(told.length, 2);
  assert.equal(told[1]?.['application'], 'm.call');
});

test('a leave is not overtaken by the announcement before it', async (t) => {
  const { announcement, told, server } = makeRoom(t);
  let release = () => undefined as void;
  server.hold = new Promise((resolve) => (release = resolve));
  const announced = announcement.announce();
  const ended = announcement.end();
  release();
  await Promise.all([announced, ended]);
  assert.deepEqual(told.at(-1) ?? {}, {});
});
