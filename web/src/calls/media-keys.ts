import { BaseKeyProvider } from 'livekit-client';
import { keyRing, senderKey } from './epochs.ts';
import type { Epoch } from './epochs.ts';

/** How long others have to take a new key before this device sends with it, milliseconds. */
const headStart = 1000;

/** Gives LiveKit each sender's key of each epoch. */
export class MediaKeys extends BaseKeyProvider {
  private readonly epochs = new Map<number, Epoch>();
  private latest: Epoch | undefined;
  private ownIdentity = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // A frame that cannot be decrypted now may become readable when its key arrives: nothing is ever given up.
    super({ sharedKey: false, ratchetWindowSize: 0, failureTolerance: -1, keyringSize: keyRing });
  }

  /** Takes an epoch. What others send can be read at once; the own sending follows after a head start (none for the first), and is told by `sending`. */
  async use(
    epoch: Epoch,
    ownIdentity: string,
    others: readonly string[],
    sending: () => void,
  ): Promise<void> {
    const first = this.latest === undefined;
    this.ownIdentity = ownIdentity;
    this.latest = epoch;
    this.epochs.set(epoch.number % keyRing, epoch);
    for (const identity of others) await this.give(epoch, identity);
    clearTimeout(this.timer);
    const switchOver = async () => {
      await this.give(epoch, ownIdentity);
      sending();
    };
    if (first) await switchOver();
    else this.timer = setTimeout(() => void switchOver(), headStart);
  }

  /** Somebody came: their frames may be of any epoch that is still in the ring. */
  async meet(identity: string): Promise<void> {
    if (identity === this.ownIdentity) return;
    // The newest last: LiveKit takes the index set last for the one in use.
    const known = [...this.epochs.values()].sort((a, b) => a.number - b.number);
    for (const epoch of known) await this.give(epoch, identity);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async give(epoch: Epoch, identity: string): Promise<void> {
    this.onSetEncryptionKey(await senderKey(epoch, identity), identity, epoch.number % keyRing);
  }
}
