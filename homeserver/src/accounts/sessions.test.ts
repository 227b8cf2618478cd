import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AccountStore, Storage, TokenOwner } from '@majlis/storage';
import { Sessions } from './sessions.ts';

const owner: TokenOwner = {
  userId: '@noor:majlis.example',
  deviceId: 'PHONE',
  isGuest: false,
  isAdmin: false,
  locked: false,
  suspended: false,
  expiresTs: null,
};

it('does not remember a token that ended while it was being looked up', async () => {
  const answers: Array<(found: TokenOwner | undefined) => void> = [];
  const accounts: Partial<AccountStore> = {
    tokenOwner: () => new Promise((resolve) => answers.push(resolve)),
    deleteDevices: async () => undefined,
    seenDevice: async () => undefined,
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const sessions = new Sessions({
    storage: { accounts } as unknown as Storage,
    clock: { now: () => 0 },
    random: { bytes: (count) => new Uint8Array(count) },
    log,
  });
  const asking = sessions.authenticate('token', '::1', false);
  await sessions.close(owner.userId, [owner.deviceId]);
  answers.shift()?.(owner);
  await asking;
  const again = sessions.authenticate('token', '::1', false);
  answers.shift()?.(undefined);
  await assert.rejects(again, { status: 401 });
});
