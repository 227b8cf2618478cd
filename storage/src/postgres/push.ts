import type { PusherRow, PushStore } from '../contracts/push.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';

export class PostgresPush implements PushStore {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async setPusher(pusher: PusherRow, onlyHere: boolean): Promise<void> {
    const user = await this.#strings.number(pusher.userId);
    await this.#database.transaction(async (transaction) => {
      if (onlyHere) {
        await transaction.query('delete from pushers where app_id = $1 and pushkey = $2 and user_nid <> $3', [
          pusher.appId,
          pusher.pushkey,
          user,
        ]);
      }
      await transaction.query(
        `insert into pushers (user_nid, device_id, app_id, pushkey, settings, created_ts)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (user_nid, app_id, pushkey) do update
           set device_id = excluded.device_id, settings = excluded.settings, created_ts = excluded.created_ts`,
        [user, pusher.deviceId, pusher.appId, pusher.pushkey, pusher.settings, pusher.createdTs],
      );
    });
  }

  async deletePusher(userId: string, appId: string, pushkey: string): Promise<void> {
    await this.#database.query('delete from pushers where user_nid = $1 and app_id = $2 and pushkey = $3', [
      await this.#strings.number(userId),
      appId,
      pushkey,
    ]);
  }

  async dropPushkey(appId: string, pushkey: string): Promise<void> {
    await this.#database.query('delete from pushers where app_id = $1 and pushkey = $2', [appId, pushkey]);
  }

  async pushers(userId: string): Promise<PusherRow[]> {
    return this.#database.query<PusherRow>(
      `select s.value as "userId", p.device_id as "deviceId", p.app_id as "appId", p.pushkey, p.settings,
         p.created_ts as "createdTs"
       from pushers p join strings s on s.nid = p.user_nid where p.user_nid = $1 order by p.created_ts`,
      [await this.#strings.number(userId)],
    );
  }

  async pushedUsers(): Promise<string[]> {
    const rows = await this.#database.query<{ user_id: string }>(
      'select distinct s.value as user_id from pushers p join strings s on s.nid = p.user_nid',
    );
    return rows.map((row) => row.user_id);
  }
}
