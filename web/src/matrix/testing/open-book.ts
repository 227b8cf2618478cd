import { RoomBook } from '../rooms/room-book.ts';
import type { Store } from '../store/store.ts';

/** A book of rooms of `@own:s` that sends nothing and finds no quoted event. */
export function openBook(store: Store): RoomBook {
  return new RoomBook({
    store,
    ownId: '@own:s',
    now: () => 1000,
    outgoingLast: () => undefined,
    surroundings: {
      outgoing: () => [],
      sending: new Map(),
      sentFromHere: new Map(),
      fetchQuoted: async () => 'missing',
    },
  });
}
