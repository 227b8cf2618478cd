import type { Action, Plan } from './actions.ts';
import { runPlan, type Failure } from './check.ts';
import type { Planted } from './world.ts';

/** A failing plan with as few actions as leaving out some at a time comes to. */
export function shrink(plan: Plan, planted?: Planted): { plan: Plan; failure: Failure } | undefined {
  let failure = runPlan(plan, planted);
  if (failure === undefined) return undefined;
  let actions: Action[] = plan.actions;
  for (let size = Math.ceil(actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < actions.length;) {
      const fewer = actions.toSpliced(at, size);
      const still = runPlan({ ...plan, actions: fewer }, planted);
      if (still === undefined) {
        at += size;
      } else {
        actions = fewer;
        failure = still;
      }
    }
  }
  return { plan: { ...plan, actions }, failure };
}

/** The graph of a failed run, an event a line: name, sender, what it says, parents, auth events, who rejects it. */
export function graphOf({ world }: Failure): string {
  const names = new Map<string, string>();
  const events = new Map(world.honest.flatMap((server) => [...server.events]));
  for (const eventId of events.keys()) names.set(eventId, `e${names.size}`);
  const list = (ids: readonly string[]): string => ids.map((id) => names.get(id) ?? id.slice(0, 8)).join(' ');
  const lines = [...events.values()].map(({ eventId, pdu }) => {
    const rejecting = world.honest
      .map((server) => server.events.get(eventId))
      .flatMap((event, index) =>
        event?.rejected === true ? [`${world.honest[index]?.name} (${event.rule})`] : [],
      );
    const key = pdu.state_key === undefined ? '' : ` [${pdu.state_key}]`;
    const rejected = rejecting.length === 0 ? '' : `  rejected by ${rejecting.join(', ')}`;
    return `${names.get(eventId)}  ${eventId.slice(0, 10)}  ${pdu.sender}  ${pdu.type}${key} ${JSON.stringify(pdu.content)}  at ${pdu.origin_server_ts}  after ${list(pdu.prev_events)}  by ${list(pdu.auth_events)}${rejected}`;
  });
  return lines.join('\n');
}
