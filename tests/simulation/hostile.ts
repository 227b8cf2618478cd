import {
  signEvent,
  addSignature,
  type JsonObject,
  type JsonValue,
  type Pdu,
  type RoomVersion,
  type UnsignedPdu,
} from '@majlis/protocol';
import type { Choices } from './actions.ts';
import { keyOf, rememberingCrypto } from './crypto.ts';
import { randomIntent } from './intents.ts';
import type { SimulatedServer } from './server.ts';

const crypto = rememberingCrypto();

/**
 * One thing a hostile server may do: fork history from anywhere, cite old auth events or wrong ones, lie about time and
 * depth, speak in the name of others, break the form, or pass on an honest event with another content. It has no keys
 * but its own, and knows everything.
 */
export function hostileText(
  hostile: SimulatedServer,
  users: readonly string[],
  ownUsers: readonly string[],
  version: RoomVersion,
  now: number,
  choices: Choices,
): string {
  if (choices.chance(12)) return tampered(hostile, choices);
  const known = [...hostile.events.values()];
  const parents = Array.from({ length: 1 + choices.below(3) }, () => {
    // Mostly recent events, sometimes any.
    const recent = choices.chance(3) ? known : known.slice(-8);
    return choices.pick(recent).eventId;
  });
  const prevEvents = [...new Set(parents)];
  const state = hostile.stateAfter(prevEvents);
  const sender = choices.chance(8) ? choices.pick(users) : choices.pick(ownUsers);
  const intent = randomIntent(sender, users, hostile.lookup(state), version, choices);
  const timestamp = choices.pick([now, now, 0, now - 1000, now + 100_000]);
  const event = hostile.draft(intent, prevEvents, state, Math.max(0, timestamp));
  distort(event, hostile, choices);
  return signed(event, hostile.name, users, version, choices);
}

/** Something is wrong with half of its events. */
function distort(event: UnsignedPdu, hostile: SimulatedServer, choices: Choices): void {
  const known = [...hostile.events.values()];
  if (event.type === 'm.room.power_levels' && choices.chance(4)) {
    event.content = { ...event.content, ban: choices.pick<JsonValue>(['0', 0, null, -5]) };
    return;
  }
  switch (choices.below(23)) {
    case 0:
      event.auth_events = event.auth_events.slice(1);
      return;
    case 1:
      event.auth_events = [...event.auth_events, choices.pick(known).eventId].slice(0, 10);
      return;
    case 2:
    case 3:
    case 4:
      event.auth_events = event.auth_events.map((id) => older(id, hostile, choices));
      return;
    case 5:
      event.depth = choices.pick([0, 1, Number.MAX_SAFE_INTEGER]);
      return;
    case 6:
      event.content = {
        ...event.content,
        membership: choices.pick<JsonValue>(['join', 'invite', 'x', 5, null]),
      };
      return;
    case 7:
      event.content = {
        ...event.content,
        users: choices.pick<JsonValue>([{ [event.sender]: '100' }, { [event.sender]: 100 }, 'all', []]),
      };
      return;
    case 8:
      event.state_key = choices.pick(['', event.sender, 'x']);
      return;
    case 9:
      event.prev_events = [];
      return;
    case 10:
      event.auth_events = [...event.auth_events, ...event.auth_events].slice(0, 10);
      return;
    default:
      return;
  }
}

/** Another event of the same type and key than the one that should be cited. */
function older(eventId: string, hostile: SimulatedServer, choices: Choices): string {
  const event = hostile.events.get(eventId);
  const same = [...hostile.events.values()].filter(
    ({ pdu }) => pdu.type === event?.pdu.type && pdu.state_key === event?.pdu.state_key,
  );
  return same.length === 0 ? eventId : choices.pick(same).eventId;
}

/** Signed with its own key in the name it has; the voucher of a restricted join signs what the rules would allow. */
function signed(
  event: UnsignedPdu,
  name: string,
  users: readonly string[],
  version: RoomVersion,
  choices: Choices,
): string {
  const own = keyOf(name);
  const claimed = event.sender.slice(event.sender.indexOf(':') + 1);
  const first = signEvent(event, version, { ...own, serverName: claimed }, crypto);
  const voucher = event.content['join_authorised_via_users_server'];
  const asked = typeof voucher === 'string' && users.includes(voucher) && claimed === name;
  if (!asked || choices.chance(3)) return first.text;
  return addSignature(first.pdu, version, keyOf(voucher.slice(voucher.indexOf(':') + 1))).text;
}

/** An honest message or topic with another content under its old hash: receivers keep the redacted event. */
function tampered(hostile: SimulatedServer, choices: Choices): string {
  const harmless = [...hostile.events.values()].filter(({ pdu }) =>
    ['m.room.message', 'm.room.topic', 'org.example.state'].includes(pdu.type),
  );
  const victims = harmless.length === 0 ? [...hostile.events.values()] : harmless;
  const { pdu } = choices.pick(victims);
  const changed: Pdu = harmless.length === 0 ? pdu : { ...pdu, content: { body: 'changed' } };
  return JSON.stringify(changed satisfies Pdu as unknown as JsonObject);
}
