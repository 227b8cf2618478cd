import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openMemoryStore } from './store/memory.ts';
import type { Store } from './store/store.ts';
import { openDevice, signUp, stopEverything } from './testing/people.ts';
import { waitFor } from './testing/wait-for.ts';

// Beginnings and ends of sessions against the real server.

after(stopEverything);

const hour = 3_600_000;

/** A tab of one browser, whose clock can be moved on. */
async function openTab(store: Store) {
  let ahead = 0;
  const more = { locks: navigator.locks, now: () => Date.now() + ahead };
  const tab = await openDevice(store, true, more);
  return { ...tab, later: (milliseconds: number) => (ahead += milliseconds) };
}

test('a tab that takes over goes on with the tokens that the other one has renewed, or with nothing after its sign-out', async () => {
  const store = openMemoryStore();
  const first = await openTab(store);
  await signUp('Sara', first);
  const second = await openTab(store);
  assert.equal(second.client.status.value, 'elsewhere');
  const third = await openTab(store);
  const before = await store.get('meta', 'session');
  first.later(2 * hour);
  await first.client.devices.list();
  assert.notDeepEqual(await store.get('meta', 'session'), before);

  await second.client.account.takeOver();
  await second.client.devices.list();
  assert.equal(second.client.status.value, 'signedIn');
  await waitFor('the first tab has noticed', () => first.client.status.value === 'elsewhere');

  await second.client.account.signOut();
  await third.client.account.takeOver();
  assert.equal(third.client.status.value, 'signedOut');
  assert.equal(third.client.session.value, undefined);
});

test('what is under way at a sign-out leaves nothing on the device', async () => {
  const memory = openMemoryStore();
  let hold: Promise<void> | undefined;
  let held = () => undefined as void;
  const store: Store = {
    get: (table, key) => memory.get(table, key),
    range: async (table, range) => {
      if (hold !== undefined && table === 'events') {
        held();
        await hold;
      }
      return memory.range(table, range);
    },
    write: (changes) => memory.write(changes),
    clear: () => memory.clear(),
    close: () => memory.close(),
  };
  const sara = await signUp('Sara', await openDevice(store));
  const omar = await signUp('Omar');
  let letGo = () => undefined as void;
  hold = new Promise((resolve) => (letGo = resolve));
  const taking = new Promise<void>((resolve) => (held = resolve));
  await omar.client.rooms.createGroup({ name: 'Secret', invite: [sara.username] });
  await taking;
  await sara.client.account.signOut();
  letGo();
  await new Promise((resolve) => setImmediate(resolve));
  for (const table of ['meta', 'rooms', 'events', 'places', 'deliveries'] as const) {
    assert.deepEqual(await memory.range(table), [], table);
  }
});
