import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncryptionDesk } from './encryption/desk.ts';
import { MatrixError } from './errors.ts';
import type { HttpClient } from './http.ts';
import { MediaShelf } from './media.ts';
import type { Sender } from './sending/sender.ts';
import { openMemoryStore } from './store/memory.ts';
import type { Store } from './store/store.ts';

const mxc = 'mxc://s/picture';

function makeShelf(store: Store, request: () => Promise<Record<string, unknown>> = async () => ({})) {
  const http = {
    request,
    download: async () => ({ bytes: new Uint8Array([1, 2, 3]), type: 'image/png' }),
  };
  return new MediaShelf({
    http: http as unknown as HttpClient,
    store,
    sender: { file: () => undefined } as unknown as Sender,
    desk: {} as EncryptionDesk,
    now: () => 1,
  });
}

test('a file that came is shown, and one that was sent is sent, also where the device has no room to keep it', async () => {
  const full: Store = {
    ...openMemoryStore(),
    get: async () => undefined,
    range: async () => [],
    write: async () => {
      throw new MatrixError('storage', 'The quota has been exceeded.');
    },
  };
  const shelf = makeShelf(full);
  assert.equal((await shelf.download({ mxc })).size, 3);
  assert.equal((await shelf.thumbnail(mxc, 96)).size, 3);
  await shelf.keep(mxc, new Blob(['own']));
});

test('a limit that could not be asked for is not known, and asked for again', async () => {
  let online = false;
  const shelf = makeShelf(openMemoryStore(), async () => {
    if (!online) throw new MatrixError('network', 'No answer.');
    return { 'm.upload.size': 100 };
  });
  assert.equal(await shelf.uploadLimit(), undefined);
  online = true;
  assert.equal(await shelf.uploadLimit(), 100);
});
