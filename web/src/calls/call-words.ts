/** What participants tell one another, encrypted with the key of the meeting: that it can be read is the proof of having the key. */
export interface Word {
  readonly epoch: number;
  readonly hand: boolean;
}

export interface CallWordsParts {
  /** Sends to all, or to those named only. Rejects while there is no connection. */
  send(bytes: Uint8Array<ArrayBuffer>, to?: readonly string[]): Promise<void>;
  /** Identities of the others in the call who speak so. */
  others(): readonly string[];
  /** Somebody's word changed. */
  changed(): void;
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
  private epoch: number | undefined;
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
  use(epoch: number): void {
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
  }

  /** Who speaks no words (a member in Element Call) can decrypt what is sent in this epoch: they were given the key. */
  note(identity: string, epoch: number): void {
    this.words.set(identity, { epoch, hand: false });
    this.parts.changed();
  }

  hear(identity: string, payload: Uint8Array): void {
    if (payload.length > bytesAtMost || !this.parts.others().includes(identity)) return;
    try {
      const { epoch, hand, ask } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
      if (typeof epoch !== 'number') return;
      this.words.set(identity, { epoch, hand: hand === true });
      if (ask === true) void this.say([identity]);
      this.parts.changed();
    } catch {
      // Not a word of ours: another program may share the channel.
      this.words.delete(identity);
    }
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
      const silent = this.parts.others().filter((identity) => this.words.get(identity)?.epoch !== epoch);
      if (silent.length === 0) return;
      void this.say(silent, true);
      this.askLater(Math.min(2 * wait, askAtMostAfter));
    }, wait);
  }

  private async say(to?: readonly string[], ask = false): Promise<void> {
    if (this.epoch === undefined || this.stopped) return;
    const word = { epoch: this.epoch, hand: this.hand, ...(ask ? { ask } : {}) };
    try {
      await this.parts.send(new TextEncoder().encode(JSON.stringify(word)), to);
    } catch (thrown) {
      console.warn('The others are told later.', thrown instanceof Error ? thrown.message : thrown);
    }
  }
}
