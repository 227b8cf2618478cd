import { asMatrixError } from '../errors.ts';

const name = 'majlis-session';

/** Lets one tab at a time hold the session: two crypto machines on one database would destroy each other's keys. */
export class TabLock {
  private readonly locks: LockManager | undefined;
  private readonly lost: () => void;
  private letGo: (() => void) | undefined;

  constructor(locks: LockManager | undefined, lost: () => void) {
    this.locks = locks;
    this.lost = lost;
  }

  /** Takes the lock; with `steal` from whoever has it. False when another tab keeps it. */
  take(steal: boolean): Promise<boolean> {
    const { locks } = this;
    if (locks === undefined || this.letGo !== undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
      let mine = false;
      const hold = (lock: Lock | null) => {
        if (lock === null) return resolve(false);
        mine = true;
        resolve(true);
        return new Promise<void>((letGo) => {
          this.letGo = letGo;
        });
      };
      const asked = steal ? locks.request(name, { steal }, hold) : this.patiently(locks, hold);
      asked.catch((thrown: unknown) => {
        this.letGo = undefined;
        if (mine) this.lost();
        else {
          console.warn(asMatrixError(thrown, 'storage').message);
          resolve(false);
        }
      });
    });
  }

  release(): void {
    this.letGo?.();
    this.letGo = undefined;
  }

  /** A page that is being reloaded lets go a moment after its successor asks. */
  private patiently(locks: LockManager, hold: (lock: Lock | null) => unknown): Promise<unknown> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), 1000);
    return locks
      .request(name, { signal: patience.signal }, (lock) => {
        clearTimeout(timer);
        return hold(lock);
      })
      .catch((thrown: unknown) => {
        if (patience.signal.aborted) return hold(null);
        throw thrown;
      });
  }
}
