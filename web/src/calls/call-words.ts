import { Turns } from '../matrix/turns.ts';
import type { Epoch } from './epochs.ts';
import { openMessage, sealMessage } from './sealed-message.ts';

/** What a participant told last; that they could say it in this epoch is the proof that they have its key. */
export interface Word {
  readonly epoch: number;
  readonly hand: boolean;
}

export interface CallWordsParts {
  ownIdentity(): string;
  epochOf(number: number): Epoch | undefined;
  /** Sends to all, or to those named only. Rejects while there is no connection. */
  send(bytes: Uint8Array<ArrayBuffer>, to?: readonly string[]): Promise<void>;
  /** Identities of the others in the call who speak so. */
  others(): readonly string[];
  /** Somebody's word changed. */
  changed(): void;
  readonly now: () => number;
}

const bytesAtMost = 1000;
/** First wait before those who are silent are asked, milliseconds; doubled each time. */
const askAfter = 1000;
const askAtMostAfter = 16_000;

/**
 * Tells the others of the epoch that this device sends with and of its raised hand, and remembers what they tell.
 *
 * A word that comes before the key to read it is lost, and LiveKit tells neither side. So whoever has not shown the epoch in use is asked,
 * for as long as it takes: their own switch of keys, or that of this device, may have come a moment later.
 */
export class CallWords {
  private readonly parts: CallWordsParts;
  private readonly words = new Map<string, Word>();
  /** Numbers of the last words, heard and said. */
  private readonly heard = new Map<string, number>();
  private readonly turns = new Turns();
  private lastSaid = 0;
  private epoch: Epoch | undefined;
  private hand = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(parts: CallWordsParts) {
    this.parts = parts;
  }

  get said(): ReadonlyMap<string, Word> {
    return this.words;
  }

  shows(identity: string, epoch: number): boolean {
    return this.words.get(identity)?.epoch === epoch;
  }

  /** This device sends with the key of this epoch now. */
  use(epoch: Epoch): void {
    this.epoch = epoch;
    void this.say();
    this.askLater(askAfter);
  }

  raise(hand: boolean): Promise<void> {
    this.hand = hand;
    return this.say();
  }

  /** Somebody came, or the connection is back. */
  came(): void {
    void this.say();
    this.askLater(askAfter);
  }

  gone(identity: string): void {
    this.words.delete(identity);
    this.heard.delete(identity);
  }

  /** Who speaks no words (a member in Element Call) can decrypt what is sent in this epoch: they were given the key. */
  note(identity: string, epoch: number): void {
    this.words.set(identity, { epoch, hand: false });
    this.parts.changed();
  }

  async hear(identity: string, sealed: Uint8Array): Promise<void> {
    if (sealed.length > bytesAtMost || !this.parts.others().includes(identity)) return;
    const opened = await openMessage(sealed, identity, 'words', (number) => this.parts.epochOf(number));
    // They may have left meanwhile.
    if (opened === undefined || !this.parts.others().includes(identity)) return;
    const { number, content, epoch } = opened;
    if (number <= (this.heard.get(identity) ?? 0)) return;
    this.heard.set(identity, number);
    const { hand, ask } = readWord(content);
    this.words.set(identity, { epoch, hand });
    if (ask) void this.say([identity]);
    this.parts.changed();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private askLater(wait: number): void {
    clearTimeout(this.timer);
    if (this.stopped || this.epoch === undefined) return;
    this.timer = setTimeout(() => {
      const { epoch } = this;
      const silent = this.parts
        .others()
        .filter((identity) => this.words.get(identity)?.epoch !== epoch?.number);
      if (silent.length === 0) return;
      void this.say(silent, true);
      this.askLater(Math.min(2 * wait, askAtMostAfter));
    }, wait);
  }

  private say(to?: readonly string[], ask = false): Promise<void> {
    return this.turns.run(() => this.sayNow(to, ask));
  }

  private async sayNow(to: readonly string[] | undefined, ask: boolean): Promise<void> {
    const { epoch } = this;
    if (epoch === undefined || this.stopped) return;
    const content = new TextEncoder().encode(JSON.stringify({ hand: this.hand, ...(ask ? { ask } : {}) }));
    const number = Math.max(this.parts.now(), this.lastSaid + 1);
    this.lastSaid = number;
    try {
      const sealed = await sealMessage({ number, content }, this.parts.ownIdentity(), 'words', epoch);
      await this.parts.send(sealed, to);
    } catch (thrown) {
      console.warn('The others are told later.', thrown instanceof Error ? thrown.message : thrown);
    }
  }
}

/** What a later version of the app may say besides is passed over. */
function readWord(content: Uint8Array): { hand: boolean; ask: boolean } {
  try {
    const said = JSON.parse(new TextDecoder().decode(content)) as { hand?: unknown; ask?: unknown } | null;
    return { hand: said?.hand === true, ask: said?.ask === true };
  } catch {
    return { hand: false, ask: false };
  }
}
