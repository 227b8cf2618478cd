import { fitsUtf8 } from '../crypto/utf8.ts';
import { isEventId, isRoomId, isUserId } from '../identifiers/identifiers.ts';
import { isJsonObject, own, type JsonObject, type JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import type { Checked, Pdu } from './pdu.ts';

/** Bytes of an event's canonical text with everything in it, signatures included. */
export const eventBytesMax = 65_536;
/** Bytes of `sender`, `room_id`, `state_key`, `type` and an event id, each. */
export const fieldBytesMax = 255;
export const prevEventsMax = 20;
export const authEventsMax = 10;

const fine: Checked = Object.freeze({ ok: true });

function broken(reason: string): Checked {
  return { ok: false, reason };
}

/**
 * Whether a value has the shape of an event of this room version: step 1 of what is done with a received PDU. It looks
 * at the fields every event has; what `content` must hold is the authorisation rules' business.
 * Specification: room versions, "Event format"; Server-Server API, "Checks performed on receipt of a PDU".
 */
export function checkEventFormat(value: JsonValue, version: RoomVersion): Checked {
  if (!isJsonObject(value)) return broken('an event is a JSON object');
  const type = own(value, 'type');
  if (!isField(type)) return broken(`type must be a string of at most ${fieldBytesMax} bytes`);
  if (!isUserId(own(value, 'sender'))) return broken('sender must be a user id');
  const stateKey = own(value, 'state_key');
  if (stateKey !== undefined && !isField(stateKey)) {
    return broken(`state_key must be a string of at most ${fieldBytesMax} bytes`);
  }
  const room = checkRoomId(value, type === 'm.room.create', version);
  if (!room.ok) return room;
  if (!isJsonObject(own(value, 'content'))) return broken('content must be an object');
  if (!isCount(own(value, 'depth'))) return broken('depth must be an integer from 0 to 2^53 - 1');
  if (!Number.isSafeInteger(own(value, 'origin_server_ts')))
    return broken('origin_server_ts must be an integer');
  const before = checkEventIds(value, 'prev_events', prevEventsMax);
  if (!before.ok) return before;
  const auth = checkEventIds(value, 'auth_events', authEventsMax);
  if (!auth.ok) return auth;
  return checkSeal(value, version);
}

function checkRoomId(event: JsonObject, isCreate: boolean, version: RoomVersion): Checked {
  const roomId = own(event, 'room_id');
  if (version.roomIdIsHash) {
    // Rule 1.2 rejects a create event that names a room; here we only see that the name is a name.
    if (isCreate && roomId === undefined) return fine;
    if (isCreate) return typeof roomId === 'string' ? fine : broken('room_id must be a string');
    return isHashRoomId(roomId) ? fine : broken('room_id must be the hash of a create event');
  }
  const named = isRoomId(roomId) && roomId.includes(':');
  return named ? fine : broken('room_id must be a room id with a server name');
}

/** Whether a text is a room id of version 12: `!` and the 43 characters of a hash. */
export function isHashRoomId(text: unknown): text is string {
  return typeof text === 'string' && /^![A-Za-z0-9_-]{43}$/.test(text);
}

/** Hashes, signatures and what else an event carries beside its meaning. */
function checkSeal(event: JsonObject, version: RoomVersion): Checked {
  const hashes = own(event, 'hashes');
  if (!isJsonObject(hashes) || typeof own(hashes, 'sha256') !== 'string') {
    return broken('hashes must be an object with a string sha256');
  }
  const signatures = own(event, 'signatures');
  if (!isJsonObject(signatures)) return broken('signatures must be an object');
  for (const keys of Object.values(signatures)) {
    if (!isJsonObject(keys)) return broken('signatures must hold objects of strings');
    for (const signature of Object.values(keys)) {
      if (typeof signature !== 'string') return broken('signatures must hold objects of strings');
    }
  }
  const unsigned = own(event, 'unsigned');
  if (unsigned !== undefined && !isJsonObject(unsigned)) return broken('unsigned must be an object');
  const redacts = own(event, 'redacts');
  if (version.redactsIn === 'event' && redacts !== undefined && typeof redacts !== 'string') {
    return broken('redacts must be a string');
  }
  return fine;
}

function checkEventIds(event: JsonObject, key: 'prev_events' | 'auth_events', most: number): Checked {
  const ids = own(event, key);
  if (!Array.isArray(ids)) return broken(`${key} must be an array`);
  if (ids.length > most) return broken(`${key} has more than ${most} entries`);
  return ids.every(isEventId) ? fine : broken(`${key} must hold event ids`);
}

function isField(value: unknown): value is string {
  return typeof value === 'string' && fitsUtf8(value, fieldBytesMax);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Whether an event keeps the size limits; `text` is its whole canonical text in federation format.
 * Specification: Client-Server API, "Size limits".
 */
export function checkEventSize(pdu: Pdu, text: string): Checked {
  if (!fitsUtf8(text, eventBytesMax)) {
    return broken(`an event has at most ${eventBytesMax} bytes`);
  }
  for (const key of ['type', 'sender', 'room_id', 'state_key'] as const) {
    const value = pdu[key];
    if (value !== undefined && !isField(value)) return broken(`${key} has at most ${fieldBytesMax} bytes`);
  }
  return fine;
}
