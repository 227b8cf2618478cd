import { compileGlob, globEffort, type Glob } from '../globs/glob.ts';
import { isJsonObject, own, ownString, type JsonObject, type JsonValue } from '../json/value.ts';

/** The event as a client sees it; further fields may be named by conditions too. */
export interface PushedEvent {
  type: string;
  sender: string;
  room_id: string;
  state_key?: string;
  content: JsonObject;
}

/** What conditions ask beside the event. */
export interface PushContext {
  /** Whose rules they are. */
  userId: string;
  /** What they are called in the room. */
  displayName?: string | undefined;
  joinedMemberCount: number;
  /** The power level of the event's sender. */
  senderPowerLevel: number;
  /** `notifications` of the room's power levels; a kind that is not named needs 50. */
  notificationLevels: Readonly<Record<string, unknown>>;
}

/**
 * How many comparisons of two characters the rules of one user may cost for one event. A hundred words sought in a
 * message of five thousand characters fit in; hostile patterns in the longest would hold up everybody else for minutes.
 */
export const effort_max = 5_000_000;

/** What is left of it while an event is judged. */
export interface Effort {
  left: number;
}

/** Whether a condition holds; one that nobody knows, that is broken, or for which no effort is left does not. */
export function conditionHolds(
  condition: JsonObject,
  event: PushedEvent,
  context: PushContext,
  effort: Effort = { left: effort_max },
): boolean {
  switch (own(condition, 'kind')) {
    case 'event_match':
      return eventMatches(condition, event, effort);
    case 'event_property_is':
      return propertyIs(condition, event);
    case 'event_property_contains':
      return propertyContains(condition, event);
    case 'contains_display_name':
      return containsDisplayName(event, context.displayName, effort);
    case 'room_member_count':
      return memberCountIs(ownString(condition, 'is'), context.joinedMemberCount);
    case 'sender_notification_permission':
      return senderMayNotify(ownString(condition, 'key'), context);
    default:
      return false;
  }
}

/** Takes what something costs at worst; false when that is more than is left. */
function spend(effort: Effort, comparisons: number): boolean {
  if (comparisons > effort.left) return false;
  effort.left -= comparisons;
  return true;
}

function eventMatches(condition: JsonObject, event: PushedEvent, effort: Effort): boolean {
  const key = ownString(condition, 'key');
  const pattern = ownString(condition, 'pattern');
  const value = propertyOf(event, key);
  if (pattern === undefined || typeof value !== 'string') return false;
  if (!spend(effort, globEffort(pattern, value))) return false;
  const glob = globOf(pattern);
  return key === 'content.body' ? glob.matchesWords(value) : glob.matches(value);
}

function propertyIs(condition: JsonObject, event: PushedEvent): boolean {
  const wanted = own(condition, 'value');
  return isSimple(wanted) && propertyOf(event, ownString(condition, 'key')) === wanted;
}

function propertyContains(condition: JsonObject, event: PushedEvent): boolean {
  const wanted = own(condition, 'value');
  const list = propertyOf(event, ownString(condition, 'key'));
  return isSimple(wanted) && Array.isArray(list) && list.includes(wanted);
}

/** Strings, integers, booleans and null can be compared; arrays and objects cannot. */
function isSimple(value: JsonValue | undefined): value is string | number | boolean | null {
  return value !== undefined && (value === null || typeof value !== 'object');
}

function containsDisplayName(event: PushedEvent, displayName: string | undefined, effort: Effort): boolean {
  const body = own(event.content, 'body');
  if (typeof body !== 'string' || displayName === undefined || displayName === '') return false;
  if (!spend(effort, body.length * displayName.length)) return false;
  // A name is no pattern: an asterisk in it is an asterisk.
  const [name, text] = [displayName.toLowerCase(), body.toLowerCase()];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isWordAt(text, at - 1) && !isWordAt(text, at + name.length)) return true;
  }
  return false;
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /^[A-Za-z0-9_]$/.test(text.charAt(at));
}

function memberCountIs(is: string | undefined, count: number): boolean {
  const match = /^(==|<=|>=|<|>)?([0-9]{1,15})$/.exec(is ?? '');
  if (match === null) return false;
  const wanted = Number(match[2]);
  switch (match[1]) {
    case '<':
      return count < wanted;
    case '>':
      return count > wanted;
    case '<=':
      return count <= wanted;
    case '>=':
      return count >= wanted;
    default:
      return count === wanted;
  }
}

function senderMayNotify(key: string | undefined, context: PushContext): boolean {
  if (key === undefined) return false;
  const { notificationLevels: levels, senderPowerLevel } = context;
  const needed = Object.hasOwn(levels, key) ? levels[key] : 50;
  return senderPowerLevel >= (typeof needed === 'number' ? needed : 50);
}

/** The value under a dotted path such as `content.m\.relates_to.rel_type`; only what the event itself holds. */
function propertyOf(event: PushedEvent, key: string | undefined): JsonValue | undefined {
  if (key === undefined) return undefined;
  let value: JsonValue | undefined = event as unknown as JsonObject;
  for (const part of pathOf(key)) {
    if (!isJsonObject(value)) return undefined;
    value = own(value, part);
  }
  return value;
}

const cachedMax = 2000;
const paths = new Map<string, readonly string[]>();
const globs = new Map<string, Glob>();

function pathOf(key: string): readonly string[] {
  return cached(paths, key, splitPath);
}

function globOf(pattern: string): Glob {
  return cached(globs, pattern, (text) => compileGlob(text));
}

/** Keeps what was computed for the patterns and paths in use, and forgets all once there are too many. */
function cached<T>(known: Map<string, T>, key: string, compute: (key: string) => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= cachedMax) known.clear();
  const made = compute(key);
  known.set(key, made);
  return made;
}

/** Splits at dots; `\.` and `\\` are a dot and a backslash, any other escape is left as it is. */
function splitPath(key: string): string[] {
  const parts: string[] = [''];
  for (let at = 0; at < key.length; at += 1) {
    const character = key.charAt(at);
    const next = key.charAt(at + 1);
    if (character === '.') {
      parts.push('');
    } else if (character === '\\' && (next === '.' || next === '\\')) {
      parts[parts.length - 1] += next;
      at += 1;
    } else {
      parts[parts.length - 1] += character;
    }
  }
  return parts;
}
