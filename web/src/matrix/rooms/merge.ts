import type { JsonBody } from '../http.ts';
import { isObject } from '../http.ts';
import type { WireHero, WireRoom, WireStrippedEvent } from '../sync/wire.ts';
import type { RawEvent } from '../timeline/log.ts';
import { emptyRoom } from './record.ts';
import type { MemberFacts, Membership, RoomRecord, StateRecord } from './record.ts';

const memberships: readonly string[] = ['join', 'invite', 'knock', 'leave', 'ban'];

export function asMembership(value: unknown): Membership | undefined {
  return typeof value === 'string' && memberships.includes(value) ? (value as Membership) : undefined;
}

export function memberFacts(content: JsonBody): MemberFacts {
  const name = content['displayname'];
  const picture = content['avatar_url'];
  return {
    membership: asMembership(content['membership']) ?? 'leave',
    ...(typeof name === 'string' && name.trim() !== '' ? { name: name.trim() } : {}),
    ...(typeof picture === 'string' && picture.startsWith('mxc://') ? { picture } : {}),
  };
}

/** Works the part of a sync answer about one room into its record. Pure. The timeline's events go into the log separately. */
export function mergeRoom(
  before: RoomRecord | undefined,
  roomId: string,
  wire: WireRoom,
  ownId: string,
  now: number,
): RoomRecord {
  const draft = new RecordDraft(before ?? emptyRoom(roomId), wire.initial === true && before !== undefined);
  draft.counts(wire);
  for (const hero of wire.heroes ?? []) draft.hero(hero);
  const invite = wire.invite_state ?? wire.stripped_state;
  if (invite !== undefined) draft.invited(invite, ownId, now);
  for (const event of wire.required_state ?? []) draft.state(event);
  for (const event of liveEvents(wire)) draft.state(event);
  return draft.done(ownId, wire, before);
}

/** The events of the answer that are newer than what the connection had sent before. */
export function liveEvents(wire: WireRoom): readonly RawEvent[] {
  const timeline = wire.timeline ?? [];
  if (wire.num_live !== undefined) return wire.num_live === 0 ? [] : timeline.slice(-wire.num_live);
  return wire.initial === true || wire.limited === true ? [] : timeline;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class RecordDraft {
  private readonly record: Mutable<RoomRecord>;
  private readonly people: Record<string, MemberFacts>;
  private readonly stateByType: Record<string, Record<string, StateRecord>> = {};
  private readonly isFresh: boolean;
  private membersChanged = false;

  constructor(base: RoomRecord, fresh: boolean) {
    this.record = { ...base };
    this.people = { ...base.people };
    this.isFresh = fresh;
    for (const [type, byKey] of Object.entries(base.state)) this.stateByType[type] = { ...byKey };
  }

  counts(wire: WireRoom): void {
    const record = this.record;
    record.joined = wire.joined_count ?? record.joined;
    record.invited = wire.invited_count ?? record.invited;
    record.unread = wire.notification_count ?? record.unread;
    record.highlights = wire.highlight_count ?? record.highlights;
    record.direct = wire.is_dm ?? (this.isFresh ? false : record.direct);
    if (typeof wire.name === 'string') record.serverName = wire.name;
    if (wire.heroes !== undefined) record.heroes = wire.heroes.map((hero) => hero.user_id);
  }

  hero(hero: WireHero): void {
    const name = hero.displayname ?? hero.name;
    const picture = hero.avatar_url ?? hero.avatar;
    const membership = this.people[hero.user_id]?.membership ?? 'join';
    this.people[hero.user_id] = {
      membership,
      ...(name === undefined ? {} : { name }),
      ...(picture === undefined ? {} : { picture }),
    };
  }

  invited(stripped: readonly WireStrippedEvent[], ownId: string, now: number): void {
    for (const event of stripped) {
      const own = event.type === 'm.room.member' && event.state_key === ownId;
      if (own && event.content['membership'] === 'invite') {
        this.record.membership = 'invite';
        this.record.invitation ??= { by: event.sender, time: now };
        if (event.content['is_direct'] === true) this.record.direct = true;
      }
      this.state({ ...event, event_id: '', origin_server_ts: now });
    }
  }

  state(event: RawEvent): void {
    if (event.state_key === undefined) return;
    if (event.type === 'm.room.member') {
      const facts = memberFacts(event.content);
      if (this.people[event.state_key]?.membership !== facts.membership) this.membersChanged = true;
      this.people[event.state_key] = facts;
      return;
    }
    const byKey = (this.stateByType[event.type] ??= {});
    byKey[event.state_key] = {
      eventId: event.event_id,
      sender: event.sender,
      content: isObject(event.content) ? event.content : {},
      time: event.origin_server_ts,
    };
    if (event.type === 'm.room.encryption') this.record.encrypted = true;
  }

  done(ownId: string, wire: WireRoom, before: RoomRecord | undefined): RoomRecord {
    const record = this.record;
    record.people = this.people;
    record.state = this.stateByType;
    const own = asMembership(wire.membership) ?? this.people[ownId]?.membership;
    const isInvite = wire.invite_state !== undefined || wire.stripped_state !== undefined;
    // Whole rooms are sent to those who are in them, whether or not their own membership is named.
    const otherwise = isInvite ? 'invite' : wire.initial === true ? 'join' : record.membership;
    record.membership = own ?? otherwise;
    if (record.membership !== 'invite') delete record.invitation;
    if (!isInvite && wire.required_state !== undefined && record.membership === 'join') record.known = true;
    // After a jump the server no longer tells every change of membership, so a complete list must be fetched again.
    const jumped = wire.limited === true || wire.initial === true;
    if (jumped || this.membersChanged) record.membersComplete = false;
    if (before === undefined) record.membersComplete = false;
    return record;
  }
}

/** Works receipts (`m.receipt` content) into the record: for each user the latest main-timeline one. */
export function mergeReceipts(room: RoomRecord, content: JsonBody, ownId: string): RoomRecord {
  const receipts = { ...room.receipts };
  for (const [eventId, byType] of Object.entries(content)) {
    if (!isObject(byType)) continue;
    for (const type of ['m.read', 'm.read.private']) {
      const byUser = byType[type];
      if (!isObject(byUser)) continue;
      for (const [userId, facts] of Object.entries(byUser)) {
        if (type === 'm.read.private' && userId !== ownId) continue;
        if (!isObject(facts)) continue;
        if (facts['thread_id'] !== undefined && facts['thread_id'] !== 'main') continue;
        const time = typeof facts['ts'] === 'number' ? facts['ts'] : 0;
        const known = receipts[userId];
        if (known === undefined || known.time <= time) receipts[userId] = { eventId, time };
      }
    }
  }
  return { ...room, receipts };
}

/** Works one piece of a room's account data into the record. */
export function mergeRoomData(room: RoomRecord, type: string, content: JsonBody): RoomRecord {
  switch (type) {
    case 'm.fully_read': {
      const eventId = content['event_id'];
      return typeof eventId === 'string' ? { ...room, fullyRead: eventId } : room;
    }
    case 'm.tag': {
      const tags = content['tags'];
      return { ...room, tags: isObject(tags) ? Object.keys(tags) : [] };
    }
    case 'm.marked_unread':
    case 'com.famedly.marked_unread':
      return { ...room, markedUnread: content['unread'] === true };
    default:
      return room;
  }
}
