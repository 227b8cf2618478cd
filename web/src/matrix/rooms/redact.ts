import { readable, relationOf } from '../timeline/content.ts';
import type { EventRecord, RawEvent } from '../timeline/log.ts';

/** Which event a redaction takes back (room versions before 11 say it outside the content). */
export function redactionTarget(event: RawEvent): string | undefined {
  if (event.type !== 'm.room.redaction') return undefined;
  const inside = event.content['redacts'];
  const target = typeof inside === 'string' ? inside : event.redacts;
  return typeof target === 'string' ? target : undefined;
}

/**
 * What remains of an event on this device after its redaction: nothing of its content, clear or encrypted. That it was a reaction or an
 * edit is remembered, so that it leaves no "message deleted" behind.
 */
export function redactRecord(record: EventRecord, redaction: RawEvent): EventRecord {
  const { index, event } = record;
  const kept = event.type === 'm.room.member' ? { membership: event.content['membership'] } : {};
  const type = relationOf((readable(record) ?? event).content)?.type;
  return {
    index,
    event: { ...event, content: kept, unsigned: { ...event.unsigned, redacted_because: redaction } },
    ...(type === 'm.annotation' || type === 'm.replace' ? { wasAddition: true } : {}),
  };
}
