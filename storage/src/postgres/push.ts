import type { MissedNews, PusherProgress, PusherRow, PusherSettings, PushStore } from '../contracts/push.ts';
import type { Database } from './database.ts';
import { accepted, eventColumns, eventJoins, fromRow } from './events.ts';
import type { EventRow } from './events.ts';
import type { Strings } from './strings.ts';

/**
 * What may deserve a notice in a range of positions: in joined rooms what came after the user did and was not read, and what
 * made the user a member of another kind.
 */
const missedStatement = `
with mine as (
  select m.room_nid, m.membership, m.event_nid, greatest(m.event_nid, $2, coalesce((
    select max(r.tl) from receipts r where r.room_nid = m.room_nid and r.user_nid = m.user_nid and r.thread_id = ''
  ), 0)) as low
  from memberships m join rooms on rooms.room_nid = m.room_nid
  where m.user_nid = $1 and rooms.last_tl > $2
)
select ${eventColumns} from (
  select e.event_nid from mine join events e on e.room_nid = mine.room_nid and e.tl > mine.low and e.tl <= $3
  where mine.membership = 'join' and e.${accepted}
  union
  select event_nid from mine where event_nid > $2 and event_nid <= $3
) found join events e on e.event_nid = found.event_nid ${eventJoins}
where e.sender_nid <> $1 and e.redacted_by is null
order by e.event_nid desc limit $4`;

export class PostgresPush implements PushStore {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async setPusher(pusher: PusherSettings, onlyHere: boolean): Promise<void> {
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
        `insert into pushers (user_nid, device_id, app_id, pushkey, settings, created_ts, told)
         values ($1, $2, $3, $4, $5, $6, (select position from stream))
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
         p.created_ts as "createdTs", p.told
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

  async usersBehind(upTo: number): Promise<string[]> {
    const rows = await this.#database.query<{ user_id: string }>(
      `select s.value as user_id
       from (select user_nid, min(told) as told from pushers where told < $1 group by user_nid) p
       join strings s on s.nid = p.user_nid
       where exists (
           select 1 from memberships m join rooms r on r.room_nid = m.room_nid
           where m.user_nid = p.user_nid and r.last_tl > p.told and (m.membership = 'join' or m.event_nid > p.told)
         ) or exists (select 1 from receipts r where r.user_nid = p.user_nid and r.position > p.told)
       order by p.told`,
      [upTo],
    );
    return rows.map((row) => row.user_id);
  }

  async missed({ userId, after, upTo, limit }: Parameters<PushStore['missed']>[0]): Promise<MissedNews> {
    const user = await this.#strings.number(userId);
    const [events, receipts] = await Promise.all([
      this.#database.query<EventRow>(missedStatement, [user, after, upTo, limit]),
      this.#database.query<{ position: number | null }>(
        'select max(position) as position from receipts where user_nid = $1 and position > $2 and position <= $3',
        [user, after, upTo],
      ),
    ]);
    return { events: events.map(fromRow).toReversed(), readAt: receipts[0]?.position ?? undefined };
  }

  async setTold(progress: readonly PusherProgress[]): Promise<void> {
    if (progress.length === 0) return;
    await this.#strings.intern(progress.map(({ userId }) => userId));
    await this.#database.query(
      `update pushers p set told = c.told
       from unnest($1::int[], $2::text[], $3::text[], $4::bigint[]) as c (user_nid, app_id, pushkey, told)
       where p.user_nid = c.user_nid and p.app_id = c.app_id and p.pushkey = c.pushkey and p.told < c.told`,
      [
        progress.map(({ userId }) => this.#strings.cachedOrThrow(userId)),
        progress.map(({ appId }) => appId),
        progress.map(({ pushkey }) => pushkey),
        progress.map(({ told }) => told),
      ],
    );
  }

  async setUsersTold(
    users: Parameters<PushStore['setUsersTold']>[0],
    except: Parameters<PushStore['setUsersTold']>[1],
  ): Promise<void> {
    if (users.length === 0) return;
    await this.#strings.intern([...users, ...except].map(({ userId }) => userId));
    await this.#database.query(
      `update pushers p set told = c.told from unnest($1::int[], $2::bigint[]) as c (user_nid, told)
       where p.user_nid = c.user_nid and p.told < c.told and not exists (
         select 1 from unnest($3::int[], $4::text[], $5::text[]) as b (user_nid, app_id, pushkey)
         where b.user_nid = p.user_nid and b.app_id = p.app_id and b.pushkey = p.pushkey)`,
      [
        users.map(({ userId }) => this.#strings.cachedOrThrow(userId)),
        users.map(({ told }) => told),
        except.map(({ userId }) => this.#strings.cachedOrThrow(userId)),
        except.map(({ appId }) => appId),
        except.map(({ pushkey }) => pushkey),
      ],
    );
  }
}
