import { canonicalJson, compareCodePoints, quoted, sortedKeys } from '../json/canonical.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { redactContent } from './redaction.ts';

/**
 * The canonical text of an event, field by field. Three texts are made of every event (what the content hash covers,
 * what is signed and named, the whole), and each field need be written once for all of them.
 */
export interface CanonicalField {
  name: string;
  /** `"name":value` in canonical form. */
  text: string;
}

/** The fields of an event in canonical order. Throws a TypeError on what canonical JSON cannot say. */
export function canonicalFields(event: JsonObject): CanonicalField[] {
  return sortedKeys(event).map((name) => ({ name, text: fieldText(name, event[name] as JsonValue) }));
}

function fieldText(name: string, value: JsonValue): string {
  return quoted(name) + ':' + canonicalJson(value);
}

/** Puts a further field in its place. */
export function insertField(fields: CanonicalField[], name: string, valueText: string): void {
  let place = fields.length;
  while (place > 0 && compareCodePoints(name, (fields[place - 1] as CanonicalField).name) < 0) place -= 1;
  fields.splice(place, 0, { name, text: quoted(name) + ':' + valueText });
}

/** The whole event. */
export function wholeText(fields: readonly CanonicalField[]): string {
  return '{' + fields.map(({ text }) => text).join(',') + '}';
}

/** What the content hash covers: everything but `unsigned`, `signatures` and `hashes`. */
export function contentText(fields: readonly CanonicalField[]): string {
  let text = '';
  for (const field of fields) {
    const { name } = field;
    if (name === 'unsigned' || name === 'signatures' || name === 'hashes') continue;
    text += (text === '' ? '' : ',') + field.text;
  }
  return '{' + text + '}';
}

/**
 * The redacted event without `signatures` and `unsigned`. Servers sign this text and its hash is the event id: both
 * steps of the specification come to the same bytes.
 */
export function redactedText(
  fields: readonly CanonicalField[],
  event: { type: string; content: JsonObject },
  version: RoomVersion,
): string {
  const keeps = version.redaction.event;
  const content = redactContent(event.type, event.content, version);
  let text = '';
  for (const { name, text: field } of fields) {
    if (name === 'signatures' || !keeps.has(name)) continue;
    const kept = name === 'content' && content !== event.content ? fieldText(name, content) : field;
    text += (text === '' ? '' : ',') + kept;
  }
  return '{' + text + '}';
}
