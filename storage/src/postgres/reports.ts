import type { Report, ReportStore } from '../contracts/reports.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';

interface ReportRow {
  reporter: string;
  subject: Report['subject'];
  room_id: string | null;
  event_id: string | null;
  user_id: string | null;
  reason: string;
  score: number | null;
  created_ts: number;
}

export class PostgresReports implements ReportStore {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async addReport(report: Report): Promise<void> {
    await this.#database.query(
      `insert into reports (reporter_nid, subject, room_id, event_id, user_id, reason, score, created_ts)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        await this.#strings.number(report.reporter),
        report.subject,
        report.roomId ?? null,
        report.eventId ?? null,
        report.userId ?? null,
        report.reason,
        report.score ?? null,
        report.ts,
      ],
    );
  }

  async reports(limit: number): Promise<Report[]> {
    const rows = await this.#database.query<ReportRow>(
      `select s.value as reporter, r.subject, r.room_id, r.event_id, r.user_id, r.reason, r.score, r.created_ts
       from reports r join strings s on s.nid = r.reporter_nid order by r.report_id desc limit $1`,
      [limit],
    );
    return rows.map((row) => ({
      reporter: row.reporter,
      subject: row.subject,
      ...(row.room_id !== null && { roomId: row.room_id }),
      ...(row.event_id !== null && { eventId: row.event_id }),
      ...(row.user_id !== null && { userId: row.user_id }),
      reason: row.reason,
      ...(row.score !== null && { score: row.score }),
      ts: row.created_ts,
    }));
  }
}
