import type { Database } from './database.ts';
import type { Strings } from './strings.ts';

/** Room aliases of this server. */
export class AliasRows {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async find(alias: string): Promise<{ roomId: string; roomNid: number; creator: string } | undefined> {
    const rows = await this.#database.query<{ room_id: string; room_nid: number; creator: string }>(
      `select r.room_id, r.room_nid, s.value as creator from aliases a
       join rooms r on r.room_nid = a.room_nid join strings s on s.nid = a.creator_nid where a.alias = $1`,
      [alias],
    );
    const row = rows[0];
    return row && { roomId: row.room_id, roomNid: row.room_nid, creator: row.creator };
  }

  async add(alias: string, roomNid: number, creator: string): Promise<boolean> {
    const rows = await this.#database.query(
      'insert into aliases (alias, room_nid, creator_nid) values ($1, $2, $3) on conflict do nothing returning alias',
      [alias, roomNid, await this.#strings.number(creator)],
    );
    return rows.length > 0;
  }

  async remove(alias: string): Promise<void> {
    await this.#database.query('delete from aliases where alias = $1', [alias]);
  }

  async move(fromNid: number, toNid: number): Promise<void> {
    await this.#database.query('update aliases set room_nid = $2 where room_nid = $1', [fromNid, toNid]);
  }

  async ofRoom(roomNid: number): Promise<string[]> {
    const rows = await this.#database.query<{ alias: string }>(
      'select alias from aliases where room_nid = $1 order by alias limit 1000',
      [roomNid],
    );
    return rows.map((row) => row.alias);
  }
}
