import type { Append, NewEvent } from '../contracts/rooms.ts';
import type { StoredEvent } from '../contracts/writer.ts';
import { eventFlags } from '../contracts/writer.ts';
import type { Queryable } from './database.ts';
import { describeRooms, describesRoom } from './published-rooms.ts';
import { eventWords } from './event-words.ts';
import type { Strings } from './strings.ts';

const forever = '9223372036854775807';

/** Positions, events, room heads and transaction ids in one round trip: the whole cost of an ordinary message. */
const appendStatement = `
with p as (update stream set position = position + $1 returning position - $1 as base),
e as (
  insert into events (event_nid, room_nid, tl, event_id, type_nid, state_key_nid, sender_nid, ts, flags, json)
  select p.base + n.ord, n.room, p.base + n.ord, n.event_id, n.type, n.key, n.sender, n.ts, n.flags, n.json
  from p, unnest($2::int[], $3::text[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::smallint[], string_to_array($9, chr(10)))
    with ordinality as n (room, event_id, type, key, sender, ts, flags, json, ord)
),
r as (
  update rooms set last_tl = p.base + u.last, depth = u.depth, extremities = array[u.extremity],
    bump_tl = case when u.bump > 0 then p.base + u.bump else bump_tl end
  from p, unnest($10::int[], $11::int[], $12::int[], $13::bigint[], $14::text[]) as u (room, last, bump, depth, extremity)
  where rooms.room_nid = u.room
),
t as (
  insert into transactions (user_nid, device_id, scope, txn_id, event_id, created_ts)
  select * from unnest($15::int[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[])
),
w as (
  insert into event_words (event_nid, room_nid, words)
  select p.base + c.ord, c.room, c.words::tsvector
  from p, unnest($21::int[], $22::int[], $23::text[]) as c (ord, room, words)
)
select base from p`;

/** Memberships, and with them the sizes of published rooms; all parts see what was before. */
const membersStatement = `
with c as (
  select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[]) as c (room, key, tl, membership)
),
moved as (
  select c.room, sum((c.membership = 'join')::int - (coalesce(m.membership, '') = 'join')::int) as by
  from c left join memberships m on m.room_nid = c.room and m.user_nid = c.key group by c.room
),
sized as (
  update published_rooms p set joined_members = joined_members + moved.by
  from moved where p.room_nid = moved.room and moved.by <> 0
)
insert into memberships (room_nid, user_nid, event_nid, membership, forgotten)
select room, key, tl, membership, false from c
on conflict (user_nid, room_nid) do update
  set event_nid = case when memberships.membership = 'join' and excluded.membership = 'join'
        then memberships.event_nid else excluded.event_nid end,
      membership = excluded.membership,
      forgotten = memberships.forgotten and excluded.membership in ('leave', 'ban')`;

interface RoomHead {
  last: number;
  bump: number;
  depth: number;
  extremity: string;
}

/**
 * Writes the events of all appends.
 * @returns for each append its events as stored.
 */
export async function appendEvents(
  database: Queryable,
  strings: Strings,
  appends: readonly Append[],
): Promise<Map<Append, readonly StoredEvent[]>> {
  const stored = new Map<Append, readonly StoredEvent[]>();
  const events = appends.flatMap((append) => append.events);
  if (events.length === 0) return stored;
  const base = await insertEvents(database, strings, appends, events);
  const states = events
    .map((event, index) => ({ event, nid: base + index + 1 }))
    .filter(({ event }) => event.stateKey !== null && event.flags === 0);
  if (states.length > 0) await writeState(database, strings, states);
  await writeRelations(database, strings, events, base);
  const described = events.filter(
    (event) => event.redacts !== undefined || (event.stateKey === '' && describesRoom(event.type)),
  );
  await describeRooms(database, [...new Set(described.map((event) => event.roomNid))]);
  for (const append of appends) await takeAlias(database, strings, append);
  let nid = base;
  for (const append of appends) {
    stored.set(
      append,
      append.events.map((event) => {
        nid += 1;
        return toStored(event, nid);
      }),
    );
  }
  return stored;
}

function toStored(event: NewEvent, nid: number): StoredEvent {
  return {
    nid,
    tl: nid,
    roomNid: event.roomNid,
    eventId: event.eventId,
    type: event.type,
    stateKey: event.stateKey,
    sender: event.sender,
    ts: event.ts,
    flags: event.flags,
    redactedBy: null,
    json: event.json,
  };
}

async function insertEvents(
  database: Queryable,
  strings: Strings,
  appends: readonly Append[],
  events: readonly NewEvent[],
): Promise<number> {
  const heads = new Map<number, RoomHead>();
  events.forEach((event, index) => {
    const head = heads.get(event.roomNid);
    heads.set(event.roomNid, {
      last: index + 1,
      bump: event.movesRoomUp ? index + 1 : (head?.bump ?? 0),
      depth: event.depth,
      extremity: event.eventId,
    });
  });
  const headRows = [...heads.values()];
  const transactions = appends.flatMap((append) =>
    append.transaction === undefined
      ? []
      : [{ ...append.transaction, eventId: append.events.at(-1)?.eventId ?? '' }],
  );
  const searchable = events.flatMap((event, index) => {
    const words = eventWords(event);
    return words === undefined ? [] : [{ ord: index + 1, roomNid: event.roomNid, words }];
  });
  const rows = await database.query<{ base: number }>(appendStatement, [
    events.length,
    events.map((event) => event.roomNid),
    events.map((event) => event.eventId),
    events.map((event) => strings.cachedOrThrow(event.type)),
    events.map((event) => (event.stateKey === null ? null : strings.cachedOrThrow(event.stateKey))),
    events.map((event) => strings.cachedOrThrow(event.sender)),
    events.map((event) => event.ts),
    events.map((event) => event.flags),
    // Canonical JSON holds no line feed: joined by it, the texts need neither quoting here nor parsing there.
    events.map((event) => event.json).join('\n'),
    [...heads.keys()],
    headRows.map((head) => head.last),
    headRows.map((head) => head.bump),
    headRows.map((head) => head.depth),
    headRows.map((head) => head.extremity),
    transactions.map((transaction) => strings.cachedOrThrow(transaction.userId)),
    transactions.map((transaction) => transaction.deviceId),
    transactions.map((transaction) => transaction.scope),
    transactions.map((transaction) => transaction.txnId),
    transactions.map((transaction) => transaction.eventId),
    transactions.map((transaction) => transaction.ts),
    searchable.map(({ ord }) => ord),
    searchable.map(({ roomNid }) => roomNid),
    searchable.map(({ words }) => words),
  ]);
  return rows[0]?.base ?? 0;
}

async function takeAlias(database: Queryable, strings: Strings, append: Append): Promise<void> {
  const roomNid = append.events[0]?.roomNid;
  if (append.alias === undefined || roomNid === undefined) return;
  await database.query('insert into aliases (alias, room_nid, creator_nid) values ($1, $2, $3)', [
    append.alias.alias,
    roomNid,
    strings.cachedOrThrow(append.alias.creator),
  ]);
}

interface StateWrite {
  readonly event: NewEvent;
  readonly nid: number;
}

async function writeState(
  database: Queryable,
  strings: Strings,
  writes: readonly StateWrite[],
): Promise<void> {
  // Several events of one batch may set the same key: each holds until the next, only the last is current.
  const byKey = new Map<string, StateWrite[]>();
  for (const write of writes) {
    const key = `${write.event.roomNid} ${write.event.type} ${write.event.stateKey}`;
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [write]);
    else list.push(write);
  }
  const first: StateWrite[] = [];
  const last: StateWrite[] = [];
  const intervals: Array<StateWrite & { until: number | string }> = [];
  for (const list of byKey.values()) {
    list.forEach((write, index) => {
      if (index === 0) first.push(write);
      const next = list[index + 1];
      if (next === undefined) last.push(write);
      intervals.push({ ...write, until: next?.nid ?? forever });
    });
  }
  const keys = (list: readonly StateWrite[]): [number[], number[], number[], number[]] => [
    list.map(({ event }) => event.roomNid),
    list.map(({ event }) => strings.cachedOrThrow(event.type)),
    list.map(({ event }) => strings.cachedOrThrow(event.stateKey ?? '')),
    list.map(({ nid }) => nid),
  ];
  await database.query(
    `update state_history h set to_tl = c.tl
     from unnest($1::int[], $2::int[], $3::int[], $4::bigint[]) as c (room, type, key, tl)
     where h.room_nid = c.room and h.type_nid = c.type and h.state_key_nid = c.key and h.to_tl = ${forever}`,
    keys(first),
  );
  await database.query(
    `insert into state_history (room_nid, type_nid, state_key_nid, from_tl, to_tl, event_nid)
     select c.room, c.type, c.key, c.tl, c.until, c.tl
     from unnest($1::int[], $2::int[], $3::int[], $4::bigint[], $5::bigint[]) as c (room, type, key, tl, until)`,
    [...keys(intervals), intervals.map(({ until }) => until)],
  );
  await database.query(
    `insert into current_state (room_nid, type_nid, state_key_nid, event_nid)
     select * from unnest($1::int[], $2::int[], $3::int[], $4::bigint[])
     on conflict (room_nid, type_nid, state_key_nid) do update set event_nid = excluded.event_nid`,
    keys(last),
  );
  const members = last.filter(({ event }) => event.membership !== undefined);
  if (members.length === 0) return;
  await database.query(membersStatement, [
    members.map(({ event }) => event.roomNid),
    members.map(({ event }) => strings.cachedOrThrow(event.stateKey ?? '')),
    members.map(({ nid }) => nid),
    members.map(({ event }) => event.membership),
  ]);
}

async function writeRelations(
  database: Queryable,
  strings: Strings,
  events: readonly NewEvent[],
  base: number,
): Promise<void> {
  const related = events.flatMap((event, index) =>
    event.relatesTo === undefined ? [] : [{ event, relatesTo: event.relatesTo, nid: base + index + 1 }],
  );
  if (related.length > 0) {
    await database.query(
      `insert into relations (parent_event_id, child_nid, room_nid, rel_type, type_nid, sender_nid)
       select * from unnest($1::text[], $2::bigint[], $3::int[], $4::text[], $5::int[], $6::int[])`,
      [
        related.map(({ relatesTo }) => relatesTo.eventId),
        related.map(({ nid }) => nid),
        related.map(({ event }) => event.roomNid),
        related.map(({ relatesTo }) => relatesTo.relType),
        related.map(({ event }) => strings.cachedOrThrow(event.type)),
        related.map(({ event }) => strings.cachedOrThrow(event.sender)),
      ],
    );
    await database.query(
      `update events set flags = flags | ${eventFlags.hasRelations} where event_id = any($1::text[])`,
      [related.map(({ relatesTo }) => relatesTo.eventId)],
    );
  }
  const redactions = events.flatMap((event, index) =>
    event.redacts === undefined ? [] : [{ redacts: event.redacts, nid: base + index + 1 }],
  );
  if (redactions.length === 0) return;
  await database.query(
    `with gone as (
       update events e set json = c.json, redacted_by = c.nid
       from unnest($1::text[], $2::text[], $3::bigint[]) as c (event_id, json, nid)
       where e.event_id = c.event_id
       returning e.event_nid
     ), unfound as (delete from event_words using gone where event_words.event_nid = gone.event_nid)
     delete from relations using gone where child_nid = gone.event_nid`,
    [
      redactions.map(({ redacts }) => redacts.eventId),
      redactions.map(({ redacts }) => redacts.json),
      redactions.map(({ nid }) => nid),
    ],
  );
}
