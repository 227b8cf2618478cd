import type { ToDeviceMessage, ToDeviceStore } from '../contracts/encryption.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';
import type { Writer } from './writer.ts';

const scope = 'sendToDevice';

/** Inboxes of devices. A message stays until the device says that it has it. */
export class ToDeviceRows implements ToDeviceStore {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
  }

  async putToDevice(message: Parameters<ToDeviceStore['putToDevice']>[0]): Promise<boolean> {
    const sender = await this.#strings.number(message.sender);
    const users = await this.#strings.findAll(message.messages.map(({ userId }) => userId));
    const messages = message.messages.filter(({ userId }) => users.has(userId));
    let fresh = true;
    await this.#writer.write(async (transaction, position) => {
      const first = await transaction.query(
        `insert into transactions (user_nid, device_id, scope, txn_id, event_id, created_ts)
         values ($1, $2, $3, $4, '', $5) on conflict do nothing returning txn_id`,
        [sender, message.senderDevice, `${scope} ${message.type}`, message.txnId, message.ts],
      );
      fresh = first.length > 0;
      if (!fresh) return undefined;
      const rows = await transaction.query<{ user_id: string; device_id: string }>(
        `insert into to_device_messages (user_nid, device_id, position, sequence, sender_nid, type, content)
         select d.user_nid, d.device_id, $4, row_number() over (partition by d.user_nid, d.device_id order by m.ord), $5, $6, m.content
         from unnest($1::int[], $2::text[], $3::text[]) with ordinality as m (user_nid, device_id, content, ord)
         join devices d on d.user_nid = m.user_nid and (m.device_id = '*' or d.device_id = m.device_id)
         returning (select value from strings where nid = user_nid) as user_id, device_id`,
        [
          messages.map(({ userId }) => users.get(userId)),
          messages.map(({ deviceId }) => deviceId),
          messages.map(({ content }) => content),
          position,
          sender,
          message.type,
        ],
      );
      return {
        kind: 'to-device',
        devices: rows.map((row) => ({ userId: row.user_id, deviceId: row.device_id })),
      };
    });
    return fresh;
  }

  async toDeviceMessages(
    userId: string,
    deviceId: string,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<ToDeviceMessage[]> {
    const user = await this.#strings.find(userId);
    if (user === undefined) return [];
    return this.#database.query<ToDeviceMessage>(
      `with page as (
         select position from to_device_messages
         where user_nid = $1 and device_id = $2 and position > $3 and position <= $4
         order by position, sequence limit $5
       )
       select t.position, s.value as sender, t.type, t.content
       from to_device_messages t join strings s on s.nid = t.sender_nid
       where t.user_nid = $1 and t.device_id = $2 and t.position > $3 and t.position <= (select max(position) from page)
       order by t.position, t.sequence`,
      [user, deviceId, after, upTo, limit],
    );
  }

  async pruneToDevice(keep: number, limit: number): Promise<number> {
    const rows = await this.#database.query<{ gone: number }>(
      `with full_inboxes as (
         select user_nid, device_id from to_device_messages group by user_nid, device_id having count(*) > $1
       ), old as (
         select t.* from full_inboxes f cross join lateral (
           select user_nid, device_id, position, sequence from to_device_messages m
           where m.user_nid = f.user_nid and m.device_id = f.device_id
           order by position desc, sequence desc offset $1
         ) t limit $2
       ), gone as (
         delete from to_device_messages m using old o
         where m.user_nid = o.user_nid and m.device_id = o.device_id and m.position = o.position and m.sequence = o.sequence
         returning 1
       ) select count(*) as gone from gone`,
      [keep, limit],
    );
    return rows[0]?.gone ?? 0;
  }

  async acknowledgeToDevice(userId: string, deviceId: string, upTo: number): Promise<void> {
    await this.#database.query(
      'delete from to_device_messages where user_nid = $1 and device_id = $2 and position <= $3',
      [await this.#strings.number(userId), deviceId, upTo],
    );
  }
}
