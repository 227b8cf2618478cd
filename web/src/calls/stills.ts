import type { Still } from './door.ts';
import type { Epoch } from './epochs.ts';
import { openMessage, sealMessage } from './sealed-message.ts';
import type { NumberedMessage } from './sealed-message.ts';
import { isSmallJpeg, sealedAtMost } from './still-picture.ts';

export interface StillsParts {
  ownIdentity(): string;
  /** The epoch that this device sends with; undefined while it changes. */
  epoch(): Epoch | undefined;
  epochOf(number: number): Epoch | undefined;
  /** Who has shown that they have that epoch. */
  ready(): readonly string[];
  /** Sends to those named. */
  send(bytes: Uint8Array<ArrayBuffer>, to: readonly string[]): Promise<void>;
  changed(): void;
  readonly now: () => number;
}

/** The still pictures of a call: the own one goes once to each who can open it, also to who comes later. */
export class Stills {
  private readonly parts: StillsParts;
  private readonly stills = new Map<string, Still>();
  /** The last number of each person: what is older, or comes again, counts no more. */
  private readonly last = new Map<string, number>();
  /** An empty picture takes the one before it back. */
  private own: NumberedMessage | undefined;
  private given = new Set<string>();

  constructor(parts: StillsParts) {
    this.parts = parts;
  }

  of(identity: string): Still | undefined {
    return this.stills.get(identity);
  }

  /** Bytes that sending this picture takes. Rejects while there is no key. */
  async cost(picture: Uint8Array<ArrayBuffer>): Promise<number> {
    const epoch = this.parts.epoch();
    if (epoch === undefined) throw new Error('There is no key to send with.');
    const message = { number: this.parts.now(), content: picture };
    return (await sealMessage(message, this.parts.ownIdentity(), 'still', epoch)).length;
  }

  /** Shows the others a picture of oneself in place of the one before; an empty one takes it back. */
  async show(picture: Uint8Array<ArrayBuffer>): Promise<void> {
    const identity = this.parts.ownIdentity();
    if (picture.length === 0 && (this.own?.content.length ?? 0) === 0) return;
    this.own = { number: Math.max(this.parts.now(), (this.own?.number ?? 0) + 1), content: picture };
    this.given = new Set();
    this.put(identity, this.own);
    await this.give();
  }

  /** Somebody may have become able to open the own picture. */
  async give(): Promise<void> {
    const epoch = this.parts.epoch();
    const { own } = this;
    if (own === undefined || epoch === undefined) return;
    const to = this.parts.ready().filter((identity) => !this.given.has(identity));
    if (to.length === 0) return;
    const { given } = this;
    for (const identity of to) given.add(identity);
    try {
      await this.parts.send(await sealMessage(own, this.parts.ownIdentity(), 'still', epoch), to);
    } catch (thrown) {
      for (const identity of to) given.delete(identity);
      throw thrown;
    }
  }

  async hear(identity: string, sealed: Uint8Array): Promise<void> {
    if (sealed.length > sealedAtMost) return;
    const opened = await openMessage(sealed, identity, 'still', (number) => this.parts.epochOf(number));
    if (opened === undefined || opened.number <= (this.last.get(identity) ?? 0)) return;
    if (opened.content.length > 0 && !isSmallJpeg(opened.content)) return;
    this.last.set(identity, opened.number);
    this.put(identity, opened);
  }

  gone(identity: string): void {
    this.stills.delete(identity);
    this.given.delete(identity);
  }

  private put(identity: string, { number, content }: NumberedMessage): void {
    if (content.length === 0) this.stills.delete(identity);
    else this.stills.set(identity, { number, picture: new Blob([content], { type: 'image/jpeg' }) });
    this.parts.changed();
  }
}
