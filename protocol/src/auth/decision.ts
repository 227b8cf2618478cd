import type { Pdu } from '../events/pdu.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { ruleNumber } from './rule-number.ts';

/** An event as part of a room's state or as an auth event. */
export interface StateEvent {
  readonly eventId: string;
  readonly pdu: Pdu;
  /** Whether it was itself rejected when it was received. */
  readonly rejected?: boolean;
}

/** The state a question is asked against: the event under a type and a state key, if there is one. */
export type StateLookup = (type: string, stateKey: string) => StateEvent | undefined;

/** The fields of an event that decide which other events authorise it. */
export interface AuthorisedEvent {
  type: string;
  sender: string;
  state_key?: string;
  content: JsonObject;
}

/** `rule` is the number in the specification of the room version, such as `5.3.1`. */
export type Decision = { allowed: true } | { allowed: false; rule: string; reason: string };

export const allowed: Decision = Object.freeze({ allowed: true });

/** A rejection. The rule is given by its number in the union of all versions, see {@link ruleNumber}. */
export function rejected(version: RoomVersion, rule: string, reason: string): Decision {
  return { allowed: false, rule: ruleNumber(version, rule), reason };
}
