import { compareCodePoints } from '../json/canonical.ts';
import { isJsonObject, own, ownObject, ownString, type JsonObject } from '../json/value.ts';

/** The sticky event by which a device says that it is in a call, as deployed clients send it. */
export const stickyMemberType = 'org.matrix.msc4143.rtc.member';

/** The longest an event may stick: one hour, in milliseconds. */
export const stickyDurationMaxMs = 60 * 60 * 1000;

/** An event with `msc4354_sticky`, and when we received it. */
export interface StickyEvent {
  eventId: string;
  type: string;
  sender: string;
  originServerTs: number;
  receivedTs: number;
  /** `msc4354_sticky.duration_ms` as sent. */
  durationMs: number;
  content: JsonObject;
}

/**
 * Until when an event sticks: from the earlier of when it claims to be sent and when it was received, for as long as it
 * says and an hour at most.
 * Draft: MSC4354 (reference §12.7).
 */
export function stickyUntil(event: StickyEvent): number {
  const duration = Math.min(Math.max(event.durationMs, 0), stickyDurationMaxMs);
  return Math.min(event.receivedTs, event.originServerTs) + duration;
}

/**
 * The sticky events that hold now: one for each sender, type and sticky key, the last to expire, then the higher id.
 * Events without a sticky key stand for themselves.
 */
export function stickyEvents(events: Iterable<StickyEvent>, nowMs: number): StickyEvent[] {
  const held = new Map<string, StickyEvent>();
  for (const event of events) {
    if (stickyUntil(event) <= nowMs) continue;
    const stickyKey = ownString(event.content, 'msc4354_sticky_key');
    const key = JSON.stringify([
      event.sender,
      event.type,
      stickyKey ?? null,
      stickyKey === undefined ? event.eventId : '',
    ]);
    const other = held.get(key);
    if (other === undefined || supersedes(event, other)) held.set(key, event);
  }
  return [...held.values()];
}

function supersedes(event: StickyEvent, other: StickyEvent): boolean {
  const difference = stickyUntil(event) - stickyUntil(other);
  return difference > 0 || (difference === 0 && compareCodePoints(event.eventId, other.eventId) > 0);
}

/** A device in a call, by a sticky event. */
export interface StickyMember {
  userId: string;
  deviceId: string;
  memberId: string;
  slotId: string;
  application: JsonObject;
  transports: JsonObject[];
  eventId: string;
  expiresTs: number;
}

/** Who is in a room's calls now by sticky events: those that hold, of users in the room, that are no leave. */
export function stickyMembers(
  events: Iterable<StickyEvent>,
  isJoined: (userId: string) => boolean,
  nowMs: number,
): StickyMember[] {
  const members: StickyMember[] = [];
  for (const event of stickyEvents(events, nowMs)) {
    const member =
      event.type === stickyMemberType && isJoined(event.sender) ? readStickyMember(event) : undefined;
    if (member !== undefined) members.push(member);
  }
  return members.toSorted((left, right) => compareCodePoints(left.eventId, right.eventId));
}

function readStickyMember(event: StickyEvent): StickyMember | undefined {
  const slotId = ownString(event.content, 'slot_id');
  const application = ownObject(event.content, 'application');
  const member = ownObject(event.content, 'member');
  if (slotId === undefined || application === undefined || member === undefined) return undefined;
  const memberId = ownString(member, 'id');
  const deviceId = ownString(member, 'device_id') ?? ownString(member, 'claimed_device_id');
  const claimed = ownString(member, 'user_id') ?? ownString(member, 'claimed_user_id');
  if (
    memberId === undefined ||
    deviceId === undefined ||
    (claimed !== undefined && claimed !== event.sender)
  ) {
    return undefined;
  }
  const transports = own(event.content, 'rtc_transports');
  return {
    userId: event.sender,
    deviceId,
    memberId,
    slotId,
    application,
    transports: Array.isArray(transports) ? transports.filter(isJsonObject) : [],
    eventId: event.eventId,
    expiresTs: stickyUntil(event),
  };
}
