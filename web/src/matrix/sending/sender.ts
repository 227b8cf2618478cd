import { signal } from '@preact/signals-core';
import { asMatrixError, MatrixError } from '../errors.ts';
import type { JsonBody } from '../http.ts';
import type { LastMessage } from '../door.ts';
import type { Store } from '../store/store.ts';
import { messageContent, messagePreview, relationOf } from '../timeline/content.ts';
import type { EventRecord } from '../timeline/log.ts';
import {
  afterOutcome,
  isAddition,
  outcomeOf,
  outgoingAddress,
  readyToSend,
  settledBy,
  shownContent,
} from './outgoing.ts';
import type { OutgoingRecord, SendOutcome } from './outgoing.ts';

export interface SenderParts {
  readonly store: Store;
  readonly now: () => number;
  readonly ownId: string;
  /** Unpredictable and different each time. */
  readonly newTransactionId: () => string;
  /** Uploads what is not uploaded, encrypts if the room is, and sends. Answers the event id. */
  deliver(record: OutgoingRecord, progress: (record: OutgoingRecord) => Promise<void>): Promise<string>;
  /** What screens show of the room's queue changed. */
  changed(roomId: string): void;
  /** The store failed, or the server refused what no item of the timeline stands for. */
  failed(error: MatrixError): void;
}

export type NewOutgoing = Pick<OutgoingRecord, 'roomId' | 'type' | 'content'> &
  Partial<Pick<OutgoingRecord, 'redacts' | 'attachment'>>;

/** The queue of what was written here: on disk before it is shown, in order within each room, the same transaction id at every try. */
export class Sender {
  readonly queued = signal(0);
  readonly sending = new Map<string, number | undefined>();
  /** Event id → transaction id, so that an item keeps its key when its echo arrives. */
  readonly sentFromHere = new Map<string, string>();
  private readonly parts: SenderParts;
  private readonly watchers = new Map<string, ((eventId: string | undefined) => void)[]>();
  private records: readonly OutgoingRecord[] = [];
  private nextOrder = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private stopped = false;
  private held = true;

  constructor(parts: SenderParts) {
    this.parts = parts;
  }

  async restore(): Promise<void> {
    const rows = await this.parts.store.range('outgoing');
    this.records = rows.map((row) => row.value);
    this.nextOrder = Math.max(-1, ...this.records.map((record) => record.order)) + 1;
    for (const record of this.records) {
      if (record.eventId !== undefined) this.sentFromHere.set(record.eventId, record.txnId);
    }
    this.count();
  }

  /** Begins to send. Until then everything waits. */
  start(): void {
    this.held = false;
    this.kick();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  inRoom(roomId: string): readonly OutgoingRecord[] {
    return this.records.filter((record) => record.roomId === roomId);
  }

  /** The newest message of the room that is not in its timeline, for the list. */
  lastInRoom(roomId: string): LastMessage | undefined {
    const messages = this.inRoom(roomId).filter(
      (record) => record.type === 'm.room.message' && relationOf(record.content) === undefined,
    );
    const record = messages[messages.length - 1];
    if (record === undefined) return undefined;
    return {
      sender: { userId: this.parts.ownId, name: '' },
      own: true,
      preview: messagePreview(messageContent(record.type, shownContent(record))),
      time: record.time,
      send:
        record.state === 'waiting' ? (this.sending.has(record.txnId) ? 'sending' : 'queued') : record.state,
    };
  }

  /** The file (or its preview) of a queued message, by its address. */
  file(address: string): Blob | undefined {
    if (!address.startsWith(outgoingAddress)) return undefined;
    const [txnId = '', part] = address.slice(outgoingAddress.length).split('/');
    const attachment = this.find(txnId)?.attachment;
    return part === 'thumbnail' ? attachment?.thumbnail : attachment?.blob;
  }

  /** Puts a message in the queue. Resolves with its transaction id when it is on disk. */
  async enqueue(message: NewOutgoing): Promise<string> {
    const order = this.nextOrder;
    this.nextOrder += 1;
    const txnId = this.parts.newTransactionId();
    const record: OutgoingRecord = { ...message, order, txnId, time: this.parts.now(), state: 'waiting' };
    await this.parts.store.write([{ table: 'outgoing', key: order, value: record }]);
    this.records = [...this.records, record];
    this.changed(record.roomId);
    this.kick();
    return txnId;
  }

  async retry(txnId: string): Promise<void> {
    const record = this.find(txnId);
    if (record?.state !== 'failed') return;
    const { failure: _failure, ...rest } = record;
    await this.replace({ ...rest, state: 'waiting' });
    this.kick();
  }

  /** Takes a message back. False when it is on its way or already there. */
  async cancel(txnId: string): Promise<boolean> {
    const record = this.find(txnId);
    if (record === undefined || record.state === 'sent' || this.sending.has(txnId)) return false;
    await this.remove([record]);
    return true;
  }

  /** The event id of a message that is on its way; undefined when it does not get there in this try. */
  whenTried(txnId: string): Promise<string | undefined> {
    const record = this.find(txnId);
    if (record === undefined || record.state !== 'waiting' || !this.sending.has(txnId)) {
      return Promise.resolve(record?.eventId);
    }
    return new Promise((resolve) => {
      this.watchers.set(txnId, [...(this.watchers.get(txnId) ?? []), resolve]);
    });
  }

  /** The timeline brought these events: what they answer is done with. */
  async settle(events: readonly EventRecord[]): Promise<void> {
    const settled = settledBy(
      this.records,
      events.map((entry) => entry.event),
    );
    for (const record of settled) {
      const event = events.find(
        ({ event: { event_id: id, unsigned } }) =>
          id === record.eventId || unsigned?.['transaction_id'] === record.txnId,
      );
      if (event !== undefined) this.sentFromHere.set(event.event.event_id, record.txnId);
    }
    if (settled.length > 0) await this.remove(settled);
  }

  /** Transaction ids of what the server has and the timeline has not brought. */
  acknowledged(): readonly string[] {
    return this.records.flatMap(({ state, txnId }) => (state === 'sent' ? [txnId] : []));
  }

  /** The timeline will not bring these: what is shown in their place goes. */
  async letGo(txnIds: readonly string[]): Promise<void> {
    const gone = this.records.filter(({ txnId }) => txnIds.includes(txnId));
    if (gone.length > 0) await this.remove(gone);
  }

  /** Sends what can be sent now: the network is back, encryption is ready, a new message came. */
  kick(): void {
    if (this.held || this.stopped) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const record of readyToSend(this.records)) {
      if (!this.sending.has(record.txnId)) void this.send(record);
    }
  }

  private async send(record: OutgoingRecord): Promise<void> {
    this.sending.set(record.txnId, undefined);
    this.changed(record.roomId);
    const outcome = await this.attempt(record);
    this.sending.delete(record.txnId);
    if (this.stopped) return;
    try {
      const current = this.find(record.txnId);
      if (current !== undefined && outcome.is === 'refused' && isAddition(current)) {
        await this.remove([current]);
        this.parts.failed(outcome.error);
      } else if (current !== undefined) await this.replace(afterOutcome(current, outcome));
      if (outcome.is === 'sent') this.sentFromHere.set(outcome.eventId, record.txnId);
    } catch (thrown) {
      this.parts.failed(asMatrixError(thrown, 'storage'));
    }
    for (const tell of this.watchers.get(record.txnId) ?? []) {
      tell(outcome.is === 'sent' ? outcome.eventId : undefined);
    }
    this.watchers.delete(record.txnId);
    this.changed(record.roomId);
    if (outcome.is === 'later') this.later(outcome.after);
    else {
      this.failures = 0;
      this.kick();
    }
  }

  private async attempt(record: OutgoingRecord): Promise<SendOutcome> {
    try {
      const keep = (changed: OutgoingRecord) => this.replace(changed);
      return { is: 'sent', eventId: await this.parts.deliver(record, keep) };
    } catch (thrown) {
      return outcomeOf(asMatrixError(thrown, 'protocol'));
    }
  }

  private later(after: number | undefined): void {
    if (this.timer !== undefined) return;
    this.failures += 1;
    const pause = after ?? Math.min(30_000, 1000 * 2 ** Math.min(this.failures - 1, 5));
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.kick();
    }, pause);
  }

  private find(txnId: string): OutgoingRecord | undefined {
    return this.records.find((record) => record.txnId === txnId);
  }

  private async replace(record: OutgoingRecord): Promise<void> {
    if (this.find(record.txnId) === undefined) return; // Its echo came first.
    this.records = this.records.map((known) => (known.txnId === record.txnId ? record : known));
    await this.parts.store.write([{ table: 'outgoing', key: record.order, value: record }]);
    this.changed(record.roomId);
  }

  private async remove(gone: readonly OutgoingRecord[]): Promise<void> {
    const ids = new Set(gone.map((record) => record.txnId));
    this.records = this.records.filter((record) => !ids.has(record.txnId));
    await this.parts.store.write(
      gone.map((record) => ({ table: 'outgoing', key: record.order, value: undefined }) as const),
    );
    for (const roomId of new Set(gone.map((record) => record.roomId))) this.changed(roomId);
  }

  private changed(roomId: string): void {
    this.count();
    this.parts.changed(roomId);
  }

  private count(): void {
    const waiting = this.records.filter((record) => record.state === 'waiting').length;
    if (this.queued.value !== waiting) this.queued.value = waiting;
  }
}

/** Content of a text message. */
export function textContent(
  body: string,
  kind: 'text' | 'emote',
  mentions: readonly string[] = [],
): JsonBody {
  return {
    msgtype: kind === 'emote' ? 'm.emote' : 'm.text',
    body,
    'm.mentions': mentions.length === 0 ? {} : { user_ids: mentions },
  };
}

/** The content with the mark of an answer. */
export function asReply(content: JsonBody, eventId: string): JsonBody {
  return { ...content, 'm.relates_to': { 'm.in_reply_to': { event_id: eventId } } };
}

/** Content of an edit of `eventId`, with the fallback for clients that do not know edits. */
export function asEdit(content: JsonBody, eventId: string): JsonBody {
  return {
    ...content,
    body: `* ${String(content['body'])}`,
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
  };
}
