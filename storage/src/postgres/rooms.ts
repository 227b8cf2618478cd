import type {
  Append,
  MembershipRow,
  RoomRow,
  RoomStore,
  RoomWithState,
  TimelineQuery,
} from '../contracts/rooms.ts';
import type { StoredEvent } from '../contracts/writer.ts';
import type { Database } from './database.ts';
import { accepted, eventColumns, eventJoins, fromRow } from './events.ts';
import type { EventRow } from './events.ts';
import { EventWordRows } from './event-words.ts';
import { AliasRows } from './aliases.ts';
import { ReceiptRows } from './receipts.ts';
import { AccountDataRows } from './account-data.ts';
import { RelationRows } from './relations.ts';
import type { Strings } from './strings.ts';
import type { Writer } from './writer.ts';

interface RoomSqlRow {
  room_nid: number;
  room_id: string;
  version: string;
  created_ts: number;
  published: boolean;
  last_tl: number;
  bump_tl: number;
  depth: number;
  extremities: string[];
}

const roomColumns = 'room_nid, room_id, version, created_ts, published, last_tl, bump_tl, depth, extremities';

function toRoom(row: RoomSqlRow): RoomRow {
  return {
    roomNid: row.room_nid,
    roomId: row.room_id,
    version: row.version,
    createdTs: row.created_ts,
    published: row.published,
    lastTl: row.last_tl,
    bumpTl: row.bump_tl,
    depth: row.depth,
    extremities: row.extremities,
  };
}

/** Rooms, their events and what hangs on them, in PostgreSQL. */
export class PostgresRooms implements RoomStore {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;
  readonly #aliases: AliasRows;
  readonly #receipts: ReceiptRows;
  readonly #accountData: AccountDataRows;
  readonly #relations: RelationRows;
  readonly #words: EventWordRows;

  constructor(database: Database, strings: Strings, writer: Writer) {
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
    this.#aliases = new AliasRows(database, strings);
    this.#receipts = new ReceiptRows(database, strings, writer);
    this.#accountData = new AccountDataRows(database, strings, writer);
    this.#relations = new RelationRows(database, strings);
    this.#words = new EventWordRows(database);
  }

  async createRoom(room: Parameters<RoomStore['createRoom']>[0]): Promise<number> {
    const rows = await this.#database.query<{ room_nid: number }>(
      `with made as (
         insert into rooms (room_id, version, published, created_ts) values ($1, $2, $3, $4) returning room_nid, published
       ), listed as (insert into published_rooms (room_nid, room_id) select room_nid, $1 from made where published)
       select room_nid from made`,
      [room.roomId, room.version, room.published, room.ts],
    );
    return rows[0]?.room_nid ?? 0;
  }

  prepare(strings: readonly string[]): Promise<void> {
    return this.#writer.prepare(strings);
  }

  append(append: Append): Promise<readonly StoredEvent[]> {
    return this.#writer.append(append);
  }

  async pruneTransactions(before: number, limit: number): Promise<number> {
    const rows = await this.#database.query<{ deleted: number }>(
      `with gone as (
         delete from transactions
         where ctid = any(array(select ctid from transactions where created_ts < $1 limit $2)) returning 1
       ) select count(*) as deleted from gone`,
      [before, limit],
    );
    return rows[0]?.deleted ?? 0;
  }

  async transaction(key: {
    userId: string;
    deviceId: string;
    scope: string;
    txnId: string;
  }): Promise<string | undefined> {
    const user = await this.#strings.find(key.userId);
    if (user === undefined) return undefined;
    const rows = await this.#database.query<{ event_id: string }>(
      'select event_id from transactions where user_nid = $1 and device_id = $2 and scope = $3 and txn_id = $4',
      [user, key.deviceId, key.scope, key.txnId],
    );
    return rows[0]?.event_id;
  }

  async roomNid(roomId: string): Promise<number | undefined> {
    const rows = await this.#database.query<{ room_nid: number }>(
      'select room_nid from rooms where room_id = $1',
      [roomId],
    );
    return rows[0]?.room_nid;
  }

  async rows(roomNids: readonly number[]): Promise<RoomRow[]> {
    const rows = await this.#database.query<RoomSqlRow>(
      `select ${roomColumns} from rooms where room_nid = any($1::int[])`,
      [roomNids],
    );
    return rows.map(toRoom);
  }

  async load(roomNids: readonly number[]): Promise<RoomWithState[]> {
    const [rooms, state] = await Promise.all([
      this.rows(roomNids),
      this.#database.query<EventRow>(
        `select ${eventColumns} from current_state c join events e on e.event_nid = c.event_nid ${eventJoins}
         where c.room_nid = any($1::int[])`,
        [roomNids],
      ),
    ]);
    const byRoom = new Map<number, StoredEvent[]>(rooms.map((room) => [room.roomNid, []]));
    for (const row of state) byRoom.get(row.room_nid)?.push(fromRow(row));
    return rooms.map((room) => ({ ...room, state: byRoom.get(room.roomNid) ?? [] }));
  }

  async membershipsOf(userId: string): Promise<MembershipRow[]> {
    const user = await this.#strings.find(userId);
    if (user === undefined) return [];
    const rows = await this.#database.query<{
      room_nid: number;
      room_id: string;
      membership: string;
      event_nid: number;
      forgotten: boolean;
      last_tl: number;
      bump_tl: number;
    }>(
      `select m.room_nid, r.room_id, m.membership, m.event_nid, m.forgotten, r.last_tl, r.bump_tl
       from memberships m join rooms r on r.room_nid = m.room_nid where m.user_nid = $1`,
      [user],
    );
    return rows.map((row) => ({
      roomNid: row.room_nid,
      roomId: row.room_id,
      membership: row.membership,
      eventNid: row.event_nid,
      forgotten: row.forgotten,
      lastTl: row.last_tl,
      bumpTl: row.bump_tl,
    }));
  }

  async forget(userId: string, roomNid: number): Promise<void> {
    await this.#database.query(
      'update memberships set forgotten = true where user_nid = $1 and room_nid = $2',
      [await this.#strings.number(userId), roomNid],
    );
  }

  async membershipChanges(
    roomNids: readonly number[],
    after: number,
  ): Promise<Array<{ roomNid: number; userId: string; membership: string; eventNid: number }>> {
    const rows = await this.#database.query<{
      room_nid: number;
      user_id: string;
      membership: string;
      event_nid: number;
    }>(
      `select m.room_nid, s.value as user_id, m.membership, m.event_nid
       from memberships m join strings s on s.nid = m.user_nid
       where m.room_nid = any($1::int[]) and m.event_nid > $2`,
      [roomNids, after],
    );
    return rows.map((row) => ({
      roomNid: row.room_nid,
      userId: row.user_id,
      membership: row.membership,
      eventNid: row.event_nid,
    }));
  }

  async sharing(userId: string, candidates: readonly string[]): Promise<string[]> {
    if (candidates.length === 0) return [];
    const user = await this.#strings.find(userId);
    if (user === undefined) return [];
    const rows = await this.#database.query<{ user_id: string }>(
      `select s.value as user_id from strings s
       where s.value = any($2::text[]) and exists (
         select 1 from memberships mine join memberships theirs on theirs.room_nid = mine.room_nid
         where mine.user_nid = $1 and mine.membership = 'join'
           and theirs.user_nid = s.nid and theirs.membership = 'join')`,
      [user, candidates],
    );
    return rows.map((row) => row.user_id);
  }

  async event(eventId: string): Promise<StoredEvent | undefined> {
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from events e ${eventJoins} where e.event_id = $1`,
      [eventId],
    );
    return rows[0] && fromRow(rows[0]);
  }

  async events(eventNids: readonly number[]): Promise<StoredEvent[]> {
    if (eventNids.length === 0) return [];
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from events e ${eventJoins} where e.event_nid = any($1::bigint[])`,
      [eventNids],
    );
    return rows.map(fromRow);
  }

  async timeline(query: TimelineQuery): Promise<StoredEvent[]> {
    const backward = query.direction === 'backward';
    const lowest = Number.MIN_SAFE_INTEGER;
    const highest = Number.MAX_SAFE_INTEGER;
    const parameters = backward
      ? [query.roomNid, query.to ?? lowest, query.from ?? highest, query.limit]
      : [query.roomNid, query.from ?? lowest, query.to ?? highest, query.limit];
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from events e ${eventJoins}
       where e.room_nid = $1 and e.tl > $2 and e.tl < $3 and e.${accepted}
       order by e.tl ${backward ? 'desc' : 'asc'} limit $4`,
      parameters,
    );
    return rows.map(fromRow);
  }

  async tails(
    ranges: ReadonlyArray<{ roomNid: number; from: number; to: number }>,
    limit: number,
  ): Promise<StoredEvent[]> {
    if (ranges.length === 0) return [];
    const rows = await this.#database.query<EventRow>(
      `select x.* from unnest($1::int[], $2::bigint[], $3::bigint[]) as q (room, low, high)
       cross join lateral (
         select ${eventColumns} from events e ${eventJoins}
         where e.room_nid = q.room and e.tl > q.low and e.tl <= q.high and e.${accepted}
         order by e.tl desc limit $4
       ) x order by x.room_nid, x.tl`,
      [
        ranges.map((range) => range.roomNid),
        ranges.map((range) => range.from),
        ranges.map((range) => range.to),
        limit,
      ],
    );
    return rows.map(fromRow);
  }

  async stateAt(
    roomNid: number,
    tl: number,
    only?: ReadonlyArray<{ type: string; stateKey?: string }>,
  ): Promise<StoredEvent[]> {
    if (only === undefined) {
      const rows = await this.#database.query<EventRow>(
        `select ${eventColumns} from state_history h join events e on e.event_nid = h.event_nid ${eventJoins}
         where h.room_nid = $1 and h.from_tl <= $2 and h.to_tl > $2`,
        [roomNid, tl],
      );
      return rows.map(fromRow);
    }
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns}
       from unnest($3::text[], $4::text[]) as f (type, key)
       join strings ft on ft.value = f.type
       left join strings fk on fk.value = f.key
       join state_history h on h.room_nid = $1 and h.type_nid = ft.nid and (f.key is null or h.state_key_nid = fk.nid)
         and h.from_tl <= $2 and h.to_tl > $2
       join events e on e.event_nid = h.event_nid ${eventJoins}`,
      [roomNid, tl, only.map((filter) => filter.type), only.map((filter) => filter.stateKey ?? null)],
    );
    return rows.map(fromRow);
  }

  async stateBetween(roomNid: number, from: number, to: number): Promise<StoredEvent[]> {
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from state_history h join events e on e.event_nid = h.event_nid ${eventJoins}
       where h.room_nid = $1 and h.from_tl > $2 and h.from_tl <= $3 and h.to_tl > $3`,
      [roomNid, from, to],
    );
    return rows.map(fromRow);
  }

  async stateIntervals(
    roomNid: number,
    type: string,
    stateKey: string,
  ): Promise<Array<{ from: number; to: number; event: StoredEvent }>> {
    const [typeNid, keyNid] = await Promise.all([this.#strings.find(type), this.#strings.find(stateKey)]);
    if (typeNid === undefined || keyNid === undefined) return [];
    const rows = await this.#database.query<EventRow & { from_tl: number; to_tl: number }>(
      `select ${eventColumns}, h.from_tl, h.to_tl from state_history h join events e on e.event_nid = h.event_nid ${eventJoins}
       where h.room_nid = $1 and h.type_nid = $2 and h.state_key_nid = $3 order by h.from_tl`,
      [roomNid, typeNid, keyNid],
    );
    return rows.map((row) => ({ from: row.from_tl, to: row.to_tl, event: fromRow(row) }));
  }

  async eventByTime(
    roomNid: number,
    ts: number,
    direction: 'backward' | 'forward',
  ): Promise<StoredEvent | undefined> {
    const backward = direction === 'backward';
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from events e ${eventJoins}
       where e.room_nid = $1 and e.ts ${backward ? '<=' : '>='} $2 and e.${accepted}
       order by e.ts ${backward ? 'desc' : 'asc'}, e.tl ${backward ? 'desc' : 'asc'} limit 1`,
      [roomNid, ts],
    );
    return rows[0] && fromRow(rows[0]);
  }

  relations(query: Parameters<RoomStore['relations']>[0]): ReturnType<RoomStore['relations']> {
    return this.#relations.children(query);
  }

  aggregations(...question: Parameters<RoomStore['aggregations']>): ReturnType<RoomStore['aggregations']> {
    return this.#relations.aggregations(...question);
  }

  related(...question: Parameters<RoomStore['related']>): Promise<string[]> {
    return this.#relations.related(...question);
  }

  threads(query: Parameters<RoomStore['threads']>[0]): ReturnType<RoomStore['threads']> {
    return this.#relations.threads(query);
  }

  async newest(roomNids: readonly number[], before: number, limit: number): Promise<StoredEvent[]> {
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from (
         select x.event_nid from unnest($1::int[]) as q (room) cross join lateral (
           select event_nid, tl from events where room_nid = q.room and tl < $2 and ${accepted} order by tl desc limit $3
         ) x order by x.tl desc limit $3
       ) newest join events e on e.event_nid = newest.event_nid ${eventJoins} order by e.tl desc`,
      [roomNids, before, limit],
    );
    return rows.map(fromRow);
  }

  search(query: Parameters<RoomStore['search']>[0]): Promise<StoredEvent[]> {
    return this.#words.search(query);
  }

  alias(alias: string): ReturnType<RoomStore['alias']> {
    return this.#aliases.find(alias);
  }

  addAlias(alias: string, roomNid: number, creator: string): Promise<boolean> {
    return this.#aliases.add(alias, roomNid, creator);
  }

  removeAlias(alias: string): Promise<void> {
    return this.#aliases.remove(alias);
  }

  moveAliases(fromNid: number, toNid: number): Promise<void> {
    return this.#aliases.move(fromNid, toNid);
  }

  aliasesOf(roomNid: number): Promise<string[]> {
    return this.#aliases.ofRoom(roomNid);
  }

  putReceipt(receipt: Parameters<RoomStore['putReceipt']>[0]): Promise<void> {
    return this.#receipts.put(receipt);
  }

  receipts(roomNids: readonly number[], afterPosition: number): ReturnType<RoomStore['receipts']> {
    return this.#receipts.ofRooms(roomNids, afterPosition);
  }

  receiptsOf(userId: string): ReturnType<RoomStore['receiptsOf']> {
    return this.#receipts.ofUser(userId);
  }

  putAccountData(userId: string, roomNid: number, type: string, content: string): Promise<void> {
    return this.#accountData.put(userId, roomNid, type, content);
  }

  accountData(userId: string, afterPosition: number): ReturnType<RoomStore['accountData']> {
    return this.#accountData.after(userId, afterPosition);
  }

  accountDataOf(userId: string, roomNid: number, type: string): Promise<string | undefined> {
    return this.#accountData.one(userId, roomNid, type);
  }
}
