/** An account whose owner wanted as little as possible kept of them. */
export interface Erasure {
  readonly userId: string;
  /** The stream's position when they asked. */
  readonly at: number;
}

/** Accounts that were closed for good. */
export interface ClosedAccountStore {
  /**
   * Nobody can sign in any more and the profile is gone. The account counts as unfinished until `finishClosing`.
   * @param erase notes that the owner asked for erasure.
   * @returns the position at which they first asked, if ever.
   */
  closeAccount(userId: string, erase: boolean): Promise<number | undefined>;
  /** Accounts whose closing was cut off. */
  unfinishedClosings(): Promise<Array<{ userId: string; erase: boolean }>>;
  finishClosing(userId: string): Promise<void>;
  erasures(): Promise<Erasure[]>;
  /**
   * Deletes what is kept of a user beside events and media: account data, filters, keys and their backups, receipts,
   * transaction ids, delayed events. What they reported to the operator stays.
   */
  eraseAccount(userId: string): Promise<void>;
}
