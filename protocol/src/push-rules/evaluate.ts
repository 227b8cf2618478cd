import { isJsonObject, own, ownString, type JsonValue } from '../json/value.ts';
import { conditionHolds, effort_max, type Effort, type PushContext, type PushedEvent } from './conditions.ts';
import { pushRuleKinds, type PushRule, type PushRuleKind, type PushRuleset } from './ruleset.ts';

/** What the rules say about an event for one user. */
export interface PushOutcome {
  /** The rule that matched, and its kind. */
  rule?: PushRule;
  kind?: PushRuleKind;
  notify: boolean;
  highlight: boolean;
  sound?: string;
  /** The rule's actions without those that mean nothing any more. */
  actions: JsonValue[];
}

/** They search the text for names; an event that says whom it mentions is not searched (MSC3952). */
const textMentionRules: ReadonlySet<string> = new Set([
  '.m.rule.contains_display_name',
  '.m.rule.contains_user_name',
  '.m.rule.roomnotif',
]);

/**
 * Asks a user's push rules about an event: the first enabled rule that matches decides. The user's own events never
 * notify. Rules may be anything a client has stored; a condition that nobody knows does not hold.
 * Specification: Client-Server API, "Push Rules".
 */
export function evaluatePushRules(
  ruleset: PushRuleset,
  event: PushedEvent,
  context: PushContext,
): PushOutcome {
  if (event.sender === context.userId) return { notify: false, highlight: false, actions: [] };
  const effort = { left: effort_max };
  const mentions = Object.hasOwn(event.content, 'm.mentions');
  for (const kind of pushRuleKinds) {
    for (const rule of ruleset[kind]) {
      if (!rule.enabled || (mentions && textMentionRules.has(rule.rule_id))) continue;
      if (ruleMatches(kind, rule, event, context, effort)) return outcome(kind, rule);
    }
  }
  return { notify: false, highlight: false, actions: [] };
}

function ruleMatches(
  kind: PushRuleKind,
  rule: PushRule,
  event: PushedEvent,
  context: PushContext,
  effort: Effort,
): boolean {
  switch (kind) {
    case 'override':
    case 'underride':
      return (rule.conditions ?? []).every((condition) => conditionHolds(condition, event, context, effort));
    case 'content':
      return (
        typeof rule.pattern === 'string' &&
        rule.pattern !== '' &&
        conditionHolds(
          { kind: 'event_match', key: 'content.body', pattern: rule.pattern },
          event,
          context,
          effort,
        )
      );
    case 'room':
      return rule.rule_id === event.room_id;
    case 'sender':
      return rule.rule_id === event.sender;
  }
}

function outcome(kind: PushRuleKind, rule: PushRule): PushOutcome {
  const actions = rule.actions.filter((action) => action === 'notify' || isTweak(action));
  const result: PushOutcome = { rule, kind, notify: actions.includes('notify'), highlight: false, actions };
  for (const action of actions) {
    if (!isJsonObject(action)) continue;
    const value = own(action, 'value');
    if (action['set_tweak'] === 'highlight') result.highlight = value === undefined || value === true;
    if (action['set_tweak'] === 'sound' && typeof value === 'string') result.sound = value;
  }
  return result;
}

function isTweak(action: JsonValue): boolean {
  return isJsonObject(action) && ownString(action, 'set_tweak') !== undefined;
}
