import { compareCodePoints } from '../json/canonical.ts';
import { isJsonObject, own, ownObject, ownString, type JsonObject } from '../json/value.ts';

/** The state event by which a device says that it is in a call, as clients send it today. */
export const callMemberType = 'org.matrix.msc3401.call.member';

/** How long a membership lasts that does not say, in milliseconds. */
export const callExpiryDefaultMs = 4 * 60 * 60 * 1000;

/** A device in a call. */
export interface CallMember {
  userId: string;
  deviceId: string;
  /** Empty for the one call of the room. */
  callId: string;
  application: string;
  scope: string;
  /** When the device joined, and until when the membership holds: milliseconds since 1970. */
  createdTs: number;
  expiresTs: number;
  /** Where the device publishes: `foci_preferred`, objects only. */
  transports: JsonObject[];
  focusSelection?: string;
  intent?: string;
  membershipId?: string;
  eventId: string;
  stateKey: string;
}

/** A state event of {@link callMemberType} as the room's state has it. */
export interface CallMemberEvent {
  eventId: string;
  sender: string;
  stateKey: string;
  originServerTs: number;
  content: JsonObject;
}

/**
 * The state key under which a device joins the room's call. It begins with an underscore because a state key that
 * begins with `@` may only be the user's whole id (rule 9).
 */
export function callMemberStateKey(userId: string, deviceId: string, application = 'm.call'): string {
  return `_${userId}_${deviceId}_${application}`;
}

/** The content by which a device leaves the call. */
export function callLeaveContent(): JsonObject {
  return {};
}

/**
 * Reads one membership; undefined for somebody who has left and for anything broken. Nothing stops a member of the room
 * from writing under another's key, so the key must be the sender's own.
 * Draft: MSC4143 in the form of MSC3401 state events (reference §12.5).
 */
export function readCallMember(event: CallMemberEvent): CallMember | undefined {
  const { content, sender, stateKey } = event;
  const application = ownString(content, 'application');
  const deviceId = ownString(content, 'device_id');
  const callId = ownString(content, 'call_id');
  if (application === undefined || deviceId === undefined || deviceId === '' || callId === undefined)
    return undefined;
  if (!isOwnStateKey(stateKey, sender)) return undefined;
  const created = own(content, 'created_ts');
  const createdTs = isTime(created) ? created : event.originServerTs;
  const expires = own(content, 'expires');
  const focus = ownObject(content, 'focus_active');
  const focusSelection = focus === undefined ? undefined : ownString(focus, 'focus_selection');
  const intent = ownString(content, 'm.call.intent');
  const membershipId = ownString(content, 'membershipID');
  const transports = own(content, 'foci_preferred');
  return {
    userId: sender,
    deviceId,
    callId,
    application,
    scope: ownString(content, 'scope') ?? 'm.room',
    createdTs,
    expiresTs: createdTs + (isTime(expires) ? expires : callExpiryDefaultMs),
    transports: Array.isArray(transports) ? transports.filter(isJsonObject) : [],
    ...(focusSelection === undefined ? {} : { focusSelection }),
    ...(intent === undefined ? {} : { intent }),
    ...(membershipId === undefined ? {} : { membershipId }),
    eventId: event.eventId,
    stateKey,
  };
}

function isOwnStateKey(stateKey: string, sender: string): boolean {
  return stateKey === sender || stateKey.startsWith(`_${sender}_`) || stateKey.startsWith(`${sender}_`);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Who is in a room's calls now: memberships that hold at `nowMs`, of users who are in the room, one for each device and
 * call, those that joined first before others. The first is the oldest member, whose transport a legacy call uses.
 */
export function callMembers(
  events: Iterable<CallMemberEvent>,
  isJoined: (userId: string) => boolean,
  nowMs: number,
): CallMember[] {
  const members = new Map<string, CallMember>();
  for (const event of events) {
    const member = readCallMember(event);
    if (member === undefined || member.expiresTs <= nowMs || !isJoined(member.userId)) continue;
    const key = JSON.stringify([member.application, member.callId, member.userId, member.deviceId]);
    const other = members.get(key);
    if (other === undefined || other.createdTs < member.createdTs) members.set(key, member);
  }
  return [...members.values()].toSorted(
    (left, right) => left.createdTs - right.createdTs || compareCodePoints(left.eventId, right.eventId),
  );
}
