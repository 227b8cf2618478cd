import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Account, AccountStore, Storage } from '@majlis/storage';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Draft, Sender } from '../rooms/sender.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import { Profiles } from './profiles.ts';

const userId = '@noor:majlis.example';

it('leaves rooms with the name that was set last, whatever the database answers first', async () => {
  let profile: Record<string, unknown> = {};
  let late: Promise<void> | undefined;
  const accounts: Partial<AccountStore> = {
    async account() {
      const now = { profile, deactivated: false } as unknown as Account;
      await late;
      return now;
    },
    async setProfileField(_userId, field, value) {
      profile = { ...profile, [field]: value };
    },
  };
  const sent: unknown[] = [];
  const room = { current: () => ({ pdu: { content: { membership: 'join' } } }) } as unknown as Room;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const profiles = new Profiles(
    { storage: { accounts } as unknown as Storage, log },
    { byId: async () => room } as unknown as Rooms,
    {
      async send(_roomId: string, draft: Draft) {
        sent.push(draft.content['displayname']);
        return '$event';
      },
    } as unknown as Sender,
    { of: async () => new Map([[1, { roomId: '!r', membership: 'join' }]]) } as unknown as UserRooms,
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const { setProfileField } = accounts;
  // The read that follows the first change is slow.
  accounts.setProfileField = async (...change) => {
    await setProfileField?.(...change);
    late = sent.length === 0 && change[2] === 'first' ? promise : undefined;
  };
  const first = profiles.set(userId, 'displayname', 'first');
  await turn();
  late = undefined;
  const second = profiles.set(userId, 'displayname', 'second');
  await turn();
  release();
  await Promise.all([first, second]);
  assert.equal(sent.at(-1), 'second');
});
