/** Something that was committed, told to listeners after the commit and in the order of positions. */
export type Change =
  | {
      readonly kind: 'events';
      readonly events: readonly StoredEvent[];
      readonly redacted: readonly Redacted[];
    }
  | { readonly kind: 'account-data'; readonly userId: string; readonly roomNid: number }
  | {
      readonly kind: 'receipt';
      readonly roomNid: number;
      readonly userId: string;
      readonly private: boolean;
      readonly threadId: string;
      readonly tl: number;
    }
  | { readonly kind: 'to-device'; readonly devices: ReadonlyArray<{ userId: string; deviceId: string }> }
  | { readonly kind: 'device-list'; readonly userId: string }
  /** One-time or fallback keys came or went. */
  | { readonly kind: 'key-counts'; readonly devices: ReadonlyArray<{ userId: string; deviceId: string }> }
  /**
   * Anything may have been written up to this position: the database went away between a commit and its answer, or another
   * process had the database for a while. What is kept in memory must be read again.
   */
  | { readonly kind: 'unknown' };

/** An event that was emptied: its new JSON and the redaction's number. */
export interface Redacted {
  readonly eventId: string;
  readonly json: string;
  readonly by: number;
}

/** A change with the stream position at which readers can see it. */
export interface Committed {
  readonly position: number;
  readonly change: Change;
}

/** An event as the server keeps it. `nid` is also its stream position. */
export interface StoredEvent {
  readonly nid: number;
  /** Timeline index in its room: `nid` for live events, negative for history fetched later. */
  readonly tl: number;
  readonly roomNid: number;
  readonly eventId: string;
  readonly type: string;
  readonly stateKey: string | null;
  readonly sender: string;
  readonly ts: number;
  readonly flags: number;
  readonly redactedBy: number | null;
  /** Canonical JSON of the PDU, without the event id. */
  /** Canonical JSON, so without a line feed. */
  readonly json: string;
}

/** Bits of `StoredEvent.flags`. */
export const eventFlags = { hasRelations: 1, softFailed: 2, rejected: 4 } as const;

export interface StreamReader {
  /** The newest position whose changes listeners have been told of. */
  position(): number;
  /** Calls `listener` after each commit with its changes in order; answers how to stop. */
  subscribe(listener: (committed: readonly Committed[]) => void): () => void;
}
