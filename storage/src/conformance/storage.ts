import { after, before, describe } from 'node:test';
import { accountsConformance } from './accounts.ts';
import { roomsConformance } from './rooms.ts';
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
  });
}
