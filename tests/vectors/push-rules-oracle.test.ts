import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MatrixEvent, type IPushRules, type MatrixClient } from 'matrix-js-sdk';
import { PushProcessor } from 'matrix-js-sdk/lib/pushprocessor.js';
import {
  defaultPushRules,
  evaluatePushRules,
  type JsonObject,
  type PushContext,
  type PushedEvent,
  type PushRule,
  type PushRuleset,
} from '@majlis/protocol';

const me = '@me:a.example';

/** What the oracle asks its client for: the room's members and who may notify it. */
function oracleClient(context: PushContext): MatrixClient {
  const room = {
    currentState: {
      members: {},
      getJoinedMemberCount: () => context.joinedMemberCount,
      getMember: () => ({ name: context.displayName }),
      mayTriggerNotifOfType: (key: string) => {
        const level = Object.hasOwn(context.notificationLevels, key) ? context.notificationLevels[key] : 50;
        return context.senderPowerLevel >= (level as number);
      },
    },
  };
  return {
    credentials: { userId: me },
    getSafeUserId: () => me,
    getRoom: () => room,
    supportsIntentionalMentions: () => true,
  } as unknown as MatrixClient;
}

const word = fc.constantFrom('tea', 'Time', 'me', '@room', 'te_a', 'tea-time', '', ' ', '5', 'TEA!');
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
// Without `?`, which the oracle takes for a full stop (its globToRegexp escapes it first).
const glob = fc
  .array(fc.constantFrom('t', 'e', 'a', '*', 'time', ' ', '-'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''));
const simple = fc.constantFrom<JsonObject[string]>('tea', 5, true, false, null, 'm.replace');

const content: fc.Arbitrary<JsonObject> = fc.record(
  {
    body: fc.oneof(text, fc.constant(5)),
    msgtype: fc.constantFrom('m.text', 'm.notice'),
    membership: fc.constantFrom('invite', 'join'),
    topic: text,
    n: simple,
    'm.x': fc.record({ 'a.b': simple, list: fc.array(simple, { maxLength: 3 }) }),
    'm.mentions': fc.record(
      { room: fc.boolean(), user_ids: fc.subarray([me, '@x:y']) },
      { requiredKeys: [] },
    ),
    'm.relates_to': fc.record({
      rel_type: fc.constantFrom('m.replace', 'm.thread'),
      event_id: fc.constant('$e'),
    }),
  },
  { requiredKeys: [] },
);

const event: fc.Arbitrary<PushedEvent> = fc
  .record({
    type: fc.constantFrom(
      'm.room.message',
      'm.room.encrypted',
      'm.room.member',
      'm.reaction',
      'm.room.tombstone',
      'm.room.server_acl',
      'm.call.invite',
      'org.matrix.msc4075.rtc.notification',
      'x.other',
    ),
    sender: fc.constantFrom('@b:a.example', '@c:c.example', me),
    room_id: fc.constantFrom('!r:a.example', '!s:a.example'),
    state_key: fc.option(fc.constantFrom('', me, '@x:y'), { nil: undefined }),
    content,
  })
  .map(({ state_key, ...rest }) => (state_key === undefined ? rest : { ...rest, state_key }));

const key = fc.constantFrom(
  'content.body',
  'content.topic',
  'content.n',
  'content.m\\.x.a\\.b',
  'content.m\\.x.list',
  'content.m\\.mentions.user_ids',
  'content.absent.deep',
  'type',
  'sender',
  'room_id',
  'state_key',
);

const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ kind: fc.constant('event_match'), key, pattern: glob }),
  fc.record({ kind: fc.constant('event_property_is'), key, value: simple }),
  fc.record({ kind: fc.constant('event_property_contains'), key, value: fc.oneof(simple, fc.constant(me)) }),
  fc.record({
    kind: fc.constant('room_member_count'),
    is: fc.constantFrom('2', '==3', '<3', '>2', '<=2', '>=3'),
  }),
  fc.record({ kind: fc.constant('sender_notification_permission'), key: fc.constantFrom('room', 'here') }),
  fc.constant<JsonObject>({ kind: 'contains_display_name' }),
  fc.constant<JsonObject>({ kind: 'x.unknown' }),
);

const actions = fc.subarray<PushRule['actions'][number]>([
  'notify',
  'dont_notify',
  { set_tweak: 'sound', value: 'bell' },
  { set_tweak: 'highlight' },
  { set_tweak: 'highlight', value: false },
]);

function rule(
  ruleId: fc.Arbitrary<string>,
  more: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<PushRule> {
  return fc.record({
    rule_id: ruleId,
    default: fc.constant(false),
    enabled: fc.boolean(),
    actions,
    ...more,
  }) as fc.Arbitrary<PushRule>;
}

const name = fc.constantFrom('one', 'two', '.m.rule.contains_display_name', '.m.rule.roomnotif');
const conditions = { conditions: fc.array(condition, { maxLength: 2 }) };
const rules: fc.Arbitrary<PushRuleset> = fc
  .record({
    override: fc.array(rule(name, conditions), { maxLength: 3 }),
    content: fc.array(rule(name, { pattern: glob }), { maxLength: 2 }),
    room: fc.array(rule(fc.constantFrom('!r:a.example', '!x:a.example')), { maxLength: 1 }),
    sender: fc.array(rule(fc.constantFrom('@b:a.example', '@x:y')), { maxLength: 1 }),
    underride: fc.array(rule(name, conditions), { maxLength: 2 }),
  })
  .map((own) => {
    const defaults = defaultPushRules(me);
    return {
      ...own,
      override: [...own.override, ...defaults.override],
      underride: [...own.underride, ...defaults.underride],
    };
  });

const context: fc.Arbitrary<PushContext> = fc.record({
  userId: fc.constant(me),
  displayName: fc.constantFrom('me', 'Tea', 'time'),
  joinedMemberCount: fc.integer({ min: 1, max: 4 }),
  senderPowerLevel: fc.constantFrom(0, 49, 50, 100),
  notificationLevels: fc.constantFrom({}, { room: 0 }, { room: 100 }),
});

test('push rules say what matrix-js-sdk says, on 20,000 generated rules and events', () => {
  fc.assert(
    fc.property(rules, event, context, (ruleset, pushed, about) => {
      // The oracle writes into the actions it is given, and reads room and sender rules as conditions on fields.
      const theirs = JSON.parse(
        JSON.stringify({ global: { ...ruleset, room: [], sender: [] } }),
      ) as IPushRules;
      const ours = evaluatePushRules({ ...ruleset, room: [], sender: [] }, pushed, about);
      const processor = new PushProcessor(oracleClient(about));
      const client = (processor as unknown as { client: { pushRules: IPushRules } }).client;
      client.pushRules = theirs;
      const found = processor.actionsAndRuleForEvent(new MatrixEvent({ ...pushed, event_id: '$e' }));
      assert.equal(ours.rule?.rule_id, found.rule?.rule_id);
      assert.equal(ours.kind, found.rule?.kind);
      assert.equal(ours.notify, found.actions?.notify ?? false);
      assert.equal(ours.sound, found.actions?.tweaks['sound']);
      // A content rule without a highlight tweak highlights for the oracle; the specification says it does not.
      const said = ours.actions.some(
        (action) => typeof action === 'object' && (action as JsonObject)['set_tweak'] === 'highlight',
      );
      if (said || ours.kind !== 'content')
        assert.equal(ours.highlight, found.actions?.tweaks['highlight'] ?? false);
    }),
    { numRuns: 20_000 },
  );
});
