/** What somebody told the operator of this server about an event, a room or a user. */
export interface Report {
  readonly reporter: string;
  readonly subject: 'event' | 'room' | 'user';
  readonly roomId?: string;
  readonly eventId?: string;
  readonly userId?: string;
  readonly reason: string;
  /** −100 (most offensive) to 0, where the client gave one. */
  readonly score?: number;
  readonly ts: number;
}

export interface ReportStore {
  addReport(report: Report): Promise<void>;
  /** Newest first. */
  reports(limit: number): Promise<Report[]>;
}
