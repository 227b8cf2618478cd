import type { Aggregation, RelatedBy, RoomStore } from '../contracts/rooms.ts';
import type { StoredEvent } from '../contracts/writer.ts';
import type { Database } from './database.ts';
import { accepted, eventColumns, eventJoins, fromRow } from './events.ts';
import type { EventRow } from './events.ts';
import type { Strings } from './strings.ts';

interface MutableAggregation {
  parentEventId: string;
  edit?: StoredEvent;
  thread?: { count: number; latest: StoredEvent; participated: boolean };
  references: string[];
}

const directKin = `relations r join events e on e.event_nid = r.child_nid ${eventJoins}
  where r.parent_event_id = $1`;

/** An event has one parent, so this is a tree and no event comes twice. */
const allKin = (levels: number): string => `(
    with recursive kin as (
      select child_nid, rel_type, type_nid, sender_nid, 1 as level from relations where parent_event_id = $1
      union all
      select r.child_nid, r.rel_type, r.type_nid, r.sender_nid, kin.level + 1
      from kin join events c on c.event_nid = kin.child_nid join relations r on r.parent_event_id = c.event_id
      where kin.level < ${levels}
    ) select child_nid, rel_type, type_nid, sender_nid from kin
  ) r join events e on e.event_nid = r.child_nid ${eventJoins}
  where true`;

/** What events say of one another: edits, threads, reactions, references. */
export class RelationRows {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async children(
    query: Parameters<RoomStore['relations']>[0],
  ): Promise<Array<StoredEvent & { relType: string }>> {
    const { levels = 1 } = query;
    const backward = query.direction === 'backward';
    const low = (backward ? query.to : query.from) ?? Number.MIN_SAFE_INTEGER;
    const high = (backward ? query.from : query.to) ?? Number.MAX_SAFE_INTEGER;
    const number = async (text: string | undefined): Promise<number | null> =>
      text === undefined ? null : ((await this.#strings.find(text)) ?? -1);
    const [type, sender] = [await number(query.type), await number(query.sender)];
    // Whose child and of what type stands beside the relation: of ten thousand reactions, only those of one person are looked at.
    const rows = await this.#database.query<EventRow & { rel_type: string }>(
      `select ${eventColumns}, r.rel_type
       from ${levels === 1 ? directKin : allKin(levels)} and e.room_nid = $2 and e.tl > $3 and e.tl < $4
         and ($5::text is null or r.rel_type = $5) and ($6::int is null or r.type_nid = $6)
         and ($7::int is null or r.sender_nid = $7) and e.${accepted}
       order by e.tl ${backward ? 'desc' : 'asc'} limit $8`,
      [query.parentEventId, query.roomNid, low, high, query.relType ?? null, type, sender, query.limit],
    );
    return rows.map((row) => ({ ...fromRow(row), relType: row.rel_type }));
  }

  async aggregations(
    parentEventIds: readonly string[],
    userId: string,
    upTo: number,
    without: readonly string[],
  ): Promise<Aggregation[]> {
    if (parentEventIds.length === 0) return [];
    const user = (await this.#strings.find(userId)) ?? -1;
    const rows = await this.#database.query<
      EventRow & { parent_event_id: string; rel_type: string; thread_count: number; participated: boolean }
    >(
      `with kin as (
         select r.*, p.sender_nid as parent_sender, p.type_nid as parent_type
         from relations r join events p on p.event_id = r.parent_event_id
         where r.parent_event_id = any($1::text[]) and p.room_nid = r.room_nid and r.child_nid <= $3
           and r.sender_nid <> all (array(select nid from strings where value = any($4::text[])))
       ), chosen as (
         (select distinct on (parent_event_id) parent_event_id, child_nid, rel_type, 0 as thread_count, false as participated
            from kin where rel_type = 'm.replace' and sender_nid = parent_sender and type_nid = parent_type
            order by parent_event_id, child_nid desc)
         union all
         (select parent_event_id, max(child_nid), rel_type, count(*)::int, bool_or(sender_nid = $2 or parent_sender = $2)
            from kin where rel_type = 'm.thread' group by parent_event_id, rel_type)
         union all
         (select parent_event_id, child_nid, rel_type, 0, false from kin where rel_type = 'm.reference' limit 1000)
       )
       select ${eventColumns}, c.parent_event_id, c.rel_type, c.thread_count, c.participated
       from chosen c join events e on e.event_nid = c.child_nid ${eventJoins}`,
      [parentEventIds, user, upTo, without],
    );
    const byParent = new Map<string, MutableAggregation>();
    for (const row of rows) {
      const entry = byParent.get(row.parent_event_id) ?? {
        parentEventId: row.parent_event_id,
        references: [],
      };
      byParent.set(row.parent_event_id, entry);
      if (row.rel_type === 'm.replace') entry.edit = fromRow(row);
      else if (row.rel_type === 'm.thread') {
        entry.thread = { count: row.thread_count, latest: fromRow(row), participated: row.participated };
      } else entry.references.push(row.event_id);
    }
    return [...byParent.values()];
  }

  async related(
    parentEventIds: readonly string[],
    { senders, relTypes }: RelatedBy,
    upTo: number,
    without: readonly string[],
  ): Promise<string[]> {
    const rows = await this.#database.query<{ event_id: string }>(
      `select p.event_id from events p where p.event_id = any($1::text[]) and exists (
         select 1 from relations r join events e on e.event_nid = r.child_nid
         where r.parent_event_id = p.event_id and r.room_nid = p.room_nid and e.tl <= $2 and e.${accepted}
           and ($3::text[] is null or r.rel_type = any($3))
           and ($4::text[] is null or r.sender_nid = any(array(select nid from strings where value = any($4))))
           and r.sender_nid <> all (array(select nid from strings where value = any($5::text[]))))`,
      [parentEventIds, upTo, relTypes ?? null, senders ?? null, without],
    );
    return rows.map((row) => row.event_id);
  }

  async threads(
    query: Parameters<RoomStore['threads']>[0],
  ): Promise<Array<{ root: StoredEvent; lastTl: number }>> {
    const participant =
      query.participant === undefined ? null : ((await this.#strings.find(query.participant)) ?? -1);
    const rows = await this.#database.query<EventRow & { last_tl: number }>(
      `select ${eventColumns}, t.last_tl from (
         select r.parent_event_id, max(r.child_nid) as last_tl, bool_or(r.sender_nid = $2) as participated
         from relations r where r.room_nid = $1 and r.rel_type = 'm.thread' group by r.parent_event_id
       ) t join events e on e.event_id = t.parent_event_id ${eventJoins}
       where e.room_nid = $1 and t.last_tl < $3 and ($2::int is null or t.participated or e.sender_nid = $2)
       order by t.last_tl desc limit $4`,
      [query.roomNid, participant, query.before ?? Number.MAX_SAFE_INTEGER, query.limit],
    );
    return rows.map((row) => ({ root: fromRow(row), lastTl: row.last_tl }));
  }
}
