import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StorageUnavailable } from '../contracts/storage.ts';
import { accountsConformance } from './accounts.ts';
import { roomsConformance } from './rooms.ts';
import { account, event, room } from './suite.ts';
import type { OpenStorage, OpenedStorage } from './suite.ts';

/**
 * What any implementation of the contracts must do, as tests.
 * @param name of the implementation. @param open gives empty storage, already migrated.
 */
export function storageConformance(name: string, open: OpenStorage): void {
  describe(`storage on ${name}`, () => {
    for (const [part, suite] of [
      ['rooms', roomsConformance],
      ['accounts', accountsConformance],
    ] as const) {
      describe(part, () => {
        let opened: OpenedStorage;
        before(async () => {
          opened = await open();
        });
        after(() => opened.close());
        suite(() => opened.storage);
      });
    }
    it('breaks the chain of a write that it does not take', async () => {
      const { storage, close } = await open();
      const alice = await account(storage, 'alice');
      const { roomNid } = await room(storage, [alice]);
      const chain = { broken: false };
      await close();
      await assert.rejects(
        storage.rooms.append({ events: [event(roomNid, alice, { type: 'm.room.member' })], chain }),
        StorageUnavailable,
      );
      assert.equal(chain.broken, true);
    });
  });
}
