import type { JsonBody } from '../http.ts';
import { isObject } from '../http.ts';
import { memberFacts } from '../rooms/merge.ts';
import type { MemberFacts } from '../rooms/record.ts';
import { localpart } from '../rooms/record.ts';
import type { Person, SystemChange } from './items.ts';
import type { RawEvent } from './log.ts';

export type FindPerson = (userId: string) => Person;

/** What a state event changed, for the grey line; undefined for what is not worth one. */
export function systemChange(event: RawEvent, person: FindPerson): SystemChange | undefined {
  const content = event.content;
  switch (event.type) {
    case 'm.room.create':
      return { is: 'created' };
    case 'm.room.member':
      return memberChange(event, person);
    case 'm.room.name': {
      const name = nonEmpty(content['name']);
      return { is: 'roomName', ...(name === undefined ? {} : { name }) };
    }
    case 'm.room.topic': {
      const topic = nonEmpty(content['topic']);
      return { is: 'topic', ...(topic === undefined ? {} : { topic }) };
    }
    case 'm.room.avatar':
      return { is: 'roomPicture' };
    case 'm.room.encryption':
      return { is: 'encryptionOn' };
    case 'm.room.pinned_events':
      return { is: 'pins' };
    case 'm.room.tombstone': {
      const replacement = nonEmpty(content['replacement_room']);
      return { is: 'upgraded', ...(replacement === undefined ? {} : { replacement }) };
    }
    // The first ones of a room belong to its creation and need no line of their own.
    case 'm.room.power_levels':
      return hadContent(event) ? { is: 'powerLevels' } : undefined;
    case 'm.room.join_rules':
      return hadContent(event) ? { is: 'joinRules' } : undefined;
    case 'm.room.history_visibility':
      return hadContent(event) ? { is: 'historyVisibility' } : undefined;
    default:
      return undefined;
  }
}

function memberChange(event: RawEvent, person: FindPerson): SystemChange | undefined {
  const userId = event.state_key ?? '';
  const now = memberFacts(event.content);
  const before = previous(event);
  const subject = named(person(userId), now.name ?? before?.name);
  const own = event.sender === userId;
  const why = nonEmpty(event.content['reason']);
  const reason = why === undefined ? {} : { reason: why };
  switch (now.membership) {
    case 'join':
      return before?.membership === 'join' ? profileChange(subject, before, now) : { is: 'joined', subject };
    case 'invite':
      return { is: 'invited', subject, ...reason };
    case 'knock':
      return { is: 'knocked', subject };
    case 'ban':
      return { is: 'banned', subject, ...reason };
    case 'leave':
      if (before?.membership === 'ban') return { is: 'unbanned', subject, ...reason };
      if (before?.membership === 'invite') {
        return own ? { is: 'inviteRefused', subject } : { is: 'inviteWithdrawn', subject, ...reason };
      }
      return own ? { is: 'left', subject } : { is: 'removed', subject, ...reason };
  }
}

function profileChange(subject: Person, before: MemberFacts, now: MemberFacts): SystemChange | undefined {
  if (before.name !== now.name) {
    return {
      is: 'displayName',
      subject,
      ...(before.name === undefined ? {} : { from: before.name }),
      ...(now.name === undefined ? {} : { to: now.name }),
    };
  }
  return before.picture === now.picture ? undefined : { is: 'picture', subject };
}

function previous(event: RawEvent): MemberFacts | undefined {
  const content = event.unsigned?.['prev_content'];
  return isObject(content) ? memberFacts(content) : undefined;
}

function hadContent(event: RawEvent): boolean {
  return isObject(event.unsigned?.['prev_content']);
}

function named(person: Person, name: string | undefined): Person {
  const bare = localpart(person.userId);
  return name === undefined || person.name !== bare ? person : { ...person, name };
}

function nonEmpty(value: JsonBody[string]): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
