import { isJsonObject, own, ownString, setOwn, type JsonObject } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { asJson, type Pdu } from './pdu.ts';

/**
 * The redaction algorithm: a copy with only what the room version protects, so that event id and signatures stay valid.
 * `unsigned` goes too. The copy shares its nested values with the original, which stays as it is.
 * Specification: room versions, "Redactions".
 */
export function redactEvent(pdu: Pdu, version: RoomVersion): Pdu {
  const event = asJson(pdu);
  const kept: JsonObject = {};
  for (const key of Object.keys(event)) {
    if (version.redaction.event.has(key)) kept[key] = event[key] ?? null;
  }
  kept['content'] = redactContent(pdu.type, pdu.content, version);
  return kept as unknown as Pdu;
}

/** What a redaction leaves of an event's content. */
export function redactContent(type: string, content: JsonObject, version: RoomVersion): JsonObject {
  const keeps = version.redaction.content.get(type);
  if (keeps === 'all') return content;
  const kept: JsonObject = {};
  if (keeps === undefined || !isJsonObject(content)) return kept;
  for (const key of keeps) {
    const value = own(content, key);
    if (value !== undefined) kept[key] = value;
  }
  if (type === 'm.room.member' && version.redaction.thirdPartyInviteSigned) {
    const invite = own(content, 'third_party_invite');
    if (isJsonObject(invite)) {
      const signed = own(invite, 'signed');
      setOwn(kept, 'third_party_invite', signed === undefined ? {} : { signed });
    }
  }
  return kept;
}

/** The id a redaction event asks to redact; undefined if the event is none or names none. */
export function redactionTarget(pdu: Pdu, version: RoomVersion): string | undefined {
  if (pdu.type !== 'm.room.redaction') return undefined;
  return ownString(version.redactsIn === 'content' ? pdu.content : asJson(pdu), 'redacts');
}
