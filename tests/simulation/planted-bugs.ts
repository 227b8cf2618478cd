import {
  authorise,
  checkAuthEvents,
  receiveEvent,
  resolveState,
  type Decision,
  type RoomVersion,
} from '@majlis/protocol';
import { trueRules, type Rules } from './rules.ts';
import type { Planted } from './world.ts';

/** A mistake somebody might make in the rules. The simulator must find servers that make it. */
export interface PlantedBug extends Planted {
  name: string;
}

/** A server that overlooks one reason to reject. */
function overlooks(name: string, reason: RegExp): PlantedBug {
  const forgiving = (decision: Decision): Decision =>
    !decision.allowed && reason.test(decision.reason) ? { allowed: true } : decision;
  return one(name, { authorise: (...question) => forgiving(authorise(...question)) });
}

function one(name: string, rules: Partial<Rules>): PlantedBug {
  return { name, where: 'one', rules: { ...trueRules, ...rules } };
}

function changed(change: (version: RoomVersion) => Partial<RoomVersion>): Partial<Rules> {
  return { version: (version) => ({ ...version, ...change(version) }) };
}

function keepsLess(version: RoomVersion, type: string, key: string): Partial<RoomVersion> {
  const content = new Map(version.redaction.content);
  const keeps = content.get(type);
  if (Array.isArray(keeps))
    content.set(
      type,
      keeps.filter((kept) => kept !== key),
    );
  return { redaction: { ...version.redaction, content } };
}

/** One rule broken at a time. */
export const plantedBugs: readonly PlantedBug[] = [
  overlooks('the banned may join', /^the sender is banned$/),
  overlooks('anybody may join', /join rule does not let/),
  overlooks('restricted joins need no voucher', /vouched for/),
  overlooks('anybody may invite', /^the sender may not invite$/),
  overlooks('anybody may be invited', /invited user is in the room or banned/),
  overlooks('anybody may remove anybody', /may not remove this user/),
  overlooks('anybody may ban anybody', /may not ban this user/),
  overlooks('anybody may knock', /nobody may knock/),
  overlooks('one may speak from outside', /sender is not in the room/),
  overlooks('required power levels do not count', /needs the power level/),
  overlooks('state of other users may be written', /state key is another user/),
  overlooks("levels may be raised above one's own", /above the sender's level/),
  overlooks('equals may be demoted', /is not below the sender/),
  overlooks('levels need not be integers', /is not an integer|is not an object/),
  one('auth events are not looked at', { checkAuthEvents: () => ({ allowed: true }) }),
  one('rejected auth events count', {
    checkAuthEvents: (event, cited, roomId, version) =>
      checkAuthEvents(
        event,
        cited.map((entry) => ({ ...entry, rejected: false })),
        roomId,
        version,
      ),
  }),
  one('signatures are not checked', {
    receiveEvent: (event, version, keys, crypto) =>
      receiveEvent(event, version, keys, { ...crypto, verify: () => true }),
  }),
  one(
    'content hashes and ids are of another redaction',
    changed((version) => keepsLess(version, 'm.room.member', 'membership')),
  ),
  one(
    'creators are like others',
    changed(() => ({ creatorsInfinite: false })),
  ),
  one('state of rejected events counts', { rejectedStateCounts: true }),
  one('resolution leaves out the auth difference', {
    resolveState: (input) => resolveState({ ...input, authDifference: new Set() }),
  }),
  one(
    'resolution v2.1 where v2 is meant, and the other way round',
    changed(({ stateResolution }) => ({ stateResolution: stateResolution === 'v2' ? 'v2.1' : 'v2' })),
  ),
  one('resolution does not look at the time', {
    resolveState: (input) =>
      resolveState({
        ...input,
        getEvent: (eventId) => {
          const event = input.getEvent(eventId);
          return event === undefined ? undefined : { ...event, pdu: { ...event.pdu, origin_server_ts: 0 } };
        },
      }),
  }),
  {
    name: 'of conflicting events the first to arrive stands, on every server',
    where: 'all',
    rules: {
      ...trueRules,
      resolveState: (input) => {
        const resolution = resolveState(input);
        const [first] = input.stateSets;
        return resolution.ok
          ? { ok: true, state: new Map([...resolution.state, ...(first ?? [])]) }
          : resolution;
      },
    },
  },
];
