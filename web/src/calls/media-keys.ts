import { BaseKeyProvider, createKeyMaterialFromBuffer } from 'livekit-client';
import { Turns } from '../matrix/turns.ts';
import { keyRing, senderKey } from './epochs.ts';
import type { Epoch } from './epochs.ts';
import type { MediaKey } from './element-call-keys.ts';

/** How long others have to take a new key before this device sends with it, milliseconds. */
const headStart = 1000;
/** Epochs whose frames may still be on the way. */
const epochsKept = 8;

/**
 * Gives LiveKit each sender's key of each epoch, and the keys that members in Element Call send of themselves. Key ring and derivation are
 * Element Call's: raw key material, HKDF, a ring of 256. Keys are never ratcheted: no MatrixRTC client sends with a ratcheted key.
 */
export class MediaKeys extends BaseKeyProvider {
  /** By number, the newest last. */
  private epochs: readonly Epoch[] = [];
  private ownIdentity = '';
  /** The epoch that this device sends with. */
  private sending: Epoch | undefined;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private readonly turns = new Turns();
  private stopped = false;

  constructor() {
    // A frame that cannot be decrypted now may become readable when its key arrives: nothing is ever given up.
    super({ sharedKey: false, ratchetWindowSize: 0, failureTolerance: -1, keyringSize: keyRing });
  }

  /**
   * Takes an epoch. What others send can be read at once; the own sending follows after a head start (none for the first), and is told by
   * `sending`. Calls work one after the other.
   */
  use(epoch: Epoch, ownIdentity: string, others: readonly string[], sending: () => void): Promise<void> {
    const first = this.epochs.length === 0;
    this.ownIdentity = ownIdentity;
    // Of two drawn at once the one in force takes the place of the other.
    const before = this.epochs.filter(({ number }) => number < epoch.number);
    this.epochs = [...before, epoch].slice(-epochsKept);
    return this.turns.run(async () => {
      for (const identity of others) await this.give(epoch, identity);
      if (first) await this.sendWith(epoch, sending);
      // Others that are on the way keep their time: where people come and go without end, the key must change all the same.
      else this.later(() => this.sendWith(epoch, sending));
    });
  }

  /** Somebody came: their frames may be of any epoch that is still known. */
  meet(identity: string): Promise<void> {
    if (identity === this.ownIdentity) return Promise.resolve();
    return this.turns.run(async () => {
      for (const epoch of this.epochs) await this.give(epoch, identity);
    });
  }

  /** A key that its sender gave. */
  take(identity: string, { index, key }: MediaKey): Promise<void> {
    return this.turns.run(async () => {
      this.onSetEncryptionKey(await createKeyMaterialFromBuffer(key.buffer), identity, index);
    });
  }

  /** LiveKit asks when it connects anew, and sends with the own key in this place: not that of whoever's key came last. */
  override getLatestManuallySetKeyIndex(): number {
    return (this.sending?.number ?? 0) % keyRing;
  }

  /** The epoch that this device sends with. */
  get inUse(): Epoch | undefined {
    return this.sending;
  }

  epochOf(number: number): Epoch | undefined {
    return this.epochs.find((epoch) => epoch.number === number);
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  private later(work: () => Promise<void>): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.turns.run(work).catch((thrown: unknown) => {
        console.warn('The key stays as it is.', thrown instanceof Error ? thrown.message : thrown);
      });
    }, headStart);
    this.timers.add(timer);
  }

  private async sendWith(epoch: Epoch, sending: () => void): Promise<void> {
    const late = !this.epochs.includes(epoch) || (this.sending?.number ?? -1) > epoch.number;
    if (this.stopped || late) return;
    await this.give(epoch, this.ownIdentity);
    this.sending = epoch;
    sending();
  }

  private async give(epoch: Epoch, identity: string): Promise<void> {
    const key = await senderKey(epoch, identity);
    this.onSetEncryptionKey(await createKeyMaterialFromBuffer(key.buffer), identity, epoch.number % keyRing);
  }
}
