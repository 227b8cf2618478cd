import { isUserId } from '../identifiers/identifiers.ts';
import { isJsonObject, own, ownObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { readLevel, roomCreators } from '../power/levels.ts';
import { allowed, rejected, type Decision } from './decision.ts';
import type { Question } from './question.ts';

const scalars = [
  'users_default',
  'events_default',
  'state_default',
  'ban',
  'redact',
  'kick',
  'invite',
] as const;
const maps = ['events', 'notifications'] as const;

/** Rule 10: `m.room.power_levels`. `level` is the sender's; all rules before have been passed. */
export function authorisePowerLevels(question: Question, level: number): Decision {
  const { event, state } = question;
  const shape = checkShape(question);
  if (!shape.allowed) return shape;
  // 10.5 If there is no previous m.room.power_levels event in the room, allow.
  const previous = state('m.room.power_levels', '')?.pdu.content;
  if (!isJsonObject(previous)) return allowed;
  // 10.6 For the properties users_default, … check if they were added, changed or removed.
  for (const key of scalars) {
    const change = changed(previous, event.content, key);
    if (change === undefined) continue;
    if (exceeds(change.old, level)) return tooHigh(question, '10.6.1', key);
    if (exceeds(change.new, level)) return tooHigh(question, '10.6.2', key);
  }
  const entries = checkEntries(question, level, previous);
  return entries.allowed ? checkUsers(question, level, ownObject(previous, 'users') ?? {}) : entries;
}

/** 10.1 to 10.4. Before version 10, a level that is none at all is refused where it would be compared. */
function checkShape({ event, state, version }: Question): Decision {
  const { content } = event;
  const isLevel = version.integerPowerLevels
    ? (value: JsonValue): boolean => Number.isSafeInteger(value)
    : (value: JsonValue): boolean => readLevel(value) !== undefined;
  for (const key of scalars) {
    const value = own(content, key);
    if (value !== undefined && !isLevel(value)) {
      return rejected(version, version.integerPowerLevels ? '10.1' : '10.6', `${key} is not an integer`);
    }
  }
  for (const key of maps) {
    const value = own(content, key);
    if (value !== undefined && !(isJsonObject(value) && Object.values(value).every(isLevel))) {
      return rejected(
        version,
        version.integerPowerLevels ? '10.2' : '10.8',
        `${key} is not an object of integers`,
      );
    }
  }
  const users = own(content, 'users') ?? {};
  if (!isJsonObject(users) || !Object.keys(users).every(isUserId) || !Object.values(users).every(isLevel)) {
    return rejected(version, '10.3', 'users is not an object of user ids and integers');
  }
  if (
    version.creatorsInfinite &&
    roomCreators(state, version).some((creator) => Object.hasOwn(users, creator))
  ) {
    return rejected(version, '10.4', 'users names a creator of the room');
  }
  return allowed;
}

/** 10.7 and 10.8. */
function checkEntries(question: Question, level: number, previous: JsonObject): Decision {
  const changes = maps.flatMap((key) =>
    changedEntries(ownObject(previous, key), ownObject(question.event.content, key)),
  );
  // 10.7 For each entry being changed in, or removed from, the events or notifications properties: …
  const old = changes.find((change) => exceeds(change.old, level));
  if (old !== undefined) return tooHigh(question, '10.7.1', old.key);
  // 10.8 For each entry being added to, or changed in, the events or notifications properties: …
  const added = changes.find((change) => exceeds(change.new, level));
  return added === undefined ? allowed : tooHigh(question, '10.8.1', added.key);
}

/** 10.9 and 10.10. */
function checkUsers(question: Question, level: number, previous: JsonObject): Decision {
  const { event, version } = question;
  const changes = changedEntries(previous, ownObject(event.content, 'users'));
  // 10.9 For each entry being changed in, or removed from, the users property, other than the sender's own entry: …
  const old = changes.find(
    (change) => change.key !== event.sender && change.old !== undefined && change.old >= level,
  );
  if (old !== undefined) return rejected(version, '10.9.1', `${old.key} is not below the sender`);
  // 10.10 For each entry being added to, or changed in, the users property: …
  const added = changes.find((change) => exceeds(change.new, level));
  return added === undefined ? allowed : tooHigh(question, '10.10.1', added.key);
}

function tooHigh({ version }: Question, rule: string, what: string): Decision {
  return rejected(version, rule, `${what} is above the sender's level`);
}

function exceeds(value: number | undefined, level: number): boolean {
  return value !== undefined && value > level;
}

interface Change {
  key: string;
  old: number | undefined;
  new: number | undefined;
}

/** An entry's old and new level, where they differ. */
function changed(before: JsonObject, after: JsonObject, key: string): Change | undefined {
  const old = readLevel(own(before, key));
  const next = readLevel(own(after, key));
  return old === next ? undefined : { key, old, new: next };
}

function changedEntries(before: JsonObject = {}, after: JsonObject = {}): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].map((key) => changed(before, after, key)).filter((change) => change !== undefined);
}
