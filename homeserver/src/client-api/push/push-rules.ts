import { isJsonObject, placePushRule, pushRuleKinds } from '@majlis/protocol';
import type { JsonObject, JsonValue, PushRule, PushRuleKind, PushRuleset } from '@majlis/protocol';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, UserCall } from '../../http/endpoint.ts';
import { MatrixError, badJson, invalidParam, missingParam, notFound } from '../../http/errors.ts';
import { optionalArray } from '../../http/fields.ts';
import type { Rulesets } from '../../push/rulesets.ts';

const base = '/_matrix/client/v3/pushrules';
const rulePath = `${base}/global/:kind/:ruleId`;
const actions_max = 20;
const conditions_max = 50;
const pattern_length_max = 255;
const rules_max = 2_000;
const rule_bytes_max = 16_384;

/** Push rules (Client-Server API, "Push Rules: API"). */
export function pushRuleEndpoints(rulesets: Rulesets): Endpoint[] {
  const change = (
    call: UserCall,
    edit: (ruleset: PushRuleset, kind: PushRuleKind) => PushRuleset,
  ): Promise<object> =>
    rulesets.change(call.requester.userId, (ruleset) => edit(ruleset, kindIn(call))).then(() => ({}));
  const edited = (
    ruleset: PushRuleset,
    kind: PushRuleKind,
    call: UserCall,
    fields: Partial<PushRule>,
  ): PushRuleset => {
    const rule = find(ruleset, kind, call);
    return {
      ...ruleset,
      [kind]: ruleset[kind].map((one) => (one === rule ? { ...rule, ...fields } : one)),
    };
  };
  return [
    userEndpoint({
      method: 'GET',
      paths: [base],
      handle: async ({ requester }) => ({ global: await rulesets.of(requester.userId) }),
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${base}/global`],
      handle: ({ requester }) => rulesets.of(requester.userId),
    }),
    userEndpoint({
      method: 'GET',
      paths: [rulePath],
      handle: async (call) => find(await rulesets.of(call.requester.userId), kindIn(call), call),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [rulePath],
      handle: (call) =>
        change(call, (ruleset, kind) => {
          const rule = readRule(call, kind, ruleset);
          const place = {
            before: call.query.get('before') ?? undefined,
            after: call.query.get('after') ?? undefined,
          };
          if (pushRuleKinds.reduce((sum, one) => sum + ruleset[one].length, 0) >= rules_max)
            throw invalidParam(`At most ${rules_max} push rules`);
          const placed = placePushRule(ruleset, kind, rule, place);
          if (placed.ok) return placed.ruleset;
          if (placed.reason === 'reserved id')
            throw invalidParam("Ids that begin with '.' belong to the server's own rules");
          throw new MatrixError(404, 'M_NOT_FOUND', "'before' or 'after' names no rule of yours");
        }),
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [rulePath],
      handle: (call) =>
        change(call, (ruleset, kind) => {
          const rule = find(ruleset, kind, call);
          if (rule.default) throw invalidParam('The rules of the server can be disabled, not deleted');
          return { ...ruleset, [kind]: ruleset[kind].filter((one) => one !== rule) };
        }),
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${rulePath}/enabled`],
      handle: async (call) => ({
        enabled: find(await rulesets.of(call.requester.userId), kindIn(call), call).enabled,
      }),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${rulePath}/enabled`],
      handle: (call) =>
        change(call, (ruleset, kind) => {
          const enabled = call.body['enabled'];
          if (enabled === undefined) throw missingParam("'enabled' is missing");
          if (typeof enabled !== 'boolean') throw badJson("'enabled' must be true or false");
          return edited(ruleset, kind, call, { enabled });
        }),
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${rulePath}/actions`],
      handle: async (call) => ({
        actions: find(await rulesets.of(call.requester.userId), kindIn(call), call).actions,
      }),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${rulePath}/actions`],
      handle: (call) =>
        change(call, (ruleset, kind) => edited(ruleset, kind, call, { actions: readActions(call.body) })),
    }),
  ];
}

function kindIn(call: UserCall): PushRuleKind {
  const kind = pushRuleKinds.find((one) => one === call.params['kind']);
  if (kind === undefined) throw invalidParam('This is no kind of push rule');
  return kind;
}

function find(ruleset: PushRuleset, kind: PushRuleKind, call: UserCall): PushRule {
  const rule = ruleset[kind].find((one) => one.rule_id === call.params['ruleId']);
  if (rule === undefined) throw notFound('There is no such push rule');
  return rule;
}

/** @throws MatrixError 400 for a rule that could never match or is malformed. */
function readRule(call: UserCall, kind: PushRuleKind, ruleset: PushRuleset): PushRule {
  const ruleId = call.params['ruleId'] ?? '';
  if (/[/\\]/.test(ruleId) || ruleId.length > pattern_length_max)
    throw invalidParam('A rule id has at most 255 characters and no slash');
  const known = ruleset[kind].find((one) => one.rule_id === ruleId);
  const rule: PushRule = {
    rule_id: ruleId,
    default: false,
    enabled: known?.enabled ?? true,
    actions: readActions(call.body),
  };
  if (kind === 'override' || kind === 'underride') {
    rule.conditions = (optionalArray(call.body, 'conditions', conditions_max) ?? []).map(readCondition);
  }
  if (kind === 'content') {
    const pattern = call.body['pattern'];
    if (pattern === undefined) throw missingParam("'pattern' is missing");
    if (typeof pattern !== 'string' || pattern === '' || pattern.length > pattern_length_max)
      throw badJson("'pattern' must be a text of 1 to 255 characters");
    rule.pattern = pattern;
  }
  if (Buffer.byteLength(JSON.stringify(rule)) > rule_bytes_max)
    throw invalidParam(`A push rule is at most ${rule_bytes_max} bytes`);
  return rule;
}

function readCondition(value: JsonValue): JsonObject {
  if (!isJsonObject(value) || typeof value['kind'] !== 'string')
    throw badJson("'conditions' holds objects with a kind");
  return value;
}

function readActions(body: JsonObject): JsonValue[] {
  const actions = optionalArray(body, 'actions', actions_max);
  if (actions === undefined) throw missingParam("'actions' is missing");
  for (const action of actions) {
    const tweak = isJsonObject(action) && typeof action['set_tweak'] === 'string';
    if (typeof action !== 'string' && !tweak)
      throw badJson("'actions' holds strings and objects with set_tweak");
  }
  // They mean nothing any more (Client-Server API 1.7) and would only confuse.
  return actions.filter((action) => action !== 'dont_notify' && action !== 'coalesce');
}
