import type { StateLookup } from '@majlis/protocol';
import type { StoredEvent } from '@majlis/storage';
import type { Requester } from '../../http/endpoint.ts';
import { renderState } from '../../rooms/render.ts';
import { mxcOf, parsePdu, textOf } from '../../rooms/room.ts';
import type { Room } from '../../rooms/room.ts';
import type { Sight } from '../../rooms/visibility.ts';
import { membersIn } from '../members.ts';
import type { SyncParts } from '../parts.ts';
import { heroesOf, strippedStateOf } from '../room-summary.ts';
import { shownSlice } from '../timeline.ts';
import { writeTimelineToken } from '../tokens.ts';
import type { RoomHead, UserRoom } from '../user-rooms.ts';
import type { ConnectionState, SentRoom } from './connections.ts';
import type { MergedConfig } from './lists.ts';
import { stateMatcher } from './required-state.ts';

export interface RoomQuestion {
  readonly requester: Requester;
  readonly room: Room;
  readonly entry: UserRoom;
  readonly head: RoomHead;
  readonly config: MergedConfig;
  readonly sent: SentRoom | undefined;
  readonly sentMembers: ReadonlySet<string>;
  readonly state: ConnectionState;
  readonly upTo: number;
  readonly isDirect: boolean;
}

export interface RoomAnswer {
  /** undefined: nothing new. */
  readonly text: string | undefined;
  readonly sent: SentRoom;
  readonly members: ReadonlySet<string>;
  /** Events given, for the extensions that speak of them. */
  readonly events: readonly StoredEvent[];
}

/** One room of a sliding sync answer. */
export async function answerRoom(parts: SyncParts, question: RoomQuestion): Promise<RoomAnswer> {
  const { entry } = question;
  if (entry.membership === 'invite' || entry.membership === 'knock') return answerInvited(question);
  return answerTimeline(parts, question);
}

function answerInvited(question: RoomQuestion): RoomAnswer {
  const { room, entry, sent, requester, head, isDirect } = question;
  const next: SentRoom = {
    tl: entry.eventNid,
    timelineLimit: 0,
    requiredState: '',
    notifications: 0,
    highlights: 0,
    membership: entry.membership,
  };
  if (sent !== undefined && sent.membership === entry.membership && sent.tl >= entry.eventNid) {
    return { text: undefined, sent, members: question.sentMembers, events: [] };
  }
  const parts = [
    '"initial":true',
    ...nameParts(room, requester.userId),
    `"invite_state":[${strippedStateOf(room, requester.userId).join(',')}]`,
    `"is_dm":${isDirect || room.current('m.room.member', requester.userId)?.pdu.content['is_direct'] === true}`,
    `"joined_count":${room.joined.size}`,
    `"invited_count":${room.invited.size}`,
    '"notification_count":0',
    '"highlight_count":0',
    `"bump_stamp":${Math.max(head.bumpTl, entry.eventNid)}`,
  ];
  return { text: `{${parts.join(',')}}`, sent: next, members: question.sentMembers, events: [] };
}

async function answerTimeline(parts: SyncParts, question: RoomQuestion): Promise<RoomAnswer> {
  const { requester, room, entry, head, config, sent, state, isDirect } = question;
  const { userId } = requester;
  const joined = entry.membership === 'join';
  const end = joined ? question.upTo : entry.eventNid;
  const initial = sent === undefined || sent.membership !== entry.membership;
  const { fingerprint } = config;
  const expanded = !initial && config.timelineLimit > sent.timelineLimit;
  // Somebody who is out was told so once; what goes on in the room is no longer theirs.
  if (!joined && !initial && !expanded) {
    return { text: undefined, sent, members: question.sentMembers, events: [] };
  }
  const after = initial || expanded ? Number.MIN_SAFE_INTEGER : sent.tl;
  const sight = await parts.visibility.sight(room, userId);
  const slice = await shownSlice(parts, room, { after, upTo: end, limit: config.timelineLimit }, sight);
  const events = slice.events.filter((event) => sight.sees(event));
  const counts = joined
    ? await parts.unread.counts(room, userId)
    : { notifications: 0, highlights: 0, threads: new Map() };
  const required = stateFor(question, slice, events, initial || fingerprint !== sent.requiredState);
  const next: SentRoom = {
    tl: Math.min(end, room.lastTl),
    timelineLimit: config.timelineLimit,
    requiredState: fingerprint,
    notifications: counts.notifications,
    highlights: counts.highlights,
    membership: entry.membership,
  };
  const countsChanged =
    sent === undefined ||
    sent.notifications !== counts.notifications ||
    sent.highlights !== counts.highlights;
  const fresh = !initial && !expanded && events.length === 0 && required.events.length === 0;
  if (fresh && !countsChanged && !slice.limited) {
    return { text: undefined, sent: next, members: question.sentMembers, events: [] };
  }
  const rendered = await parts.renderer.render(events, requester, { sight });
  const membersChanged =
    initial || [...slice.events, ...required.events].some((event) => event.type === 'm.room.member');
  const nameChanged =
    membersChanged ||
    required.changedTypes.has('m.room.name') ||
    required.changedTypes.has('m.room.canonical_alias');
  const names = joined ? nameParts(room, userId) : await lastNameParts(parts, room, sight);
  const list = [
    ...(initial ? ['"initial":true'] : []),
    ...(expanded ? ['"unstable_expanded_timeline":true'] : []),
    ...(nameChanged || required.changedTypes.has('m.room.avatar') ? names : []),
    ...(initial || isDirect ? [`"is_dm":${isDirect}`] : []),
    ...(required.events.length > 0 || initial
      ? [`"required_state":[${required.events.map((event) => renderState(sight.shown(event))).join(',')}]`]
      : []),
    `"timeline":[${rendered.join(',')}]`,
    `"prev_batch":"${writeTimelineToken(slice.before)}"`,
    ...(slice.limited ? ['"limited":true'] : []),
    `"num_live":${state.position < 0 ? 0 : events.filter((event) => event.tl > state.position).length}`,
    ...(joined && membersChanged
      ? [`"joined_count":${room.joined.size}`, `"invited_count":${room.invited.size}`]
      : []),
    `"notification_count":${counts.notifications}`,
    `"highlight_count":${counts.highlights}`,
    `"bump_stamp":${joined ? head.bumpTl : Math.min(head.bumpTl, entry.eventNid)}`,
  ];
  return { text: `{${list.join(',')}}`, sent: next, members: required.members, events };
}

interface StateAnswer {
  readonly events: readonly StoredEvent[];
  readonly members: ReadonlySet<string>;
  readonly changedTypes: ReadonlySet<string>;
}

/** State the client asked for and does not have. Somebody who left is told only of their own going. */
function stateFor(
  question: RoomQuestion,
  slice: { readonly events: readonly StoredEvent[]; readonly limited: boolean },
  shown: readonly StoredEvent[],
  all: boolean,
): StateAnswer {
  const { room, entry, config, sent, requester } = question;
  const matcher = stateMatcher(config.requiredState, requester.userId, config.excludedState);
  if (entry.membership !== 'join') {
    const own = room.current('m.room.member', requester.userId)?.stored;
    return {
      events: own === undefined ? [] : [own],
      members: question.sentMembers,
      changedTypes: new Set(),
    };
  }
  const since = all ? Number.MIN_SAFE_INTEGER : (sent?.tl ?? Number.MIN_SAFE_INTEGER);
  const candidates: StoredEvent[] = [];
  if (all || slice.limited) {
    for (const { stored } of room.allState()) if (stored.tl > since) candidates.push(stored);
  } else {
    for (const event of slice.events) {
      if (event.stateKey === null) continue;
      const current = room.current(event.type, event.stateKey)?.stored;
      if (current?.eventId === event.eventId) candidates.push(current);
    }
  }
  const changedTypes = new Set(candidates.map((event) => event.type));
  const events = candidates.filter(matcher.matches);
  let members = question.sentMembers;
  if (matcher.lazyMembers) {
    const given = new Set(
      events.flatMap((event) => (event.type === 'm.room.member' ? [event.stateKey ?? ''] : [])),
    );
    // What was given before somebody went and came again, or before a gap, may have changed since.
    const anew = sent?.membership !== entry.membership || (slice.limited && !all);
    const known = anew ? new Set<string>() : question.sentMembers;
    const missing = [...membersIn(shown)].filter((userId) => !known.has(userId) && !given.has(userId));
    for (const userId of missing) {
      const member = room.current('m.room.member', userId)?.stored;
      if (member !== undefined) events.push(member);
    }
    const changed = candidates.filter(
      (event) =>
        event.type === 'm.room.member' &&
        !given.has(event.stateKey ?? '') &&
        !missing.includes(event.stateKey ?? ''),
    );
    // A member change inside an unbroken timeline is state the client follows already.
    if (!all && !slice.limited) events.push(...changed);
    members = new Set([...known, ...given, ...missing]);
  }
  return { events, members, changedTypes };
}

/** Name and picture, or the heroes from whom clients make a name. */
function nameParts(room: Room, userId: string): string[] {
  const parts = namedParts(room.current);
  if (parts.name !== undefined) return [...parts.name, ...parts.avatar];
  const heroes = heroesOf(room, userId).map((hero) => {
    const picture = mxcOf(room.current('m.room.member', hero.userId), 'avatar_url');
    return {
      user_id: hero.userId,
      ...(hero.displayName !== undefined && { displayname: hero.displayName }),
      ...(picture !== undefined && { avatar_url: picture }),
    };
  });
  return [`"heroes":${JSON.stringify(heroes)}`, ...parts.avatar];
}

/** Name and picture as they were when the user left: what a room is called since then is no longer theirs to know. */
async function lastNameParts(parts: SyncParts, room: Room, { until }: Sight): Promise<string[]> {
  if (until === undefined) return [];
  const naming = namingTypes.map((type) => ({ type, stateKey: '' }));
  const upTo = until === 'now' ? Number.MAX_SAFE_INTEGER : until;
  const state = await parts.storage.rooms.stateAt(room.nid, upTo, naming);
  const { name = [], avatar } = namedParts((type) => {
    const event = state.find((one) => one.type === type);
    return event && { eventId: event.eventId, pdu: parsePdu(event) };
  });
  return [...name, ...avatar];
}

const namingTypes = ['m.room.name', 'm.room.canonical_alias', 'm.room.avatar'] as const;

function namedParts(state: StateLookup): { name: string[] | undefined; avatar: string[] } {
  const [named, aliased, pictured] = namingTypes.map((type) => state(type, ''));
  const name = textOf(named, 'name') || textOf(aliased, 'alias');
  const avatar = mxcOf(pictured, 'url');
  return {
    name: name ? [`"name":${JSON.stringify(name)}`] : undefined,
    avatar: avatar ? [`"avatar":${JSON.stringify(avatar)}`] : [],
  };
}
