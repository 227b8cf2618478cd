import { compareCodePoints } from '../json/canonical.ts';
import { isValidReplacement, relationOf, type RelatedEvent } from './relation.ts';

/** What others have said about one event. */
export interface Aggregation {
  /** The latest valid replacement. */
  replacement?: RelatedEvent;
  /** Reactions in the order in which each was first seen. */
  reactions: Reaction[];
  thread?: { count: number; latest: RelatedEvent; participated: boolean };
  /** Ids of events with `m.reference`. */
  references: string[];
}

export interface Reaction {
  key: string;
  /** Each sender once, however often they sent it. */
  senders: string[];
  /** The id of the user's own reaction, by which it is taken back. */
  mine?: string;
}

/**
 * Aggregates the children of an event, given in the order of the timeline; redacted ones and those of other parents
 * are left out. `userId` is who looks.
 * Specification: Client-Server API, "Aggregations of child events".
 */
export function aggregateRelations(
  parent: RelatedEvent,
  children: Iterable<RelatedEvent>,
  userId: string,
): Aggregation {
  const aggregation: Aggregation = { reactions: [], references: [] };
  const reactions = new Map<string, Reaction>();
  for (const child of children) {
    const relation = relationOf(child.content);
    if (child.redacted === true || relation?.eventId !== parent.eventId) continue;
    if (relation.relType === 'm.replace') addReplacement(aggregation, parent, child);
    else if (relation.relType === 'm.annotation') addReaction(reactions, child, relation.key, userId);
    else if (relation.relType === 'm.thread') addToThread(aggregation, parent, child, userId);
    else if (relation.relType === 'm.reference') aggregation.references.push(child.eventId);
  }
  aggregation.reactions = [...reactions.values()];
  return aggregation;
}

/** The latest by time and then by id; both are claims, but the same claims for everybody. */
function addReplacement(aggregation: Aggregation, parent: RelatedEvent, child: RelatedEvent): void {
  if (!isValidReplacement(child, parent)) return;
  const latest = aggregation.replacement;
  const later =
    latest === undefined ||
    child.originServerTs > latest.originServerTs ||
    (child.originServerTs === latest.originServerTs && compareCodePoints(child.eventId, latest.eventId) > 0);
  if (later) aggregation.replacement = child;
}

function addReaction(
  reactions: Map<string, Reaction>,
  child: RelatedEvent,
  key: string | undefined,
  userId: string,
): void {
  if (key === undefined || child.type !== 'm.reaction') return;
  const reaction = reactions.get(key) ?? { key, senders: [] };
  reactions.set(key, reaction);
  if (reaction.senders.includes(child.sender)) return;
  reaction.senders.push(child.sender);
  if (child.sender === userId) reaction.mine = child.eventId;
}

function addToThread(
  aggregation: Aggregation,
  parent: RelatedEvent,
  child: RelatedEvent,
  userId: string,
): void {
  // A thread cannot start in a thread, nor at any other event that has a parent.
  if (relationOf(parent.content)?.relType !== undefined) return;
  const thread = aggregation.thread;
  const participated = thread?.participated === true || child.sender === userId || parent.sender === userId;
  aggregation.thread = { count: (thread?.count ?? 0) + 1, latest: child, participated };
}
