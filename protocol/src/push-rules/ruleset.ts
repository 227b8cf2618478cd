import type { JsonObject, JsonValue } from '../json/value.ts';

/** The kinds of rules in the order in which they are asked. */
export const pushRuleKinds = ['override', 'content', 'room', 'sender', 'underride'] as const;
export type PushRuleKind = (typeof pushRuleKinds)[number];

/** A push rule as clients read and write it. */
export interface PushRule {
  rule_id: string;
  /** Did the server bring it? Then its id begins with a dot. */
  default: boolean;
  enabled: boolean;
  /** `notify` and objects with `set_tweak`; anything else means nothing. */
  actions: JsonValue[];
  /** Of `override` and `underride` rules; all must hold. */
  conditions?: JsonObject[];
  /** Of `content` rules. */
  pattern?: string;
}

/** A user's rules, each kind in falling priority. */
export type PushRuleset = Record<PushRuleKind, PushRule[]>;

/** Why a rule was not placed. */
export type Placed =
  { ok: true; ruleset: PushRuleset } | { ok: false; reason: 'unknown rule' | 'reserved id' };

/**
 * A copy of a ruleset with a user's rule added or changed. New rules come first of their kind; `before` and `after` name
 * a rule of the user's to stand beside. The server's own rules stay behind the user's, `.m.rule.master` before them all.
 * Specification: Client-Server API, "PUT /pushrules/global/{kind}/{ruleId}".
 */
export function placePushRule(
  ruleset: PushRuleset,
  kind: PushRuleKind,
  rule: PushRule,
  place: { before?: string | undefined; after?: string | undefined } = {},
): Placed {
  if (rule.rule_id.startsWith('.')) return { ok: false, reason: 'reserved id' };
  const rules = ruleset[kind];
  const current = rules.findIndex(({ rule_id }) => rule_id === rule.rule_id);
  const neighbour = place.after ?? place.before;
  if (neighbour === undefined && current >= 0) {
    return { ok: true, ruleset: { ...ruleset, [kind]: rules.with(current, rule) } };
  }
  const others = rules.filter((_, index) => index !== current);
  let at = others.findIndex((other) => !isMaster(other));
  if (at < 0) at = others.length;
  if (neighbour !== undefined) {
    const beside = others.findIndex((other) => other.rule_id === neighbour && !other.default);
    if (beside < 0) return { ok: false, reason: 'unknown rule' };
    at = place.after === undefined ? beside : beside + 1;
  }
  return { ok: true, ruleset: { ...ruleset, [kind]: others.toSpliced(at, 0, rule) } };
}

function isMaster(rule: PushRule): boolean {
  return rule.rule_id === '.m.rule.master';
}
