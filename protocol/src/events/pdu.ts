import type { JsonObject } from '../json/value.ts';

/**
 * An event as it travels between servers and is hashed: a plain JSON value. Events made by others may carry further
 * keys, which belong to the hash; read a field only after `checkEventFormat` has accepted the event.
 * Specification: room versions, "Event format".
 */
export interface Pdu {
  type: string;
  /** Absent in the create event of version 12, whose id makes the room id. */
  room_id?: string;
  sender: string;
  /** Present, perhaps empty, on state events only. */
  state_key?: string;
  content: JsonObject;
  depth: number;
  prev_events: string[];
  auth_events: string[];
  /** Milliseconds since 1970 by the sender's server; a claim. */
  origin_server_ts: number;
  hashes?: { sha256: string };
  /** Server name → key id → unpadded base64. */
  signatures?: Record<string, Record<string, string>>;
  /** What is neither hashed nor signed. */
  unsigned?: JsonObject;
  redacts?: string;
}

/** An event before its server has hashed and signed it. */
export type UnsignedPdu = Omit<Pdu, 'hashes' | 'signatures'>;

/** Whether something broken was found, and what. */
export type Checked = { ok: true } | { ok: false; reason: string };

/** A PDU seen as the JSON object it is. */
export function asJson(pdu: Pdu | UnsignedPdu): JsonObject {
  return pdu as unknown as JsonObject;
}

/** The largest depth there is. */
export const depthMax = Number.MAX_SAFE_INTEGER;

/**
 * The depth of an event after others: one more than the deepest, but never beyond 2^53 − 1. A hostile event at the
 * limit would otherwise make every later event of the room impossible.
 */
export function nextDepth(prevDepths: readonly number[]): number {
  const deepest = prevDepths.reduce((most, depth) => Math.max(most, depth), 0);
  return Math.min(deepest + 1, depthMax);
}
