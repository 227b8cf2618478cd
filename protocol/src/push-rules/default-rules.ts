import type { JsonObject, JsonValue } from '../json/value.ts';
import type { PushRule, PushRuleset } from './ruleset.ts';

const notify = 'notify';
function highlight(): JsonObject {
  return { set_tweak: 'highlight' };
}

function sound(value: string): JsonObject {
  return { set_tweak: 'sound', value };
}

function match(key: string, pattern: string): JsonObject {
  return { kind: 'event_match', key, pattern };
}

function is(key: string, value: JsonValue): JsonObject {
  return { kind: 'event_property_is', key, value };
}

function contains(key: string, value: JsonValue): JsonObject {
  return { kind: 'event_property_contains', key, value };
}

function rtcNotification(): JsonObject {
  return match('type', 'org.matrix.msc4075.rtc.notification');
}

function rule(ruleId: string, conditions: JsonObject[], actions: JsonValue[], enabled = true): PushRule {
  return { rule_id: ruleId, default: true, enabled, conditions, actions };
}

/**
 * The rules every user starts with, as a fresh copy. The legacy rules that searched the text for names went with
 * version 1.17; events say whom they mention. Beside the specification's stand those for calls: a ring for the user
 * or for the room sounds like one, though only those who may notify the room could mention it.
 * Specification: Client-Server API, "Predefined Rules". Draft: MSC4075 (reference §12.8).
 */
export function defaultPushRules(userId: string): PushRuleset {
  return { override: overrides(userId), content: [], room: [], sender: [], underride: underrides() };
}

function overrides(userId: string): PushRule[] {
  const ring = (): JsonObject[] => [rtcNotification(), is('content.notification_type', 'ring')];
  return [
    rule('.m.rule.master', [], [], false),
    rule('.m.rule.suppress_notices', [match('content.msgtype', 'm.notice')], []),
    rule(
      '.m.rule.invite_for_me',
      [match('type', 'm.room.member'), match('content.membership', 'invite'), match('state_key', userId)],
      [notify, sound('default')],
    ),
    rule('.m.rule.member_event', [match('type', 'm.room.member')], []),
    rule(
      '.org.matrix.msc4075.rule.rtc.ring_user',
      [...ring(), contains('content.m\\.mentions.user_ids', userId)],
      [notify, sound('ring')],
    ),
    rule(
      '.org.matrix.msc4075.rule.rtc.ring_room',
      [...ring(), is('content.m\\.mentions.room', true)],
      [notify, sound('ring')],
    ),
    rule(
      '.m.rule.is_user_mention',
      [contains('content.m\\.mentions.user_ids', userId)],
      [notify, sound('default'), highlight()],
    ),
    rule(
      '.m.rule.is_room_mention',
      [is('content.m\\.mentions.room', true), { kind: 'sender_notification_permission', key: 'room' }],
      [notify, highlight()],
    ),
    rule(
      '.m.rule.tombstone',
      [match('type', 'm.room.tombstone'), match('state_key', '')],
      [notify, highlight()],
    ),
    rule('.m.rule.reaction', [match('type', 'm.reaction')], []),
    rule('.m.rule.room.server_acl', [match('type', 'm.room.server_acl'), match('state_key', '')], []),
    rule('.m.rule.suppress_edits', [is('content.m\\.relates_to.rel_type', 'm.replace')], []),
  ];
}

function underrides(): PushRule[] {
  const two = (): JsonObject => ({ kind: 'room_member_count', is: '2' });
  return [
    rule('.m.rule.call', [match('type', 'm.call.invite')], [notify, sound('ring')]),
    rule(
      '.org.matrix.msc4075.rule.rtc.notification',
      [rtcNotification(), is('content.m\\.mentions.room', true)],
      [notify, sound('default')],
    ),
    rule(
      '.m.rule.encrypted_room_one_to_one',
      [two(), match('type', 'm.room.encrypted')],
      [notify, sound('default')],
    ),
    rule('.m.rule.room_one_to_one', [two(), match('type', 'm.room.message')], [notify, sound('default')]),
    rule('.m.rule.message', [match('type', 'm.room.message')], [notify]),
    rule('.m.rule.encrypted', [match('type', 'm.room.encrypted')], [notify]),
  ];
}
