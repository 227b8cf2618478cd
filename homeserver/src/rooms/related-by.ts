import type { JsonObject, JsonValue } from '@majlis/protocol';
import { eventFlags } from '@majlis/storage';
import type { RelatedBy, Storage, StoredEvent } from '@majlis/storage';
import type { Sight } from './visibility.ts';

/** What `related_by_senders` and `related_by_rel_types` of a filter ask for (Client-Server API, "Filtering"). */
export function relatedBy(definition: JsonObject | undefined): RelatedBy | undefined {
  const senders = strings(definition?.['related_by_senders']);
  const relTypes = strings(definition?.['related_by_rel_types']);
  if (senders === undefined && relTypes === undefined) return undefined;
  return { ...(senders !== undefined && { senders }), ...(relTypes !== undefined && { relTypes }) };
}

function strings(value: JsonValue | undefined): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

/** Those events of a room to which others relate as it is wanted; what the viewer may not know of does not count. */
export async function onlyRelated(
  storage: Storage,
  events: readonly StoredEvent[],
  wanted: RelatedBy | undefined,
  { until = 0, ignored }: Pick<Sight, 'until' | 'ignored'>,
): Promise<readonly StoredEvent[]> {
  if (wanted === undefined) return events;
  const parents = events.filter((event) => (event.flags & eventFlags.hasRelations) !== 0);
  if (parents.length === 0) return [];
  const related = new Set(
    await storage.rooms.related(
      parents.map((event) => event.eventId),
      wanted,
      until === 'now' ? Number.MAX_SAFE_INTEGER : until,
      [...ignored],
    ),
  );
  return parents.filter((event) => related.has(event.eventId));
}
