import type { JsonBody } from '../http.ts';
import type { OutgoingRecord } from '../sending/outgoing.ts';
import { readable, relationOf } from './content.ts';
import { isGap } from './log.ts';
import type { EventRecord, LogEntry } from './log.ts';
import { isRedacted } from '../rooms/summary.ts';

export interface ReactionMark {
  readonly userId: string;
  /** Absent while only written here. */
  readonly eventId?: string;
  readonly txnId?: string;
}

/** What other events, and what is still on its way, say about the messages of a timeline. */
export interface Relations {
  /** Message → its newest edit by the same sender. */
  readonly edits: ReadonlyMap<string, EventRecord>;
  /** Message → new content of an edit on its way. */
  readonly pendingEdits: ReadonlyMap<string, JsonBody>;
  /** Message → emoji → who, in the order of arrival. */
  readonly reactions: ReadonlyMap<string, ReadonlyMap<string, readonly ReactionMark[]>>;
  /** Events being taken back. */
  readonly pendingRedactions: ReadonlySet<string>;
}

export function collectRelations(
  entries: readonly LogEntry[],
  outgoing: readonly OutgoingRecord[],
  ownId: string,
): Relations {
  const edits = new Map<string, EventRecord>();
  const pendingEdits = new Map<string, JsonBody>();
  const reactions = new Map<string, Map<string, ReactionMark[]>>();
  const pendingRedactions = new Set<string>();
  const seen = new Set<string>();
  for (const record of outgoing) if (record.redacts !== undefined) pendingRedactions.add(record.redacts);
  for (const entry of entries) {
    if (isGap(entry) || isRedacted(entry)) continue;
    const { event } = entry;
    seen.add(event.event_id);
    if (pendingRedactions.has(event.event_id)) continue;
    const clear = readable(entry);
    const relation = clear === undefined ? undefined : relationOf(clear.content);
    if (clear === undefined || relation === undefined) continue;
    if (relation.type === 'm.replace') edits.set(editKey(relation.eventId, event.sender), entry);
    if (clear.type === 'm.reaction' && relation.key !== undefined) {
      mark(reactions, relation.eventId, relation.key, { userId: event.sender, eventId: event.event_id });
    }
  }
  for (const record of outgoing) {
    const relation = relationOf(record.content);
    if (relation === undefined || (record.eventId !== undefined && seen.has(record.eventId))) continue;
    const edited = record.content['m.new_content'];
    if (relation.type === 'm.replace') pendingEdits.set(relation.eventId, edited as JsonBody);
    if (record.type === 'm.reaction' && relation.key !== undefined && record.state !== 'failed') {
      const own = { userId: ownId, txnId: record.txnId };
      mark(
        reactions,
        relation.eventId,
        relation.key,
        record.eventId === undefined ? own : { ...own, eventId: record.eventId },
      );
    }
  }
  return { edits, pendingEdits, reactions, pendingRedactions };
}

/** Only the sender may edit, so an edit by anybody else must not hide the real one. */
export function editKey(target: string, sender: string): string {
  return `${target} ${sender}`;
}

function mark(
  reactions: Map<string, Map<string, ReactionMark[]>>,
  target: string,
  key: string,
  who: ReactionMark,
): void {
  const byKey = reactions.get(target) ?? new Map<string, ReactionMark[]>();
  reactions.set(target, byKey);
  const marks = byKey.get(key) ?? [];
  byKey.set(key, marks);
  if (!marks.some((known) => known.userId === who.userId)) marks.push(who);
}
