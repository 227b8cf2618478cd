import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json/value.ts';
import { conditionHolds, type PushContext, type PushedEvent } from './conditions.ts';
import { defaultPushRules } from './default-rules.ts';
import { evaluatePushRules } from './evaluate.ts';
import { placePushRule, type PushRule, type PushRuleset } from './ruleset.ts';

const me = '@me:a.example';

const context: PushContext = {
  userId: me,
  displayName: 'Me*',
  joinedMemberCount: 5,
  senderPowerLevel: 0,
  notificationLevels: { room: 50, odd: 'x' },
};

function event(type: string, content: JsonObject, more: Partial<PushedEvent> = {}): PushedEvent {
  return { type, sender: '@b:a.example', room_id: '!r:a.example', content, ...more };
}

const message = (content: JsonObject = {}): PushedEvent =>
  event('m.room.message', { msgtype: 'm.text', body: 'hello', ...content });

function outcome(
  pushed: PushedEvent,
  more: Partial<PushContext> = {},
  rules = defaultPushRules(me),
): unknown[] {
  const { rule, notify, highlight, sound } = evaluatePushRules(rules, pushed, { ...context, ...more });
  return [rule?.rule_id, notify, highlight, sound];
}

test('the default rules', () => {
  const ring = { notification_type: 'ring' };
  const cases: Array<[pushed: PushedEvent, expected: unknown[], more?: Partial<PushContext>]> = [
    [message(), ['.m.rule.message', true, false, undefined]],
    [message(), ['.m.rule.room_one_to_one', true, false, 'default'], { joinedMemberCount: 2 }],
    [event('m.room.encrypted', {}), ['.m.rule.encrypted', true, false, undefined]],
    [
      event('m.room.encrypted', {}),
      ['.m.rule.encrypted_room_one_to_one', true, false, 'default'],
      { joinedMemberCount: 2 },
    ],
    [message({ msgtype: 'm.notice' }), ['.m.rule.suppress_notices', false, false, undefined]],
    [
      message({ 'm.mentions': { user_ids: ['@x:y', me] } }),
      ['.m.rule.is_user_mention', true, true, 'default'],
    ],
    [message({ 'm.mentions': { user_ids: ['@x:y'] } }), ['.m.rule.message', true, false, undefined]],
    [message({ 'm.mentions': { user_ids: me } }), ['.m.rule.message', true, false, undefined]],
    [message({ 'm.mentions': { room: true } }), ['.m.rule.message', true, false, undefined]],
    [
      message({ 'm.mentions': { room: true } }),
      ['.m.rule.is_room_mention', true, true, undefined],
      { senderPowerLevel: 50 },
    ],
    [
      message({ 'm.mentions': { room: 'true' } }),
      ['.m.rule.message', true, false, undefined],
      { senderPowerLevel: 50 },
    ],
    [
      message({ body: `${me} @room Me*` }),
      ['.m.rule.message', true, false, undefined],
      { senderPowerLevel: 100 },
    ],
    [
      message({ 'm.relates_to': { rel_type: 'm.replace' } }),
      ['.m.rule.suppress_edits', false, false, undefined],
    ],
    [event('m.reaction', {}), ['.m.rule.reaction', false, false, undefined]],
    [
      event('m.room.member', { membership: 'invite' }, { state_key: me }),
      ['.m.rule.invite_for_me', true, false, 'default'],
    ],
    [
      event('m.room.member', { membership: 'invite' }, { state_key: '@x:y' }),
      ['.m.rule.member_event', false, false, undefined],
    ],
    [event('m.room.tombstone', {}, { state_key: '' }), ['.m.rule.tombstone', true, true, undefined]],
    [event('m.room.tombstone', {}), [undefined, false, false, undefined]],
    [event('m.room.server_acl', {}, { state_key: '' }), ['.m.rule.room.server_acl', false, false, undefined]],
    [event('m.call.invite', {}), ['.m.rule.call', true, false, 'ring']],
    [event('org.matrix.msc3401.call.member', {}, { state_key: '' }), [undefined, false, false, undefined]],
    [
      event('org.matrix.msc4075.rtc.notification', { ...ring, 'm.mentions': { user_ids: [me] } }),
      ['.org.matrix.msc4075.rule.rtc.ring_user', true, false, 'ring'],
    ],
    [
      event('org.matrix.msc4075.rtc.notification', { ...ring, 'm.mentions': { room: true } }),
      ['.org.matrix.msc4075.rule.rtc.ring_room', true, false, 'ring'],
    ],
    [event('org.matrix.msc4075.rtc.notification', ring), [undefined, false, false, undefined]],
    [
      event('org.matrix.msc4075.rtc.notification', { 'm.mentions': { room: true } }),
      ['.org.matrix.msc4075.rule.rtc.notification', true, false, 'default'],
    ],
    [event('m.room.topic', {}, { state_key: '' }), [undefined, false, false, undefined]],
  ];
  for (const [pushed, expected, more] of cases) {
    assert.deepEqual(outcome(pushed, more), expected, JSON.stringify(pushed));
  }
});

test('own events never notify, and a disabled rule never matches', () => {
  assert.deepEqual(outcome({ ...message(), sender: me }), [undefined, false, false, undefined]);
  const rules = defaultPushRules(me);
  for (const rule of rules.override) if (rule.rule_id === '.m.rule.master') rule.enabled = true;
  assert.deepEqual(outcome(message(), {}, rules), ['.m.rule.master', false, false, undefined]);
  assert.equal(defaultPushRules(me).override[0]?.enabled, false);
});

function custom(rules: Partial<PushRuleset>): PushRuleset {
  return { override: [], content: [], room: [], sender: [], underride: [], ...rules };
}

function rule(ruleId: string, more: Partial<PushRule> = {}): PushRule {
  return { rule_id: ruleId, default: false, enabled: true, actions: ['notify'], ...more };
}

test('the kinds are asked in their order', () => {
  const all = custom({
    override: [rule('o', { conditions: [{ kind: 'event_match', key: 'content.body', pattern: 'over' }] })],
    content: [rule('empty', { pattern: '' }), rule('none'), rule('c', { pattern: 'cont*' })],
    room: [rule('!r:a.example', { enabled: false }), rule('!x:a.example')],
    sender: [rule('@b:a.example')],
    underride: [rule('u')],
  });
  assert.equal(outcome(message({ body: 'over content' }), {}, all)[0], 'o');
  assert.equal(outcome(message({ body: 'content' }), {}, all)[0], 'c');
  assert.equal(outcome({ ...message(), room_id: '!x:a.example' }, {}, all)[0], '!x:a.example');
  assert.equal(outcome(message(), {}, all)[0], '@b:a.example');
  assert.equal(outcome({ ...message(), sender: '@z:z' }, {}, all)[0], 'u');
});

test('actions that mean nothing are left out, tweaks are read', () => {
  const rules = custom({
    underride: [
      rule('u', {
        actions: [
          'dont_notify',
          'coalesce',
          'notify',
          7,
          { set_tweak: 'sound', value: 'bell' },
          { set_tweak: 'highlight', value: false },
          { set_tweak: 5 },
          { set_tweak: 'x', value: [1] },
        ],
      }),
    ],
  });
  const found = evaluatePushRules(rules, message(), context);
  assert.deepEqual(found.actions, [
    'notify',
    { set_tweak: 'sound', value: 'bell' },
    { set_tweak: 'highlight', value: false },
    { set_tweak: 'x', value: [1] },
  ]);
  assert.deepEqual(
    [found.notify, found.highlight, found.sound, found.kind],
    [true, false, 'bell', 'underride'],
  );
  const silent = custom({
    underride: [rule('u', { actions: ['dont_notify', { set_tweak: 'sound', value: 5 }] })],
  });
  assert.deepEqual(outcome(message(), {}, silent), ['u', false, false, undefined]);
});

test('old rules that search for names are not asked of an event that mentions', () => {
  const rules = custom({
    override: [
      rule('.m.rule.contains_display_name', {
        default: true,
        conditions: [{ kind: 'contains_display_name' }],
      }),
    ],
    content: [rule('.m.rule.contains_user_name', { default: true, pattern: 'me' })],
    underride: [rule('.m.rule.roomnotif', { default: true })],
  });
  assert.equal(outcome(message({ body: 'hey me*!' }), {}, rules)[0], '.m.rule.contains_display_name');
  assert.equal(outcome(message({ body: 'hey me' }), {}, rules)[0], '.m.rule.contains_user_name');
  assert.equal(outcome(message(), {}, rules)[0], '.m.rule.roomnotif');
  assert.equal(outcome(message({ body: 'hey me*', 'm.mentions': {} }), {}, rules)[0], undefined);
});

const rich = event(
  'm.room.message',
  { body: 'Tea time', 'm.x': { 'a\\b': 'deep', n: 5, t: true, z: null, list: ['a', 1, null, ['b']] } },
  { state_key: 'k' },
);

const conditions: Array<[condition: JsonObject, holds: boolean]> = [
  [{ kind: 'event_match', key: 'type', pattern: 'm.room.*' }, true],
  [{ kind: 'event_match', key: 'type', pattern: 'room' }, false],
  [{ kind: 'event_match', key: 'content.body', pattern: 'tea' }, true],
  [{ kind: 'event_match', key: 'content.body', pattern: 'te' }, false],
  [{ kind: 'event_match', key: 'content.m\\.x.a\\\\b', pattern: 'DEEP' }, true],
  [{ kind: 'event_match', key: 'content.m\\.x.a\\b', pattern: 'DEEP' }, true],
  [{ kind: 'event_match', key: 'content.m.x.n', pattern: '*' }, false],
  [{ kind: 'event_match', key: 'content.m\\.x.n', pattern: '*' }, false],
  [{ kind: 'event_match', key: 'content.absent', pattern: '*' }, false],
  [{ kind: 'event_match', key: 'content.constructor.name', pattern: '*' }, false],
  [{ kind: 'event_match', key: 'content.body.length', pattern: '*' }, false],
  [{ kind: 'event_match', key: 'state_key', pattern: 'k' }, true],
  [{ kind: 'event_match', key: 'state_key' }, false],
  [{ kind: 'event_match', pattern: '*' }, false],
  [{ kind: 'event_match', key: '', pattern: '*' }, false],
  [{ kind: 'event_property_is', key: 'content.m\\.x.n', value: 5 }, true],
  [{ kind: 'event_property_is', key: 'content.m\\.x.n', value: '5' }, false],
  [{ kind: 'event_property_is', key: 'content.m\\.x.t', value: true }, true],
  [{ kind: 'event_property_is', key: 'content.m\\.x.z', value: null }, true],
  [{ kind: 'event_property_is', key: 'content.absent', value: null }, false],
  [{ kind: 'event_property_is', key: 'content.absent' }, false],
  [{ kind: 'event_property_contains', key: 'content.m\\.x.list', value: 1 }, true],
  [{ kind: 'event_property_contains', key: 'content.m\\.x.list', value: null }, true],
  [{ kind: 'event_property_contains', key: 'content.m\\.x.list', value: 'b' }, false],
  [{ kind: 'event_property_contains', key: 'content.m\\.x.list', value: ['b'] }, false],
  [{ kind: 'event_property_contains', key: 'content.body', value: 'T' }, false],
  [{ kind: 'event_property_contains', key: 'content.m\\.x.list' }, false],
  [{ kind: 'room_member_count', is: '5' }, true],
  [{ kind: 'room_member_count', is: '==5' }, true],
  [{ kind: 'room_member_count', is: '4' }, false],
  [{ kind: 'room_member_count', is: '<6' }, true],
  [{ kind: 'room_member_count', is: '<5' }, false],
  [{ kind: 'room_member_count', is: '>4' }, true],
  [{ kind: 'room_member_count', is: '>5' }, false],
  [{ kind: 'room_member_count', is: '<=5' }, true],
  [{ kind: 'room_member_count', is: '<=4' }, false],
  [{ kind: 'room_member_count', is: '>=5' }, true],
  [{ kind: 'room_member_count', is: '>=6' }, false],
  [{ kind: 'room_member_count', is: '=5' }, false],
  [{ kind: 'room_member_count', is: '5.0' }, false],
  [{ kind: 'room_member_count', is: 5 }, false],
  [{ kind: 'room_member_count' }, false],
  [{ kind: 'sender_notification_permission', key: 'room' }, false],
  [{ kind: 'sender_notification_permission' }, false],
  [{ kind: 'contains_display_name' }, false],
  [{ kind: 'org.example.unknown' }, false],
  [{}, false],
];

for (const [condition, holds] of conditions) {
  test(`${JSON.stringify(condition)} ${holds ? 'holds' : 'does not hold'}`, () => {
    assert.equal(conditionHolds(condition, rich, context), holds);
  });
}

test('who may notify', () => {
  const may = (key: string, senderPowerLevel: number): boolean =>
    conditionHolds({ kind: 'sender_notification_permission', key }, rich, { ...context, senderPowerLevel });
  assert.deepEqual(
    [may('room', 49), may('room', 50), may('here', 49), may('here', 50)],
    [false, true, false, true],
  );
  assert.deepEqual([may('odd', 49), may('odd', 50), may('toString', 49)], [false, true, false]);
  const open = { ...context, notificationLevels: { room: 0 } };
  assert.equal(conditionHolds({ kind: 'sender_notification_permission', key: 'room' }, rich, open), true);
});

test('a display name is found as it stands, between words', () => {
  const named = (displayName: string | undefined, body: unknown): boolean =>
    conditionHolds({ kind: 'contains_display_name' }, message({ body: body as string }), {
      ...context,
      displayName,
    });
  assert.equal(named('A*b', 'hey a*B!'), true);
  assert.equal(named('A*b', 'hey axb'), false);
  assert.equal(named('bo', 'bob bo'), true);
  assert.equal(named('bo', 'bob'), false);
  assert.equal(named('bo', 'xbo'), false);
  assert.equal(named('bo', 'bo'), true);
  assert.equal(named('', 'a'), false);
  assert.equal(named(undefined, 'undefined'), false);
  assert.equal(named('bo', 5), false);
});

test("rules are placed before or after others, the server's behind", () => {
  const start = custom({
    override: [
      rule('.m.rule.master', { default: true }),
      rule('a'),
      rule('b'),
      rule('.m.rule.x', { default: true }),
    ],
  });
  const ids = (place: { before?: string; after?: string }, ruleId = 'new'): unknown => {
    const placed = placePushRule(start, 'override', rule(ruleId, { actions: [] }), place);
    return placed.ok ? placed.ruleset.override.map(({ rule_id }) => rule_id).join(' ') : placed.reason;
  };
  assert.equal(ids({}), '.m.rule.master new a b .m.rule.x');
  assert.equal(ids({ before: 'b' }), '.m.rule.master a new b .m.rule.x');
  assert.equal(ids({ after: 'b' }), '.m.rule.master a b new .m.rule.x');
  assert.equal(ids({ before: 'a', after: 'b' }), '.m.rule.master a b new .m.rule.x');
  assert.equal(ids({ after: 'b' }, 'a'), '.m.rule.master b a .m.rule.x');
  assert.equal(ids({}, 'b'), '.m.rule.master a b .m.rule.x');
  assert.equal(ids({ before: 'nobody' }), 'unknown rule');
  assert.equal(ids({ after: '.m.rule.master' }), 'unknown rule');
  assert.equal(ids({}, '.mine'), 'reserved id');
  const changed = placePushRule(start, 'override', rule('b', { enabled: false }));
  assert.equal(changed.ok && changed.ruleset.override[2]?.enabled, false);
  const first = placePushRule(custom({}), 'room', rule('!r:a'));
  assert.deepEqual(first.ok && first.ruleset.room.length, 1);
  const only = placePushRule(
    custom({ override: [rule('.m.rule.master', { default: true })] }),
    'override',
    rule('a'),
  );
  assert.deepEqual(only.ok && only.ruleset.override.map(({ rule_id }) => rule_id), ['.m.rule.master', 'a']);
});

test('rules that cost too much are given up, and the event is judged all the same', () => {
  const rules = defaultPushRules(me);
  const slow = Array.from({ length: 2000 }, (_, index): PushRule => {
    const pattern = `${'?a*'.repeat(80)}${index}`;
    return { rule_id: pattern, default: false, enabled: true, actions: ['notify'], pattern };
  });
  const started = process.cpuUsage().user;
  const pushed = message({ body: 'a '.repeat(30_000) });
  assert.deepEqual(outcome(pushed, {}, { ...rules, content: slow }), [
    '.m.rule.message',
    true,
    false,
    undefined,
  ]);
  assert.ok(process.cpuUsage().user - started < 1_000_000);
  const words = slow.slice(0, 100).map((rule, index) => ({ ...rule, pattern: `word${index}` }));
  assert.equal(
    outcome(message({ body: `${'a '.repeat(1000)} word99` }), {}, { ...rules, content: words })[0],
    words[99]?.rule_id,
  );
});
