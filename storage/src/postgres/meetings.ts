import type { MeetingGuestRow, MeetingLinkRow, MeetingStore } from '../contracts/meetings.ts';
import type { Database } from './database.ts';

const linkColumns = `link_id as "linkId", room_id as "roomId", title, created_by as "createdBy", created_ts as "createdTs"`;
const guestColumns = `guest_id as "guestId", link_id as "linkId", room_id as "roomId", name, secret_hash as "secretHash",
  state, key_offer as "keyOffer", knocked_ts as "knockedTs"`;

export class PostgresMeetings implements MeetingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async addLink(link: MeetingLinkRow, linksMax: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      // Orders two that come at once: a room may have no row of its own here that could be locked.
      await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [link.roomId]);
      const rows = await transaction.query(
        `insert into meeting_links (link_id, room_id, title, created_by, created_ts)
         select $1, $2, $3, $4, $5 where (select count(*) from meeting_links where room_id = $2) < $6
         returning link_id`,
        [link.linkId, link.roomId, link.title, link.createdBy, link.createdTs, linksMax],
      );
      return rows.length > 0;
    });
  }

  async link(linkId: string): Promise<MeetingLinkRow | undefined> {
    const rows = await this.#database.query<MeetingLinkRow>(
      `select ${linkColumns} from meeting_links where link_id = $1`,
      [linkId],
    );
    return rows[0];
  }

  async linksOf(roomId: string): Promise<MeetingLinkRow[]> {
    return this.#database.query<MeetingLinkRow>(
      `select ${linkColumns} from meeting_links where room_id = $1 order by created_ts limit 100`,
      [roomId],
    );
  }

  async removeLink(linkId: string): Promise<void> {
    await this.#database.query('delete from meeting_links where link_id = $1', [linkId]);
  }

  async addGuest(guest: MeetingGuestRow, waitingMax: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      // The link's row orders two guests who come at once.
      await transaction.query('select 1 from meeting_links where link_id = $1 for update', [guest.linkId]);
      const rows = await transaction.query(
        `insert into meeting_guests (guest_id, link_id, room_id, name, secret_hash, state, key_offer, knocked_ts)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from meeting_guests where link_id = $2 and state = 'waiting') < $9
         returning guest_id`,
        [
          guest.guestId,
          guest.linkId,
          guest.roomId,
          guest.name,
          guest.secretHash,
          guest.state,
          guest.keyOffer,
          guest.knockedTs,
          waitingMax,
        ],
      );
      return rows.length > 0;
    });
  }

  async guest(guestId: string): Promise<MeetingGuestRow | undefined> {
    const rows = await this.#database.query<MeetingGuestRow>(
      `select ${guestColumns} from meeting_guests where guest_id = $1`,
      [guestId],
    );
    return rows[0];
  }

  async presentGuests(roomId: string): Promise<MeetingGuestRow[]> {
    return this.#database.query<MeetingGuestRow>(
      `select ${guestColumns} from meeting_guests
       where room_id = $1 and state in ('waiting', 'admitted') order by knocked_ts limit 500`,
      [roomId],
    );
  }

  async setGuestState(
    guestId: string,
    state: MeetingGuestRow['state'],
    from: ReadonlyArray<MeetingGuestRow['state']>,
  ): Promise<boolean> {
    const rows = await this.#database.query(
      'update meeting_guests set state = $2 where guest_id = $1 and state = any($3::text[]) returning guest_id',
      [guestId, state, from],
    );
    return rows.length > 0;
  }

  async removeWaitingGuest(guestId: string): Promise<string | undefined> {
    const rows = await this.#database.query<{ roomId: string }>(
      `delete from meeting_guests where guest_id = $1 and state = 'waiting' returning room_id as "roomId"`,
      [guestId],
    );
    return rows[0]?.roomId;
  }

  async removeMember(roomId: string, userId: string, ts: number): Promise<void> {
    await this.#database.query(
      `insert into meeting_removals (room_id, user_id, removed_ts) values ($1, $2, $3)
       on conflict (room_id, user_id) do update set removed_ts = excluded.removed_ts`,
      [roomId, userId, ts],
    );
  }

  async isRemoved(roomId: string, userId: string): Promise<boolean> {
    const rows = await this.#database.query(
      'select 1 from meeting_removals where room_id = $1 and user_id = $2',
      [roomId, userId],
    );
    return rows.length > 0;
  }

  async noteCall(callName: string, roomId: string): Promise<void> {
    await this.#database.query(
      'insert into meeting_calls (call_name, room_id) values ($1, $2) on conflict do nothing',
      [callName, roomId],
    );
  }

  async calls(): Promise<Array<{ callName: string; roomId: string }>> {
    return this.#database.query<{ callName: string; roomId: string }>(
      'select call_name as "callName", room_id as "roomId" from meeting_calls',
    );
  }

  async endMeeting(callName: string, roomId: string): Promise<void> {
    await this.#database.query('delete from meeting_calls where call_name = $1', [callName]);
    await this.#database.query('delete from meeting_removals where room_id = $1', [roomId]);
    await this.#database.query(
      `update meeting_guests set state = 'refused' where room_id = $1 and state = 'admitted'`,
      [roomId],
    );
  }
}
