import type { DirectoryQuery, DirectoryStore, PublishedRoom } from '../contracts/directory.ts';
import type { Database } from './database.ts';
import { publish } from './published-rooms.ts';
import { foldText } from './words.ts';
import type { Writer } from './writer.ts';

export class PostgresDirectory implements DirectoryStore {
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
  }

  async setPublished(roomNid: number, published: boolean): Promise<void> {
    // In the writer's turn: no member comes or goes between the count and its place in the list.
    await this.#writer.write(async (transaction) => {
      await transaction.query('update rooms set published = $2 where room_nid = $1', [roomNid, published]);
      if (published) await publish(transaction, [roomNid]);
      else await transaction.query('delete from published_rooms where room_nid = $1', [roomNid]);
      return undefined;
    });
  }

  async publishedRooms(query: DirectoryQuery): ReturnType<DirectoryStore['publishedRooms']> {
    const { words, types, from, limit } = query;
    const backward = from?.direction === 'before';
    const pattern =
      words === undefined ? null : `%${foldText(words).replaceAll(/[\\%_]/g, (found) => `\\${found}`)}%`;
    const named = types?.filter((type) => type !== null) ?? null;
    const filter = [pattern, named, types?.includes(null) ?? false];
    const matching = `joined_members > 0 and ($1::text is null or words like $1)
      and ($2::text[] is null or room_type = any($2) or ($3 and room_type is null))`;
    const [rows, counts] = await Promise.all([
      this.#database.query<PublishedRoom>(
        `select room_id as "roomId", joined_members as "joinedMembers", name, topic, avatar_url as "avatarUrl",
           canonical_alias as "canonicalAlias", join_rule as "joinRule", room_type as "roomType",
           history_visibility as "historyVisibility", guest_access as "guestAccess"
         from published_rooms where ${matching} and ($4::int is null or ${
           backward
             ? 'joined_members > $4 or (joined_members = $4 and room_id < $5)'
             : 'joined_members < $4 or (joined_members = $4 and room_id > $5)'
         })
         order by ${backward ? 'joined_members asc, room_id desc' : 'joined_members desc, room_id asc'} limit $6`,
        [...filter, from?.place.joinedMembers ?? null, from?.place.roomId ?? null, limit + 1],
      ),
      this.#database.query<{ total: number }>(
        `select count(*) as total from published_rooms where ${matching}`,
        filter,
      ),
    ]);
    const page = rows.slice(0, limit);
    return {
      rooms: backward ? page.toReversed() : page,
      more: rows.length > limit,
      total: counts[0]?.total ?? 0,
    };
  }
}
