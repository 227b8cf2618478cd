import { MatrixError } from '../errors.ts';
import type { Store } from './store.ts';

/**
 * The store as long as a session lasts. What the session still has under way when it ends may read on, but is refused to write
 * (kind `cancelled`): after a sign-out it would leave something behind, beside another tab it would write over what that one knows.
 */
export function untilEnded(store: Store, ended: AbortSignal): Store {
  return {
    get: (table, key) => store.get(table, key),
    range: (table, range) => store.range(table, range),
    write: (changes) =>
      ended.aborted
        ? Promise.reject(new MatrixError('cancelled', 'The session has ended.'))
        : store.write(changes),
    clear: () => store.clear(),
    close: () => store.close(),
  };
}
