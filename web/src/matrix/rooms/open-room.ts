import { computed } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import type {
  Member,
  OlderState,
  OpenRoom,
  OutgoingFile,
  Permissions,
  RoomSummary,
  SendOptions,
} from '../door.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import { fileMessage, uploadBlob } from '../sending/attachments.ts';
import { asEdit, asReply, textContent } from '../sending/sender.ts';
import type { Session } from '../session/session.ts';
import { readable, relationOf } from '../timeline/content.ts';
import type { MessageItem, Person, TimelineItem } from '../timeline/items.ts';
import { isGap, isWhole, lastGap } from '../timeline/log.ts';
import type { RawEvent } from '../timeline/log.ts';
import { loadMembers } from './members.ts';
import { isRedacted } from './summary.ts';
import type { Room } from './room.ts';

const pageSize = 30;
const typingTime = 30_000;

/** One screen's hold on a room. */
export class OpenRoomHandle implements OpenRoom {
  readonly roomId: string;
  readonly summary: ReadonlySignal<RoomSummary | undefined>;
  readonly items: ReadonlySignal<readonly TimelineItem[]>;
  readonly older: ReadonlySignal<OlderState>;
  readonly typing: ReadonlySignal<readonly Person[]>;
  readonly members: ReadonlySignal<readonly Member[]>;
  readonly permissions: ReadonlySignal<Permissions>;
  readonly readUpTo: ReadonlySignal<string | undefined>;
  readonly draft: ReadonlySignal<string>;
  private readonly room: Room;
  private readonly session: Session;
  private closed = false;
  private typingUntil = 0;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: Room, session: Session) {
    this.room = room;
    this.session = session;
    this.roomId = room.id;
    this.summary = room.summary;
    this.items = room.items;
    this.older = room.older;
    this.typing = computed(() => room.typing.value);
    this.members = room.memberList;
    this.permissions = room.permissions;
    this.readUpTo = room.readUpTo;
    this.draft = room.draft;
    room.opened += 1;
    if (room.opened === 1) {
      room.readUpTo.value = room.record.receipts[session.own.userId]?.eventId ?? room.record.fullyRead;
      session.roomOpened(room.id);
    }
    session.inBackground(this.show());
  }

  async loadOlder(): Promise<void> {
    const { room } = this;
    if (room.older.value === 'loading' || room.older.value === 'end') return;
    room.older.value = 'loading';
    try {
      const more = await this.olderPage();
      room.older.value = more ? 'idle' : 'end';
    } catch (thrown) {
      room.older.value = 'failed';
      throw asMatrixError(thrown, 'protocol');
    }
  }

  async loadMembers(): Promise<void> {
    await loadMembers(this.room, this.session);
    this.room.refreshNow();
  }

  setDraft(text: string): void {
    if (this.room.draft.value === text) return;
    this.room.draft.value = text;
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.saveDraft(), 500);
  }

  setTyping(typing: boolean): void {
    const now = this.session.now();
    if (typing ? now < this.typingUntil - 10_000 : this.typingUntil === 0) return;
    this.typingUntil = typing ? now + typingTime : 0;
    const path = `${this.path()}/typing/${encodeURIComponent(this.session.own.userId)}`;
    const body = typing ? { typing: true, timeout: typingTime } : { typing: false };
    this.session.inBackground(this.session.http.request('PUT', path, { body, retries: 0 }));
  }

  async markRead(options: { readonly quietly?: boolean } = {}): Promise<void> {
    const { room, session } = this;
    const tail = room.tail ?? [];
    const newest = tail[tail.length - 1];
    const own = session.own.userId;
    if (newest === undefined || isGap(newest)) return;
    const eventId = newest.event.event_id;
    if (
      room.record.receipts[own]?.eventId === eventId &&
      room.record.unread === 0 &&
      !room.record.markedUnread
    )
      return;
    const before = room.record.receipts[own];
    // By the server's clock: by that of this device, what is read elsewhere later could seem to be older.
    const mark = { eventId, time: newest.event.origin_server_ts };
    await session.book.adopt(room.id, ({ receipts }) => ({
      receipts: { ...receipts, [own]: mark },
      unread: 0,
      highlights: 0,
      markedUnread: false,
    }));
    const type = options.quietly === true ? 'm.read.private' : 'm.read';
    try {
      await session.http.request('POST', `${this.path()}/read_markers`, {
        body: { 'm.fully_read': eventId, [type]: eventId },
        retries: 2,
      });
    } catch (thrown) {
      // It is read here, but nobody knows: the next call must tell it.
      await session.book.adopt(room.id, ({ receipts: { [own]: now, ...others } }) => {
        const last = now === mark ? before : now;
        return { receipts: last === undefined ? others : { ...others, [own]: last } };
      });
      throw thrown;
    }
  }

  async sendText(text: string, options: SendOptions = {}): Promise<string> {
    const content = textContent(text, options.kind ?? 'text', options.mentions);
    return this.enqueue(options.replyTo === undefined ? content : asReply(content, options.replyTo));
  }

  async edit(eventId: string, text: string): Promise<string> {
    const item = this.message(eventId);
    const kind = item.content.kind === 'emote' ? 'emote' : 'text';
    return this.enqueue(asEdit(textContent(text, kind), eventId));
  }

  async sendFile(file: OutgoingFile): Promise<string> {
    const prepared = await this.session.prepareFile(file.blob);
    const { content, attachment } = fileMessage(file, prepared);
    return this.session.sender.enqueue({
      roomId: this.roomId,
      type: 'm.room.message',
      content: file.replyTo === undefined ? content : asReply(content, file.replyTo),
      attachment,
    });
  }

  async toggleReaction(eventId: string, key: string): Promise<void> {
    const { sender, own } = this.session;
    for (const record of sender.inRoom(this.roomId)) {
      const relation = relationOf(record.content);
      const same = record.type === 'm.reaction' && relation?.eventId === eventId && relation.key === key;
      if (!same) continue;
      if (await sender.cancel(record.txnId)) return;
      const sent = await sender.whenTried(record.txnId);
      if (sent !== undefined) return this.redact(sent);
      if (await sender.cancel(record.txnId)) return;
    }
    for (const entry of this.room.tail ?? []) {
      if (isGap(entry) || entry.event.sender !== own.userId || isRedacted(entry)) continue;
      const clear = readable(entry);
      const relation = clear?.type === 'm.reaction' ? relationOf(clear.content) : undefined;
      if (relation?.eventId === eventId && relation.key === key) return this.redact(entry.event.event_id);
    }
    await sender.enqueue({
      roomId: this.roomId,
      type: 'm.reaction',
      content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key } },
    });
  }

  async redact(eventId: string, reason?: string): Promise<void> {
    await this.session.sender.enqueue({
      roomId: this.roomId,
      type: 'm.room.redaction',
      redacts: eventId,
      content: reason === undefined ? {} : { reason },
    });
  }

  retry(key: string): Promise<void> {
    return this.session.sender.retry(key);
  }

  cancel(key: string): Promise<boolean> {
    return this.session.sender.cancel(key);
  }

  async invite(userId: string): Promise<void> {
    await this.act('invite', { user_id: userId });
  }

  async kick(userId: string, reason?: string): Promise<void> {
    await this.act('kick', reason === undefined ? { user_id: userId } : { user_id: userId, reason });
  }

  async ban(userId: string, reason?: string): Promise<void> {
    await this.act('ban', reason === undefined ? { user_id: userId } : { user_id: userId, reason });
  }

  async unban(userId: string): Promise<void> {
    await this.act('unban', { user_id: userId });
  }

  async setRole(userId: string, power: number): Promise<void> {
    const type = 'm.room.power_levels';
    const now = await this.session.http.request('GET', `${this.path()}/state/${type}`);
    const users = isObject(now['users']) ? now['users'] : {};
    await this.session.sendState(this.roomId, type, '', { ...now, users: { ...users, [userId]: power } });
  }

  async rename(name: string): Promise<void> {
    await this.session.sendState(this.roomId, 'm.room.name', '', { name });
  }

  async setTopic(topic: string): Promise<void> {
    await this.session.sendState(this.roomId, 'm.room.topic', '', { topic });
  }

  async setPicture(picture: Blob | undefined): Promise<void> {
    const content = picture === undefined ? {} : { url: await uploadBlob(picture, this.session.http) };
    await this.session.sendState(this.roomId, 'm.room.avatar', '', content);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.saveDraft();
    if (this.typingUntil > 0) this.setTyping(false);
    this.room.opened -= 1;
    if (this.room.opened > 0) return;
    this.room.older.value = 'idle';
    this.room.adoptLog(this.room.tail ?? []);
  }

  private async show(): Promise<void> {
    const tail = await this.room.loadTail();
    this.room.refreshNow();
    if (isWhole(tail)) this.room.older.value = 'end';
    await this.session.desk.decryptShown(this.room);
  }

  /** Fills the newest gap, or puts older entries of the device before the tail. Answers whether there may be more. */
  private async olderPage(): Promise<boolean> {
    const { room } = this;
    const tail = await room.loadTail();
    if (lastGap(tail) >= 0) {
      await this.fillLastGap();
      return this.shown();
    }
    if (tail.length === 0) return true;
    const came = await this.session.book.inTurn(async () => {
      const first = room.tail?.[0];
      const rows = first === undefined ? [] : await room.rows(first.index, pageSize);
      if (rows.length > 0) room.adoptLog([...rows, ...(room.tail ?? [])]);
      return rows.length > 0;
    });
    return came && this.shown();
  }

  private async shown(): Promise<boolean> {
    this.room.refreshNow();
    await this.session.desk.decryptShown(this.room);
    return !isWhole(this.room.tail ?? []);
  }

  /** Fetches a page for the newest gap of the tail. */
  private async fillLastGap(): Promise<void> {
    const { room, session } = this;
    const tail = room.tail ?? [];
    const gap = tail[lastGap(tail)];
    if (gap === undefined || !isGap(gap)) return;
    const answer = await session.http.request('GET', `${this.path()}/messages`, {
      query: { dir: 'b', from: gap.gap, limit: pageSize, filter: '{"lazy_load_members":true}' },
    });
    const events = Array.isArray(answer['chunk']) ? (answer['chunk'] as RawEvent[]) : [];
    const state = Array.isArray(answer['state']) ? (answer['state'] as RawEvent[]) : [];
    const { end } = answer;
    const added = await session.book.fill(
      room,
      gap,
      {
        events,
        ...(typeof end === 'string' ? { end } : {}),
      },
      state,
    );
    await session.sender.settle(added);
  }

  private message(eventId: string): MessageItem {
    const item = this.room.items.value.find((known) => known.type === 'message' && known.eventId === eventId);
    if (item?.type !== 'message' || !item.canEdit) {
      throw new MatrixError('denied', 'This message cannot be changed.');
    }
    return item;
  }

  private enqueue(content: JsonBody): Promise<string> {
    return this.session.sender.enqueue({ roomId: this.roomId, type: 'm.room.message', content });
  }

  private async act(action: string, body: JsonBody): Promise<void> {
    await this.session.http.request('POST', `${this.path()}/${action}`, { body });
  }

  private saveDraft(): void {
    clearTimeout(this.draftTimer);
    const { value } = this.room.draft;
    this.session.inBackground(
      this.session.store.write([
        { table: 'meta', key: `draft:${this.roomId}`, value: value === '' ? undefined : value },
      ]),
    );
    this.session.book.changed(this.room);
  }

  private path(): string {
    return `/_matrix/client/v3/rooms/${encodeURIComponent(this.roomId)}`;
  }
}
