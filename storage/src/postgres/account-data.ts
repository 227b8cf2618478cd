import { QuotaReached, quotas } from '../contracts/quotas.ts';
import type { AccountDataRow } from '../contracts/rooms.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';
import type { Writer } from './writer.ts';

/** Settings that a user's clients keep on the server, global (room 0) or of one room. */
export class AccountDataRows {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
  }

  async put(userId: string, roomNid: number, type: string, content: string): Promise<void> {
    const user = await this.#strings.number(userId);
    const typesMax = roomNid === 0 ? quotas.accountDataTypes : quotas.accountDataTypesPerRoom;
    let fits = true;
    await this.#writer.write(async (transaction, position) => {
      const kept = await transaction.query(
        `insert into account_data (user_nid, room_nid, type, content, position)
         select $1::int, $2::int, $3::text, $4::text, $5::bigint
         where (select count(*) from account_data where user_nid = $1 and room_nid = $2 and type <> $3) < $6
         on conflict (user_nid, room_nid, type) do update set content = excluded.content, position = excluded.position
         returning type`,
        [user, roomNid, type, content, position, typesMax],
      );
      fits = kept.length > 0;
      return fits ? { kind: 'account-data', userId, roomNid } : undefined;
    });
    if (!fits) throw new QuotaReached(`At most ${typesMax} types of account data are kept in one place`);
  }

  async after(userId: string, afterPosition: number): Promise<AccountDataRow[]> {
    const user = await this.#strings.find(userId);
    if (user === undefined) return [];
    const rows = await this.#database.query<{
      room_nid: number;
      type: string;
      content: string;
      position: number;
    }>(
      `select room_nid, type, content, position from account_data
       where user_nid = $1 and position > $2 order by position`,
      [user, afterPosition],
    );
    return rows.map((row) => ({
      roomNid: row.room_nid,
      type: row.type,
      content: row.content,
      position: row.position,
    }));
  }

  async one(userId: string, roomNid: number, type: string): Promise<string | undefined> {
    const user = await this.#strings.find(userId);
    if (user === undefined) return undefined;
    const rows = await this.#database.query<{ content: string }>(
      'select content from account_data where user_nid = $1 and room_nid = $2 and type = $3',
      [user, roomNid, type],
    );
    return rows[0]?.content;
  }
}
