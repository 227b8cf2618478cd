import { messageContent, messagePreview, readable, relationOf } from '../timeline/content.ts';
import { isObject } from '../http.ts';
import type { LastMessage, RoomSummary, RoomTitle } from '../door.ts';
import type { MessagePreview, Person } from '../timeline/items.ts';
import { isGap } from '../timeline/log.ts';
import type { EventRecord, LogEntry } from '../timeline/log.ts';
import { isSeen, readersWanted } from '../timeline/receipts.ts';
import type { UnseenReaders } from '../timeline/receipts.ts';
import { systemChange } from '../timeline/system.ts';
import { localpart, stateContent } from './record.ts';
import type { RoomRecord } from './record.ts';

/** What a summary depends on besides the room's record. */
export interface SummaryFacts {
  readonly ownId: string;
  readonly now: number;
  /** Room id → user id, from the account data `m.direct`. */
  readonly directs: ReadonlyMap<string, string>;
  readonly muted: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
  readonly draft?: string;
  /** The newest message written here that is not in the timeline yet. */
  readonly outgoing?: LastMessage;
}

export function personOf(room: RoomRecord, userId: string): Person {
  const facts = room.people[userId];
  return {
    userId,
    name: facts?.name ?? localpart(userId),
    ...(facts?.picture === undefined ? {} : { picture: facts.picture }),
  };
}

export function summarize(room: RoomRecord, facts: SummaryFacts): RoomSummary {
  const direct = directPerson(room, facts);
  const topic = stateContent(room, 'm.room.topic')?.['topic'];
  const replaced = stateContent(room, 'm.room.tombstone')?.['replacement_room'];
  const last = facts.outgoing ?? lastMessage(room, facts);
  const picture = pictureOf(room, direct);
  const invitation = room.invitation;
  return {
    roomId: room.roomId,
    membership: room.membership,
    title: titleOf(room, direct, facts.ownId),
    ...(typeof topic === 'string' && topic !== '' ? { topic } : {}),
    avatar: {
      kind: direct === undefined ? 'group' : 'person',
      id: direct?.userId ?? room.roomId,
      ...(picture === undefined ? {} : { picture }),
    },
    ...(direct === undefined ? {} : { direct }),
    ...(last === undefined ? {} : { last }),
    time: Math.max(room.time, facts.outgoing?.time ?? 0),
    unread: room.unread,
    highlights: room.highlights,
    markedUnread: room.markedUnread,
    pinned: room.tags.includes('m.favourite'),
    muted: facts.muted.has(room.roomId),
    ...(invitation === undefined || room.membership !== 'invite'
      ? {}
      : { invitation: { by: personOf(room, invitation.by), time: invitation.time } }),
    ...(facts.draft === undefined || facts.draft === '' ? {} : { draft: facts.draft }),
    encrypted: room.encrypted,
    members: room.joined,
    inCall: peopleInCall(room, facts.now),
    ...(typeof replaced === 'string' ? { replacedBy: replaced } : {}),
  };
}

function directPerson(room: RoomRecord, facts: SummaryFacts): Person | undefined {
  const marked = facts.directs.get(room.roomId);
  if (marked === undefined && !room.direct) return undefined;
  const inviter = room.membership === 'invite' ? room.invitation?.by : undefined;
  const others = Object.keys(room.people).filter((userId) => userId !== facts.ownId);
  const userId = marked ?? inviter ?? room.heroes[0] ?? (others.length === 1 ? others[0] : undefined);
  return userId === undefined ? undefined : personOf(room, userId);
}

function titleOf(room: RoomRecord, direct: Person | undefined, ownId: string): RoomTitle {
  const name = stateContent(room, 'm.room.name')?.['name'];
  if (typeof name === 'string' && name.trim() !== '') return { kind: 'named', text: name.trim() };
  const alias = stateContent(room, 'm.room.canonical_alias')?.['alias'];
  if (typeof alias === 'string' && alias !== '') return { kind: 'named', text: alias };
  if (direct !== undefined) return { kind: 'people', people: [direct], others: 0 };
  const heroes = room.heroes.filter((userId) => userId !== ownId).map((userId) => personOf(room, userId));
  if (heroes.length > 0) {
    const others = Math.max(0, room.joined + room.invited - 1 - heroes.length);
    return { kind: 'people', people: heroes, others };
  }
  if (room.serverName !== undefined && room.serverName !== '')
    return { kind: 'named', text: room.serverName };
  if (room.invitation !== undefined) {
    return { kind: 'people', people: [personOf(room, room.invitation.by)], others: 0 };
  }
  return { kind: 'empty' };
}

function pictureOf(room: RoomRecord, direct: Person | undefined): string | undefined {
  const url = stateContent(room, 'm.room.avatar')?.['url'];
  return typeof url === 'string' && url.startsWith('mxc://') ? url : direct?.picture;
}

function lastMessage(room: RoomRecord, facts: SummaryFacts): LastMessage | undefined {
  if (room.last === undefined) return undefined;
  const find = (userId: string) => personOf(room, userId);
  const preview = previewOf(room.last, find);
  if (preview === undefined) return undefined;
  const event = room.last.event;
  if (event.state_key === undefined && facts.ignored.has(event.sender)) return undefined;
  const own = event.sender === facts.ownId;
  return {
    sender: find(event.sender),
    own,
    preview,
    time: event.origin_server_ts,
    ...(own ? { send: sentState(room, event.event_id, facts) } : {}),
  };
}

/** Only the latest message is shown in the list, so a receipt on it by anybody is all that can be told. */
function sentState(room: RoomRecord, eventId: string, unseen: UnseenReaders): 'sent' | 'delivered' | 'read' {
  const readers = Object.entries(room.receipts).filter(
    ([userId, receipt]) => receipt.eventId === eventId && isSeen(userId, unseen),
  ).length;
  if (readers === 0) return 'sent';
  return readers >= readersWanted(room, unseen) ? 'read' : 'delivered';
}

/** The line that stands for an event; undefined for events that never get one. */
export function previewOf(record: EventRecord, find: (userId: string) => Person): MessagePreview | undefined {
  const { event } = record;
  if (isRedacted(record)) {
    return leavesMark(record) ? { kind: 'redacted' } : undefined;
  }
  const clear = readable(record);
  if (clear === undefined) return { kind: 'undecryptable' };
  if (clear.type === 'm.room.message' || clear.type === 'm.sticker') {
    return messagePreview(messageContent(clear.type, clear.content));
  }
  if (clear.type === 'org.matrix.msc4075.rtc.notification') return { kind: 'call' };
  if (event.state_key === undefined) return undefined;
  const change = systemChange(event, find);
  return change === undefined ? undefined : { kind: 'system', change };
}

export function isRedacted(record: EventRecord): boolean {
  return isObject(record.event.unsigned?.['redacted_because']);
}

/** Whether a redacted event keeps its place as "deleted": messages do, reactions and edits do not. */
export function leavesMark({ event, wasAddition }: EventRecord): boolean {
  return wasAddition !== true && (event.type === 'm.room.message' || event.type === 'm.room.encrypted');
}

/**
 * The event whose line the list shows: the newest message with its newest edit, or failing that the newest state change that has a
 * line. `known` is what was chosen before; it stays when the log's tail has nothing better.
 */
export function chooseLast(
  entries: readonly LogEntry[],
  known: EventRecord | undefined,
): EventRecord | undefined {
  const edits = new Map<string, EventRecord>();
  let state: EventRecord | undefined;
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry === undefined || isGap(entry)) continue;
    const clear = readable(entry);
    const relation = clear === undefined ? undefined : relationOf(clear.content);
    if (relation?.type === 'm.replace') {
      if (!edits.has(relation.eventId)) edits.set(relation.eventId, entry);
      continue;
    }
    if (entry.event.state_key !== undefined) {
      if (state === undefined && previewOf(entry, bare) !== undefined) state = entry;
      continue;
    }
    if (previewOf(entry, bare) !== undefined) return withEdit(entry, edits.get(entry.event.event_id));
  }
  if (known !== undefined && known.event.state_key === undefined) {
    return withEdit(known, edits.get(known.event.event_id));
  }
  return state ?? known;
}

function bare(userId: string): Person {
  return { userId, name: localpart(userId) };
}

/** The record with the content of its edit, if the edit is by the same sender. */
export function withEdit(record: EventRecord, edit: EventRecord | undefined): EventRecord {
  const clear = readable(record);
  const changed = edit === undefined ? undefined : readable(edit);
  if (clear === undefined || changed === undefined || edit?.event.sender !== record.event.sender)
    return record;
  const content = changed.content['m.new_content'];
  if (!isObject(content) || isRedacted(record)) return record;
  const relates = clear.content['m.relates_to'];
  const next = relates === undefined ? content : { ...content, 'm.relates_to': relates };
  const authenticity = record.clear?.authenticity ?? 'ok';
  return record.event.type === 'm.room.encrypted'
    ? { ...record, clear: { type: clear.type, content: next, authenticity } }
    : { ...record, event: { ...record.event, content: next } };
}

const callMember = 'org.matrix.msc3401.call.member';

function peopleInCall(room: RoomRecord, now: number): readonly Person[] {
  const users = new Set<string>();
  for (const event of Object.values(room.state[callMember] ?? {})) {
    const { application, expires, created_ts: created } = event.content;
    if (application !== 'm.call') continue;
    const since = typeof created === 'number' ? created : event.time;
    const lasts = typeof expires === 'number' ? expires : 4 * 3_600_000;
    const joined = room.people[event.sender]?.membership;
    if (since + lasts > now && (joined === undefined || joined === 'join')) users.add(event.sender);
  }
  return [...users].map((userId) => personOf(room, userId));
}
