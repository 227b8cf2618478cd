import type { Append, NewEvent } from '../contracts/rooms.ts';
import { ChainBroken, StorageUnavailable } from '../contracts/storage.ts';
import type { Change, Committed, StoredEvent, StreamReader } from '../contracts/writer.ts';
import { appendEvents } from './append.ts';
import type { Database, Queryable } from './database.ts';
import type { Owner } from './owner.ts';
import type { Strings } from './strings.ts';

/** Most jobs in one transaction; more wait for the next. */
const batch_jobs_max = 256;
/** Most jobs waiting; beyond it a write is refused instead of growing memory. */
const queue_jobs_max = 20_000;
/** Time between looks at a database that went away. */
const recover_ms = 250;

interface EventJob {
  readonly kind: 'events';
  readonly append: Append;
  readonly resolve: (events: readonly StoredEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

interface OtherJob {
  readonly kind: 'other';
  readonly run: (transaction: Queryable, position: number) => Promise<Change | undefined>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type Job = EventJob | OtherJob;

/**
 * The one place that takes stream positions. Jobs are committed in order, many in one transaction while an earlier
 * transaction is under way (group commit); listeners hear of them after the commit, before the callers resume.
 */
export class Writer implements StreamReader {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #owner: Owner;
  readonly #queue: Job[] = [];
  readonly #listeners = new Set<(committed: readonly Committed[]) => void>();
  #position = 0;
  #running = false;
  /** Whether the database may hold more than this process knows of. */
  #uncertain = false;
  #recovery: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(database: Database, strings: Strings, owner: Owner) {
    this.#database = database;
    this.#strings = strings;
    this.#owner = owner;
    owner.onLost(() => this.#doubt());
  }

  async start(): Promise<void> {
    const rows = await this.#database.query<{ position: number }>('select position from stream');
    this.#position = rows[0]?.position ?? 0;
  }

  position(): number {
    return this.#position;
  }

  subscribe(listener: (committed: readonly Committed[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Call `prepare` before the event is built: this takes its place in the queue at once. */
  append(append: Append): Promise<readonly StoredEvent[]> {
    const known = stringsOf(append).every((value) => this.#strings.cached(value) !== undefined);
    if (!known) return this.prepare(stringsOf(append)).then(() => this.append(append));
    return new Promise((resolve, reject) => {
      this.#enqueue({ kind: 'events', append, resolve, reject });
    });
  }

  /** Gives numbers to strings that are about to be written. */
  prepare(values: readonly string[]): Promise<void> {
    return this.#strings.intern(values);
  }

  /** Runs `run` with a stream position of its own; what it answers is announced after the commit. */
  write(run: OtherJob['run']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#enqueue({ kind: 'other', run, resolve, reject });
    });
  }

  /** Resolves when nothing is waiting any more; nothing is taken from then on. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#recovery);
    while (this.#running) await new Promise((resolve) => setImmediate(resolve));
  }

  #enqueue(job: Job): void {
    if (this.#closed || this.#queue.length >= queue_jobs_max) {
      breakChain(job);
      job.reject(
        new StorageUnavailable(this.#closed ? 'the storage is closed' : 'too many writes are waiting'),
      );
      return;
    }
    this.#queue.push(job);
    if (!this.#running) {
      this.#running = true;
      // The end of this turn of the event loop: what arrived together is written together.
      setImmediate(() => void this.#loop());
    }
  }

  async #loop(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#commit(this.#queue.splice(0, batch_jobs_max));
    }
    this.#running = false;
  }

  async #commit(all: readonly Job[]): Promise<void> {
    let jobs = all;
    try {
      if (this.#uncertain || !this.#owner.held) await this.#recover();
      jobs = all.filter((job) => !refuseBroken(job));
      if (jobs.length === 0) return;
      this.#finish(jobs, await this.#write(jobs));
    } catch (error) {
      if (error instanceof StorageUnavailable) this.#doubt();
      if (jobs.length === 1 || error instanceof StorageUnavailable) {
        for (const job of jobs) {
          breakChain(job);
          job.reject(error);
        }
        return;
      }
      // One job spoilt the transaction for all: give each its own, so that only the culprit fails.
      for (const job of jobs) await this.#commit([job]);
    }
  }

  /** The connection broke: whether the last commit is in the database, only the database knows. */
  #doubt(): void {
    this.#uncertain = true;
    this.#look();
  }

  /** Looks again until the database is back, for those who wait without writing. */
  #look(): void {
    if (this.#recovery !== undefined || this.#closed) return;
    this.#recovery = setTimeout(() => {
      this.#recovery = undefined;
      if (!this.#uncertain) return;
      // A write under way asks for itself.
      const asking = this.#running ? Promise.resolve() : this.#recover();
      asking.then(
        () => this.#uncertain && this.#look(),
        () => this.#look(),
      );
    }, recover_ms);
  }

  /** Takes the lock again, and tells listeners when the database holds more than they were told of. @throws StorageUnavailable */
  async #recover(): Promise<void> {
    await this.#owner.retake();
    const rows = await this.#database.query<{ position: number }>('select position from stream');
    const position = rows[0]?.position ?? 0;
    this.#uncertain = false;
    if (position <= this.#position) return;
    this.#position = position;
    for (const listener of this.#listeners) listener([{ position, change: { kind: 'unknown' } }]);
  }

  async #write(jobs: readonly Job[]): Promise<Committed[]> {
    const appends = jobs.flatMap((job) => (job.kind === 'events' ? [job.append] : []));
    const others = jobs.filter((job) => job.kind === 'other');
    if (others.length === 0 && appends.every(isPlain)) {
      return eventChanges(jobs, await appendEvents(this.#database, this.#strings, appends));
    }
    return this.#database.transaction(async (transaction) => {
      const committed = eventChanges(jobs, await appendEvents(transaction, this.#strings, appends));
      if (others.length === 0) return committed;
      const rows = await transaction.query<{ position: number }>(
        'update stream set position = position + $1 returning position',
        [others.length],
      );
      let position = (rows[0]?.position ?? 0) - others.length;
      for (const job of others) {
        position += 1;
        const change = await job.run(transaction, position);
        if (change !== undefined) committed.push({ position, change });
      }
      return committed;
    });
  }

  #finish(jobs: readonly Job[], committed: readonly Committed[]): void {
    const last = committed.at(-1);
    if (last !== undefined) this.#position = Math.max(this.#position, last.position);
    if (committed.length > 0) for (const listener of this.#listeners) listener(committed);
    const byAppend = new Map<Append, readonly StoredEvent[]>();
    let index = 0;
    for (const job of jobs) {
      if (job.kind !== 'events') continue;
      const change = committed[index]?.change;
      index += 1;
      byAppend.set(job.append, change?.kind === 'events' ? change.events : []);
    }
    for (const job of jobs) {
      if (job.kind === 'events') job.resolve(byAppend.get(job.append) ?? []);
      else job.resolve();
    }
  }
}

/** What was to be built on this write is refused. */
function breakChain(job: Job): void {
  if (job.kind === 'events' && job.append.chain !== undefined) job.append.chain.broken = true;
}

/** Refuses a write whose predecessor failed. */
function refuseBroken(job: Job): boolean {
  if (job.kind !== 'events' || job.append.chain?.broken !== true) return false;
  job.reject(new ChainBroken('an earlier write to this room failed'));
  return true;
}

/** One change per append, in the order of jobs. */
function eventChanges(
  jobs: readonly Job[],
  stored: ReadonlyMap<Append, readonly StoredEvent[]>,
): Committed[] {
  const committed: Committed[] = [];
  for (const job of jobs) {
    if (job.kind !== 'events') continue;
    const events = stored.get(job.append) ?? [];
    const redacted = job.append.events.flatMap((event, index) =>
      event.redacts === undefined ? [] : [{ ...event.redacts, by: events[index]?.nid ?? 0 }],
    );
    committed.push({ position: events.at(-1)?.nid ?? 0, change: { kind: 'events', events, redacted } });
  }
  return committed;
}

/** Whether one statement does it all: neither state, nor relations, nor redactions. */
function isPlain(append: Append): boolean {
  return (
    append.alias === undefined &&
    append.events.every(
      (event) => event.stateKey === null && event.relatesTo === undefined && event.redacts === undefined,
    )
  );
}

function stringsOf(append: Append): string[] {
  const strings: string[] = [];
  const add = (event: NewEvent): void => {
    strings.push(event.type, event.sender);
    if (event.stateKey !== null) strings.push(event.stateKey);
  };
  for (const event of append.events) add(event);
  if (append.transaction !== undefined) strings.push(append.transaction.userId);
  if (append.alias !== undefined) strings.push(append.alias.creator);
  return strings;
}
