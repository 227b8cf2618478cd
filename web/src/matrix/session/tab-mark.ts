/** What the tabs of one browser leave and call out to one another. */
export interface TabNotes {
  /** This tab's own name: letters and digits. */
  readonly own: string;
  /** The mark of the tab that holds the session, on paper that all tabs see at once. */
  readMark(): string | undefined;
  writeMark(mark: string | undefined): void;
  /** Calls out to all other tabs. */
  call(word: string): void;
  /** Calls `hear` for what other tabs call out. Answers the way to stop. */
  onCall(hear: (word: string) => void): () => void;
  /** Tells when this page goes, and when the browser shows it again after all. Answers the way to stop. */
  onPage(tell: (page: 'goes' | 'returns') => void): () => void;
}

/** How long a tab that holds the session may take to say so, milliseconds. */
const patience = 2000;

/**
 * What `TabLock` does, for browsers without locks. The holder leaves a mark. Who finds one asks whether its tab still lives, as a tab that
 * was killed takes no mark away. When two take the session at the same moment, the later mark counts.
 */
export class TabMark {
  private readonly notes: TabNotes;
  private readonly lost: () => void;
  private holding = false;
  /** Ends the waiting for an answer. */
  private answered: ((kept: boolean) => void) | undefined;
  private stops: (() => void)[] = [];

  constructor(notes: TabNotes, lost: () => void) {
    this.notes = notes;
    this.lost = lost;
  }

  /** Takes the session; with `steal` from whoever has it. False when another tab keeps it. */
  async take(steal: boolean): Promise<boolean> {
    if (this.holding) return true;
    this.listen();
    if (!steal && this.notes.readMark() !== undefined && (await this.isKept())) return false;
    this.holding = true;
    this.notes.writeMark(this.notes.own);
    this.notes.call(`took ${this.notes.own}`);
    return true;
  }

  release(): void {
    for (const stop of this.stops.splice(0)) stop();
    if (!this.holding) return;
    this.holding = false;
    this.takeMarkAway();
  }

  private listen(): void {
    if (this.stops.length > 0) return;
    this.stops = [
      this.notes.onCall((word) => this.hear(word)),
      this.notes.onPage((page) => (page === 'goes' ? this.pageGoes() : this.pageReturns())),
    ];
  }

  private isKept(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answered?.(false), patience);
      this.answered = (kept) => {
        clearTimeout(timer);
        this.answered = undefined;
        resolve(kept);
      };
      this.notes.call(`asks ${this.notes.own}`);
    });
  }

  private hear(call: string): void {
    const [word, tab = ''] = call.split(' ');
    if (word === 'asks') {
      // Of two that ask at the same time one is to have it.
      if (this.holding || (this.answered !== undefined && this.notes.own < tab)) this.notes.call('kept');
      else this.answered?.(true);
      return;
    }
    this.answered?.(true);
    if (word === 'took') this.giveWay();
  }

  private giveWay(): void {
    if (!this.holding || this.notes.readMark() === this.notes.own) return;
    this.holding = false;
    this.lost();
  }

  private pageGoes(): void {
    if (this.holding) this.takeMarkAway();
  }

  private pageReturns(): void {
    if (!this.holding) return;
    if (this.notes.readMark() === undefined) this.notes.writeMark(this.notes.own);
    this.giveWay();
  }

  private takeMarkAway(): void {
    if (this.notes.readMark() === this.notes.own) this.notes.writeMark(undefined);
  }
}
