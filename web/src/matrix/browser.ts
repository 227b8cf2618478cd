import type { Surroundings } from './surroundings.ts';
import { MatrixError } from './errors.ts';
import { openIndexedDb } from './store/indexed-db.ts';

/** The engine's surroundings in a browser. What is heavy comes in parts of its own, when it is needed. */
export function browserSurroundings(): Surroundings {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    openStore: () => openIndexedDb(indexedDB, 'majlis'),
    persistent: true,
    deleteCryptoStore,
    startEncryption: async (host) => (await import('./encryption/remote.ts')).startEncryptionWorker(host),
    prepareFile: async (blob) => (await import('./sending/picture.ts')).prepareFile(blob),
    whenIdle,
    ...('locks' in navigator ? { locks: navigator.locks } : tabNotes()),
    onNetwork: (tell) => {
      const back = () => tell('back');
      const gone = () => tell('gone');
      const visible = () => {
        if (document.visibilityState === 'visible') back();
      };
      addEventListener('online', back);
      addEventListener('offline', gone);
      document.addEventListener('visibilitychange', visible);
      return () => {
        removeEventListener('online', back);
        removeEventListener('offline', gone);
        document.removeEventListener('visibilitychange', visible);
      };
    },
    origin: location.origin,
  };
}

const markKey = 'majlis.tab';
const callKey = 'majlis.tabCall';

/** Notes in local storage: its events reach all other tabs, also in browsers that have neither locks nor channels. */
function tabNotes(): Pick<Surroundings, 'tabNotes'> {
  let paper: Storage;
  try {
    paper = localStorage;
  } catch (error) {
    if (error instanceof DOMException) return {};
    throw error;
  }
  const own = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('');
  return {
    tabNotes: {
      own,
      readMark: () => paper.getItem(markKey) ?? undefined,
      writeMark(mark) {
        if (mark === undefined) paper.removeItem(markKey);
        else paper.setItem(markKey, mark);
      },
      call(word) {
        paper.setItem(callKey, word);
        // So that the same word can be called again.
        paper.removeItem(callKey);
      },
      onCall(hear) {
        const listen = ({ key, newValue }: StorageEvent) => {
          if (key === callKey && newValue !== null) hear(newValue);
        };
        addEventListener('storage', listen);
        return () => removeEventListener('storage', listen);
      },
      onPage(tell) {
        const goes = () => tell('goes');
        const shown = ({ persisted }: PageTransitionEvent) => {
          if (persisted) tell('returns');
        };
        addEventListener('pagehide', goes);
        addEventListener('pageshow', shown);
        return () => {
          removeEventListener('pagehide', goes);
          removeEventListener('pageshow', shown);
        };
      },
    },
  };
}

/** After the next frame has been drawn and the browser has nothing better to do. */
function whenIdle(work: () => void): void {
  const later = () => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => work(), { timeout: 2000 });
    else setTimeout(work, 200);
  };
  if (document.visibilityState === 'hidden') later();
  else requestAnimationFrame(() => setTimeout(later, 0));
}

/** The machine keeps two databases under its name. */
async function deleteCryptoStore(name: string): Promise<void> {
  for (const part of ['::matrix-sdk-crypto', '::matrix-sdk-crypto-meta']) {
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name + part);
      request.addEventListener('success', () => resolve());
      request.addEventListener('error', () =>
        reject(new MatrixError('storage', 'The keys were not deleted.')),
      );
      // A tab that is closing still holds it; the deletion happens when it lets go.
      request.addEventListener('blocked', () => resolve());
    });
  }
}
