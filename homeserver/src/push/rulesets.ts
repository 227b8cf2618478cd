import { defaultPushRules, isJsonObject, pushRuleKinds } from '@majlis/protocol';
import type { JsonValue, PushRule, PushRuleset } from '@majlis/protocol';
import type { Committed, Storage } from '@majlis/storage';
import { Turns } from '../turns.ts';

export const pushRulesType = 'm.push_rules';
const rulesets_max = 20_000;

/** Each user's push rules, kept as the account data that clients are sent anyway. */
export class Rulesets {
  readonly #storage: Storage;
  readonly #cache = new Map<string, PushRuleset>();
  readonly #changes = new Turns();
  /** Grows with every change: what was read before it must not be remembered. */
  #serial = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  apply(committed: readonly Committed[]): void {
    for (const { change } of committed) {
      if (change.kind === 'unknown') this.#cache.clear();
      else if (change.kind === 'account-data' && change.roomNid === 0) this.#cache.delete(change.userId);
      else continue;
      this.#serial += 1;
    }
  }

  async of(userId: string): Promise<PushRuleset> {
    const known = this.#cache.get(userId);
    if (known !== undefined) return known;
    const serial = this.#serial;
    const text = await this.#storage.rooms.accountDataOf(userId, 0, pushRulesType);
    const ruleset = withDefaults(userId, text === undefined ? undefined : (JSON.parse(text) as JsonValue));
    if (this.#cache.size >= rulesets_max) this.#cache.clear();
    if (serial === this.#serial) this.#cache.set(userId, ruleset);
    return ruleset;
  }

  /** The event that clients are sent at first, also to users who never changed a rule. */
  async event(userId: string): Promise<string> {
    return JSON.stringify({ type: pushRulesType, content: { global: await this.of(userId) } });
  }

  /** Changes the rules of one user; changes that come at once are made one after another. */
  change(userId: string, edit: (ruleset: PushRuleset) => PushRuleset): Promise<void> {
    return this.#changes.take(userId, async () => this.#save(userId, edit(await this.of(userId))));
  }

  async #save(userId: string, ruleset: PushRuleset): Promise<void> {
    await this.#storage.rooms.putAccountData(userId, 0, pushRulesType, JSON.stringify({ global: ruleset }));
    this.#cache.delete(userId);
  }
}

/** What was stored, with default rules that have been added to the specification since put in their places. */
function withDefaults(userId: string, stored: JsonValue | undefined): PushRuleset {
  const ruleset = defaultPushRules(userId);
  const global = isJsonObject(stored) && isJsonObject(stored['global']) ? stored['global'] : undefined;
  if (global === undefined) return ruleset;
  for (const kind of pushRuleKinds) {
    const rules = (Array.isArray(global[kind]) ? global[kind] : []) as unknown as PushRule[];
    const known = new Map(rules.map((rule) => [rule.rule_id, rule]));
    const defaults = ruleset[kind].map((rule) => {
      const changed = known.get(rule.rule_id);
      return changed === undefined ? rule : { ...rule, enabled: changed.enabled, actions: changed.actions };
    });
    const own = rules.filter((rule) => !rule.default);
    const master = defaults.filter((rule) => rule.rule_id === '.m.rule.master');
    ruleset[kind] = [...master, ...own, ...defaults.filter((rule) => rule.rule_id !== '.m.rule.master')];
  }
  return ruleset;
}
