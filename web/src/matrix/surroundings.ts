import type { StartEncryption } from './encryption/engine-contract.ts';
import type { PreparedFile } from './sending/attachments.ts';
import type { TabNotes } from './session/tab-mark.ts';
import type { Store } from './store/store.ts';

/** What the engine needs from the browser; tests pass their own. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Opens what the device keeps. */
  readonly openStore: () => Promise<Store>;
  /** Whether keys may be kept on the device (false in tests and where there is no database). */
  readonly persistent: boolean;
  /** Deletes the crypto database of a session that ended. */
  readonly deleteCryptoStore: (name: string) => Promise<void>;
  /** Starts the crypto machine, in a worker of its own. */
  readonly startEncryption: StartEncryption;
  /** Size, preview and fresh encoding of a picture that is to be sent. */
  readonly prepareFile: (blob: Blob) => Promise<PreparedFile>;
  /** Runs `work` when the screen has been drawn. */
  readonly whenIdle: (work: () => void) => void;
  /** Lets one tab at a time hold the session. Absent in old browsers; `tabNotes` do it there. */
  readonly locks?: LockManager;
  /** Absent where the browser keeps nothing. */
  readonly tabNotes?: TabNotes;
  /** Tells when the network comes back or is said to be gone. Answers the way to stop. */
  readonly onNetwork: (tell: (network: 'back' | 'gone') => void) => () => void;
  /** Origin of the page, used when no server is named. */
  readonly origin: string;
}
