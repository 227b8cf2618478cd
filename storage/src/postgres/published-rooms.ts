import type { Database, Queryable } from './database.ts';
import { foldText } from './words.ts';

/** State by which the directory describes a room: the type, the member of its content, the column. */
const describing = [
  ['m.room.name', 'name', 'name'],
  ['m.room.topic', 'topic', 'topic'],
  ['m.room.avatar', 'url', 'avatar_url'],
  ['m.room.canonical_alias', 'alias', 'canonical_alias'],
  ['m.room.join_rules', 'join_rule', 'join_rule'],
  ['m.room.create', 'type', 'room_type'],
  ['m.room.history_visibility', 'history_visibility', 'history_visibility'],
  ['m.room.guest_access', 'guest_access', 'guest_access'],
] as const;
const describingTypes: ReadonlySet<string> = new Set(describing.map(([type]) => type));
const columns = describing.map(([, , column]) => column);
const text_length_max = 16_384;

/** Whether the directory shows something of this state. */
export function describesRoom(type: string): boolean {
  return describingTypes.has(type);
}

/** Describes those of these rooms that are published anew from their current state. */
export async function describeRooms(database: Queryable, roomNids: readonly number[]): Promise<void> {
  if (roomNids.length === 0) return;
  const rows = await database.query<{ room_nid: number; type: string | null; json: string | null }>(
    `select p.room_nid, s.type, s.json from published_rooms p left join lateral (
       select ty.value as type, e.json from current_state c
       join strings ty on ty.nid = c.type_nid and ty.value = any($2::text[])
       join strings sk on sk.nid = c.state_key_nid and sk.value = ''
       join events e on e.event_nid = c.event_nid where c.room_nid = p.room_nid
     ) s on true where p.room_nid = any($1::int[])`,
    [roomNids, [...describingTypes]],
  );
  const rooms = new Map<number, Map<string, string>>();
  for (const row of rows) {
    const room = rooms.get(row.room_nid) ?? new Map<string, string>();
    rooms.set(row.room_nid, room);
    const known = describing.find(([type]) => type === row.type);
    if (known === undefined || row.json === null) continue;
    const [, member, column] = known;
    const value = (JSON.parse(row.json) as { content: Record<string, unknown> }).content[member];
    if (typeof value !== 'string' || value === '') continue;
    room.set(column, value.replaceAll('\0', '').slice(0, text_length_max).toWellFormed());
  }
  if (rooms.size === 0) return;
  const described = [...rooms.values()];
  await database.query(
    `update published_rooms p set words = c.words, ${columns.map((column) => `${column} = c.${column}`).join(', ')}
     from unnest($1::int[], $2::text[], ${columns.map((_, index) => `$${index + 3}::text[]`).join(', ')})
       as c (room_nid, words, ${columns.join(', ')})
     where p.room_nid = c.room_nid`,
    [
      [...rooms.keys()],
      described.map((room) =>
        foldText(['name', 'topic', 'canonical_alias'].map((column) => room.get(column) ?? '').join('\n')),
      ),
      ...columns.map((column) => described.map((room) => room.get(column) ?? null)),
    ],
  );
}

/** Puts rooms into the list and describes them. */
export async function publish(database: Queryable, roomNids: readonly number[]): Promise<void> {
  await database.query(
    `insert into published_rooms (room_nid, room_id, joined_members)
     select r.room_nid, r.room_id,
       (select count(*) from memberships m where m.room_nid = r.room_nid and m.membership = 'join')
     from rooms r where r.room_nid = any($1::int[]) on conflict do nothing`,
    [roomNids],
  );
  await describeRooms(database, roomNids);
}

/** Lists rooms that were published before there was a list. */
export async function fillDirectory(database: Database): Promise<void> {
  const rows = await database.query<{ room_nid: number }>(
    `select room_nid from rooms r
     where published and not exists (select 1 from published_rooms p where p.room_nid = r.room_nid)`,
  );
  if (rows.length === 0) return;
  await database.transaction((transaction) =>
    publish(
      transaction,
      rows.map((row) => row.room_nid),
    ),
  );
}
