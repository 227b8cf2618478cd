import { own, ownObject, ownString, type JsonObject } from '../json/value.ts';

/** What an event says of its relation to another. */
export interface Relation {
  /** `m.replace`, `m.annotation`, `m.thread`, `m.reference` or another; undefined for a mere reply. */
  relType?: string;
  /** The parent: what is replaced, annotated, referred to, or the root of the thread. */
  eventId?: string;
  /** The reaction, of an `m.annotation`. */
  key?: string;
  /** What it replies to; in a thread only meant if `isFallingBack` is false. */
  inReplyTo?: string;
  isFallingBack: boolean;
}

/** Reads `m.relates_to`; undefined where there is none that means anything. */
export function relationOf(content: JsonObject): Relation | undefined {
  const relates = ownObject(content, 'm.relates_to');
  if (relates === undefined) return undefined;
  const relType = ownString(relates, 'rel_type');
  const eventId = ownString(relates, 'event_id');
  const reply = ownObject(relates, 'm.in_reply_to');
  const inReplyTo = reply === undefined ? undefined : ownString(reply, 'event_id');
  const related = relType !== undefined && eventId !== undefined;
  if (!related && inReplyTo === undefined) return undefined;
  const key = ownString(relates, 'key');
  return {
    ...(related ? { relType, eventId } : {}),
    ...(related && key !== undefined ? { key } : {}),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    isFallingBack: own(relates, 'is_falling_back') === true,
  };
}

/** An event as aggregation sees it: the fields clients see, with `content` decrypted if the reader can. */
export interface RelatedEvent {
  eventId: string;
  type: string;
  sender: string;
  stateKey?: string | undefined;
  content: JsonObject;
  originServerTs: number;
  redacted?: boolean;
}

/**
 * Whether an event is a valid replacement of another: by the same sender, of the same type, neither of them state, the
 * original no replacement itself, and with `m.new_content` unless it is encrypted.
 * Specification: Client-Server API, "Validity of replacement events".
 */
export function isValidReplacement(edit: RelatedEvent, original: RelatedEvent): boolean {
  const relation = relationOf(edit.content);
  return (
    edit.redacted !== true &&
    original.redacted !== true &&
    relation?.relType === 'm.replace' &&
    relation.eventId === original.eventId &&
    edit.sender === original.sender &&
    edit.type === original.type &&
    edit.stateKey === undefined &&
    original.stateKey === undefined &&
    relationOf(original.content)?.relType !== 'm.replace' &&
    (edit.type === 'm.room.encrypted' || ownObject(edit.content, 'm.new_content') !== undefined)
  );
}

/** What an edited event says now: the new content, with the relation of the original, which an edit cannot change. */
export function replacedContent(original: RelatedEvent, edit: RelatedEvent): JsonObject {
  const next: JsonObject = { ...ownObject(edit.content, 'm.new_content') };
  delete next['m.relates_to'];
  const relates = own(original.content, 'm.relates_to');
  return relates === undefined ? next : { ...next, 'm.relates_to': relates };
}
