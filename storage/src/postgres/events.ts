import type { StoredEvent } from '../contracts/writer.ts';

/** Columns of a stored event with its strings; use with `from events e` and `eventJoins`. */
export const eventColumns = `e.event_nid as nid, e.tl, e.room_nid, e.event_id, ty.value as type, sk.value as state_key,
  se.value as sender, e.ts, e.flags, e.redacted_by, e.json`;

export const eventJoins = `join strings ty on ty.nid = e.type_nid join strings se on se.nid = e.sender_nid
  left join strings sk on sk.nid = e.state_key_nid`;

/**
 * Neither soft-failed nor rejected. A comparison and not a mask of bits: of a mask the planner believes that hardly any row
 * passes, and reads whole rooms where the end of an index would do.
 */
export const accepted = 'flags < 2';

export interface EventRow {
  nid: number;
  tl: number;
  room_nid: number;
  event_id: string;
  type: string;
  state_key: string | null;
  sender: string;
  ts: number;
  flags: number;
  redacted_by: number | null;
  json: string;
}

export function fromRow(row: EventRow): StoredEvent {
  return {
    nid: row.nid,
    tl: row.tl,
    roomNid: row.room_nid,
    eventId: row.event_id,
    type: row.type,
    stateKey: row.state_key,
    sender: row.sender,
    ts: row.ts,
    flags: row.flags,
    redactedBy: row.redacted_by,
    json: row.json,
  };
}
