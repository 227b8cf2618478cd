import type { ReceiptRow } from '../contracts/rooms.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';
import type { Writer } from './writer.ts';

interface ReceiptSqlRow {
  room_nid: number;
  user_id: string;
  receipt_type: string;
  thread_id: string;
  event_id: string;
  tl: number;
  ts: number;
  position: number;
}

const receiptColumns = `r.room_nid, s.value as user_id, r.receipt_type, r.thread_id, r.event_id, r.tl, r.ts, r.position
  from receipts r join strings s on s.nid = r.user_nid`;

function toReceipt(row: ReceiptSqlRow): ReceiptRow {
  return {
    roomNid: row.room_nid,
    userId: row.user_id,
    receiptType: row.receipt_type,
    threadId: row.thread_id,
    eventId: row.event_id,
    tl: row.tl,
    ts: row.ts,
    position: row.position,
  };
}

/** How far each member has read. A receipt never moves back. */
export class ReceiptRows {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
  }

  async put(receipt: Omit<ReceiptRow, 'position'>): Promise<void> {
    const user = await this.#strings.number(receipt.userId);
    await this.#writer.write(async (transaction, position) => {
      const moved = await transaction.query(
        `insert into receipts (room_nid, user_nid, receipt_type, thread_id, event_id, tl, ts, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (room_nid, user_nid, receipt_type, thread_id) do update
           set event_id = excluded.event_id, tl = excluded.tl, ts = excluded.ts, position = excluded.position
           where receipts.tl < excluded.tl
         returning position`,
        [
          receipt.roomNid,
          user,
          receipt.receiptType,
          receipt.threadId,
          receipt.eventId,
          receipt.tl,
          receipt.ts,
          position,
        ],
      );
      if (moved.length === 0) return undefined;
      return {
        kind: 'receipt',
        roomNid: receipt.roomNid,
        userId: receipt.userId,
        private: receipt.receiptType === 'm.read.private',
        threadId: receipt.threadId,
        tl: receipt.tl,
      };
    });
  }

  async ofRooms(roomNids: readonly number[], afterPosition: number): Promise<ReceiptRow[]> {
    const rows = await this.#database.query<ReceiptSqlRow>(
      `select ${receiptColumns} where r.room_nid = any($1::int[]) and r.position > $2`,
      [roomNids, afterPosition],
    );
    return rows.map(toReceipt);
  }

  async ofUser(userId: string): Promise<ReceiptRow[]> {
    const user = await this.#strings.find(userId);
    if (user === undefined) return [];
    const rows = await this.#database.query<ReceiptSqlRow>(`select ${receiptColumns} where r.user_nid = $1`, [
      user,
    ]);
    return rows.map(toReceipt);
  }
}
