import type { NewEvent } from '../contracts/rooms.ts';
import type { RoomStore } from '../contracts/rooms.ts';
import type { StoredEvent } from '../contracts/writer.ts';
import type { Database, Queryable } from './database.ts';
import { eventColumns, eventJoins, fromRow } from './events.ts';
import type { EventRow } from './events.ts';
import { wordsIn, withoutPrefixes } from './words.ts';

/** Where the words of each type of event stand. */
const searchedMembers = new Map([
  ['m.room.message', 'body'],
  ['m.room.name', 'name'],
  ['m.room.topic', 'topic'],
]);
/** More rooms than this are told apart by a column instead of by the index. */
const rooms_in_index_max = 200;
const filled_at_once = 500;

const roomWord = (roomNid: number): string => `'#${roomNid}'`;
// Words hold nothing but letters, digits and underscores, so they can stand between quotes.
const quoted = (word: string): string => `'${word}'`;

/** The words of an event in the form that PostgreSQL reads; undefined for events that cannot be searched. */
export function eventWords(event: Pick<NewEvent, 'roomNid' | 'type' | 'json' | 'flags'>): string | undefined {
  const member = searchedMembers.get(event.type);
  if (member === undefined || (event.flags & 6) !== 0) return undefined;
  const text = (JSON.parse(event.json) as { content: Record<string, unknown> }).content[member];
  if (typeof text !== 'string') return undefined;
  const words = new Set<string>();
  for (const word of wordsIn(text)) {
    words.add(word);
    for (const shorter of withoutPrefixes(word)) words.add(shorter);
  }
  if (words.size === 0) return undefined;
  return [roomWord(event.roomNid), ...[...words].map(quoted)].join(' ');
}

/** Every word by its beginning; an Arabic one also without its article and what is joined to it. */
function queryOf(words: readonly string[]): string {
  return words
    .map((word) => {
      const bare = withoutPrefixes(word).at(-1);
      const forms = bare === undefined || !word.includes('ال') ? [word] : [word, bare];
      return `(${forms.map((form) => `${quoted(form)}:*`).join(' | ')})`;
    })
    .join(' & ');
}

/** Finding events by their words. */
export class EventWordRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async search(query: Parameters<RoomStore['search']>[0]): Promise<StoredEvent[]> {
    const words = wordsIn(query.text).slice(0, query.wordsMax);
    if (words.length === 0 || query.roomNids.length === 0) return [];
    const rooms =
      query.roomNids.length > rooms_in_index_max ? '' : `(${query.roomNids.map(roomWord).join(' | ')}) & `;
    const rows = await this.#database.query<EventRow>(
      `select ${eventColumns} from event_words w join events e on e.event_nid = w.event_nid ${eventJoins}
       where w.words @@ $1::tsquery and w.event_nid < $2 and w.room_nid = any($3::int[])
         and ty.value = any($4::text[]) and e.redacted_by is null
       order by w.event_nid desc limit $5`,
      [rooms + queryOf(words), query.before, query.roomNids, query.types, query.limit],
    );
    return rows.map(fromRow);
  }
}

/** Indexes what was written before there was an index; goes on where it was cut off. */
export async function fillEventWords(database: Database): Promise<void> {
  for (;;) {
    const more = await database.transaction(fillSome);
    if (!more) return;
  }
}

async function fillSome(transaction: Queryable): Promise<boolean> {
  const places = await transaction.query<{ before: number }>('select before from event_words_missing');
  const place = places[0];
  if (place === undefined) return false;
  const rows = await transaction.query<{
    nid: number;
    roomNid: number;
    type: string;
    json: string;
    flags: number;
    redacted: boolean;
  }>(
    `select e.event_nid as nid, e.room_nid as "roomNid", ty.value as type, e.json, e.flags,
       e.redacted_by is not null as redacted
     from events e join strings ty on ty.nid = e.type_nid where e.event_nid < $1 order by e.event_nid desc limit $2`,
    [place.before, filled_at_once],
  );
  const found = rows.flatMap((row) => {
    const words = row.redacted ? undefined : eventWords(row);
    return words === undefined ? [] : [{ ...row, words }];
  });
  await transaction.query(
    `insert into event_words (event_nid, room_nid, words)
     select nid, room, words::tsvector from unnest($1::bigint[], $2::int[], $3::text[]) as c (nid, room, words)
     on conflict do nothing`,
    [found.map(({ nid }) => nid), found.map(({ roomNid }) => roomNid), found.map(({ words }) => words)],
  );
  const last = rows.at(-1);
  if (last === undefined) await transaction.query('delete from event_words_missing');
  else await transaction.query('update event_words_missing set before = $1', [last.nid]);
  return last !== undefined;
}
