import { MatrixError } from '../errors.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import { isRedacted, leavesMark, personOf, previewOf, withEdit } from '../rooms/summary.ts';
import type { RoomRecord } from '../rooms/record.ts';
import { shownContent } from '../sending/outgoing.ts';
import type { OutgoingRecord } from '../sending/outgoing.ts';
import { messageContent, readable, relationOf, replyTarget } from './content.ts';
import type {
  Authenticity,
  CallItem,
  MessageItem,
  Person,
  Reaction,
  ReplyQuote,
  SendState,
  TimelineItem,
} from './items.ts';
import { isGap } from './log.ts';
import type { ClearEvent, EventRecord, LogEntry } from './log.ts';
import { ReceiptPositions } from './receipts.ts';
import { collectRelations, editKey } from './relations.ts';
import type { Relations } from './relations.ts';
import { systemChange } from './system.ts';

export interface TimelineInput {
  readonly ownId: string;
  readonly room: RoomRecord;
  /** A tail of the log: every later event is in it. */
  readonly entries: readonly LogEntry[];
  /** Of this room, in order. */
  readonly outgoing: readonly OutgoingRecord[];
  /** Those being sent now: transaction id → share of the upload that is done. */
  readonly sending: ReadonlyMap<string, number | undefined>;
  /** Answered messages outside the tail. */
  readonly quoted: ReadonlyMap<string, EventRecord | 'missing'>;
  /** Event id → transaction id of what was sent from here. */
  readonly sentFromHere: ReadonlyMap<string, string>;
  readonly mayRedactOthers: boolean;
  /** People whose messages are not shown. */
  readonly ignored: ReadonlySet<string>;
}

/** The items of a timeline. Pure: the same input gives the same items. */
export function reduceTimeline(input: TimelineInput): TimelineItem[] {
  return new Reducer(input).items();
}

class Reducer {
  private readonly input: TimelineInput;
  private readonly relations: Relations;
  private readonly receipts: ReceiptPositions;
  private readonly byId = new Map<string, EventRecord>();
  private readonly inCall = new Set<string>();
  private readonly encryptedSince: number;

  constructor(input: TimelineInput) {
    this.input = input;
    this.relations = collectRelations(
      input.entries.filter((entry) => isGap(entry) || !this.isIgnored(entry)),
      input.outgoing,
      input.ownId,
    );
    for (const entry of input.entries) if (!isGap(entry)) this.byId.set(entry.event.event_id, entry);
    const shown = input.entries.map((entry) => !isGap(entry) && this.isShown(entry));
    this.receipts = new ReceiptPositions(input.entries, input.room, input, shown);
    const encryption = input.room.state['m.room.encryption']?.[''];
    this.encryptedSince = encryption?.time ?? Number.POSITIVE_INFINITY;
  }

  items(): TimelineItem[] {
    const items: TimelineItem[] = [];
    this.input.entries.forEach((entry, at) => {
      // The gap at the very top is what `loadOlder` continues from; it needs no mark.
      if (isGap(entry)) {
        if (at > 0) items.push({ type: 'gap', key: `gap ${entry.index}` });
        return;
      }
      const item = this.item(entry, at);
      if (item !== undefined) items.push(item);
    });
    for (const record of this.input.outgoing) {
      const item = this.outgoingItem(record);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  private person(userId: string): Person {
    return personOf(this.input.room, userId);
  }

  private base(record: EventRecord, at: number) {
    const { event } = record;
    const txnId = event.unsigned?.['transaction_id'];
    const here = this.input.sentFromHere.get(event.event_id);
    const own = event.sender === this.input.ownId;
    return {
      key: here ?? (own && typeof txnId === 'string' ? txnId : event.event_id),
      eventId: event.event_id,
      sender: this.person(event.sender),
      own,
      time: event.origin_server_ts,
      readers: this.receipts
        .readersAt(at)
        .filter((userId) => userId !== event.sender)
        .map((userId) => this.person(userId)),
    };
  }

  private item(record: EventRecord, at: number): TimelineItem | undefined {
    if (this.isIgnored(record)) return undefined;
    if (!this.isShown(record)) {
      const call = this.callItem(record, at);
      return call;
    }
    const { event } = record;
    if (isRedacted(record) || this.relations.pendingRedactions.has(event.event_id)) {
      return this.redacted(record, at);
    }
    const clear = readable(record);
    if (clear === undefined) {
      return { ...this.base(record, at), type: 'undecryptable', reason: record.failed ?? 'waiting' };
    }
    if (event.state_key !== undefined) {
      const change = systemChange(event, (userId) => this.person(userId));
      return change === undefined ? undefined : { ...this.base(record, at), type: 'system', change };
    }
    return this.message(record, at, clear);
  }

  private isIgnored({ event }: EventRecord): boolean {
    return event.state_key === undefined && this.input.ignored.has(event.sender);
  }

  /** Whether the event has an item of its own (calls aside). */
  private isShown(record: EventRecord): boolean {
    const { event } = record;
    if (this.isIgnored(record)) return false;
    if (event.type.startsWith('org.matrix.msc')) return false;
    if (event.state_key !== undefined) {
      return !isRedacted(record) && systemChange(event, (userId) => this.person(userId)) !== undefined;
    }
    const clear = readable(record);
    const relation = relationOf((clear ?? event).content);
    if (isRedacted(record)) return leavesMark(record);
    if (relation?.type === 'm.replace' || relation?.type === 'm.annotation') return false;
    if (clear === undefined) return event.type === 'm.room.encrypted';
    return clear.type === 'm.room.message' || clear.type === 'm.sticker';
  }

  private message(record: EventRecord, at: number, clear: Pick<ClearEvent, 'type' | 'content'>): MessageItem {
    const { event } = record;
    const base = this.base(record, at);
    const pending = base.own ? this.relations.pendingEdits.get(event.event_id) : undefined;
    const edit = this.relations.edits.get(editKey(event.event_id, event.sender));
    const shown = pending ?? readable(withEdit(record, edit))?.content ?? clear.content;
    const content = messageContent(clear.type, keepReply(shown, clear.content));
    return {
      ...base,
      type: 'message',
      content,
      edited: pending !== undefined || edit !== undefined,
      ...this.reply(clear.content),
      reactions: this.reactions(event.event_id),
      send: { is: base.own ? this.receipts.reach(at) : 'sent' },
      authenticity: this.authenticity(record),
      mentionsMe: this.mentionsMe(clear.content),
      canEdit: base.own && (content.kind === 'text' || content.kind === 'emote'),
      canRedact: base.own || this.input.mayRedactOthers,
    };
  }

  private redacted(record: EventRecord, at: number): TimelineItem {
    const because = record.event.unsigned?.['redacted_because'];
    const by =
      isObject(because) && typeof because['sender'] === 'string' ? because['sender'] : this.input.ownId;
    const content = isObject(because) && isObject(because['content']) ? because['content'] : {};
    const reason = content['reason'];
    return {
      ...this.base(record, at),
      type: 'redacted',
      by: this.person(by),
      ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
    };
  }

  private callItem(record: EventRecord, at: number): CallItem | undefined {
    const { event } = record;
    const clear = readable(record);
    if (clear?.type === 'org.matrix.msc4075.rtc.notification') {
      return { ...this.base(record, at), type: 'call', change: 'ringing' };
    }
    if (clear?.type === 'org.matrix.msc4310.rtc.decline') {
      return { ...this.base(record, at), type: 'call', change: 'declined' };
    }
    if (event.type !== 'org.matrix.msc3401.call.member' || event.state_key === undefined) return undefined;
    const before = this.inCall.size;
    const live = event.content['application'] !== undefined;
    if (live) this.inCall.add(event.state_key);
    else this.inCall.delete(event.state_key);
    if (before === 0 && live) return { ...this.base(record, at), type: 'call', change: 'started' };
    const ended = before > 0 && this.inCall.size === 0;
    return ended ? { ...this.base(record, at), type: 'call', change: 'ended' } : undefined;
  }

  private outgoingItem(record: OutgoingRecord): TimelineItem | undefined {
    if (record.eventId !== undefined && this.byId.has(record.eventId)) return undefined;
    if (record.type !== 'm.room.message' || relationOf(record.content)?.type === 'm.replace')
      return undefined;
    return {
      type: 'message',
      key: record.txnId,
      ...(record.eventId === undefined ? {} : { eventId: record.eventId }),
      sender: this.person(this.input.ownId),
      own: true,
      time: record.time,
      readers: [],
      content: messageContent(record.type, shownContent(record)),
      edited: false,
      ...this.reply(record.content),
      reactions: record.eventId === undefined ? [] : this.reactions(record.eventId),
      send: this.outgoingState(record),
      authenticity: 'ok',
      mentionsMe: false,
      canEdit: false,
      canRedact: record.eventId !== undefined,
    };
  }

  private outgoingState(record: OutgoingRecord): SendState {
    if (record.state === 'sent') return { is: 'sent' };
    if (record.state === 'failed') {
      const { message = '', ...facts } = record.failure ?? {};
      return { is: 'failed', error: new MatrixError('server', message, facts) };
    }
    if (!this.input.sending.has(record.txnId)) return { is: 'queued' };
    const progress = this.input.sending.get(record.txnId);
    return { is: 'sending', ...(progress === undefined ? {} : { progress }) };
  }

  private reactions(eventId: string): Reaction[] {
    const byKey = this.relations.reactions.get(eventId);
    return [...(byKey ?? [])].map(([key, marks]) => ({
      key,
      count: marks.length,
      own: marks.some((mark) => mark.userId === this.input.ownId),
      people: marks.map((mark) => this.person(mark.userId)),
    }));
  }

  private reply(content: JsonBody): { replyTo?: ReplyQuote } {
    const eventId = replyTarget(content);
    if (eventId === undefined) return {};
    const found = this.byId.get(eventId) ?? this.input.quoted.get(eventId);
    if (found === undefined) return { replyTo: { eventId, state: 'loading' } };
    if (found === 'missing' || this.isIgnored(found)) return { replyTo: { eventId, state: 'missing' } };
    const edit = this.relations.edits.get(editKey(eventId, found.event.sender));
    const preview = previewOf(withEdit(found, edit), (userId) => this.person(userId));
    const sender = this.person(found.event.sender);
    return { replyTo: { eventId, state: 'loaded', sender, ...(preview === undefined ? {} : { preview }) } };
  }

  private authenticity(record: EventRecord): Authenticity {
    if (record.event.type === 'm.room.encrypted') return record.clear?.authenticity ?? 'ok';
    const encrypted = this.input.room.encrypted && record.event.origin_server_ts > this.encryptedSince;
    return encrypted ? 'notEncrypted' : 'ok';
  }

  private mentionsMe(content: JsonBody): boolean {
    const mentions = content['m.mentions'];
    if (!isObject(mentions)) return false;
    const users = mentions['user_ids'];
    return mentions['room'] === true || (Array.isArray(users) && users.includes(this.input.ownId));
  }
}

/** Edits carry no reply of their own, but the text of an answer keeps its old quotation. */
function keepReply(shown: JsonBody, original: JsonBody): JsonBody {
  const relates = original['m.relates_to'];
  return relates === undefined || shown['m.relates_to'] !== undefined
    ? shown
    : { ...shown, 'm.relates_to': relates };
}

/** Which answered messages the timeline needs and does not have. */
export function missingQuotes(input: TimelineInput): string[] {
  const known = new Set<string>();
  for (const entry of input.entries) if (!isGap(entry)) known.add(entry.event.event_id);
  const wanted = new Set<string>();
  const contents = [
    ...input.entries.map((entry) => (isGap(entry) ? undefined : readable(entry)?.content)),
    ...input.outgoing.map((record) => record.content),
  ];
  for (const content of contents) {
    const target = content === undefined ? undefined : replyTarget(content);
    if (target !== undefined && !known.has(target) && !input.quoted.has(target)) wanted.add(target);
  }
  return [...wanted];
}
