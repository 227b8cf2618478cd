import type { TransactionKey } from '@majlis/storage';

const remembered_max = 50_000;

type Transaction = Omit<TransactionKey, 'ts'>;

/** No part holds a NUL: it is refused in paths and in the ids of devices. Blanks may be anywhere. */
const keyOf = (transaction: Transaction): string =>
  [transaction.userId, transaction.deviceId, transaction.scope, transaction.txnId].join('\0');

/**
 * The transactions of this process's life: a repeat is answered without asking the database, a repeat that overtakes
 * the first waits for it. What is older than the process, the database's own key catches.
 */
export class RecentTransactions {
  readonly #results = new Map<string, Promise<string>>();
  readonly #byEvent = new Map<string, Transaction>();

  once(transaction: Transaction, send: () => Promise<string>): Promise<string> {
    const key = keyOf(transaction);
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const sending = send();
    this.#results.set(key, sending);
    sending.catch(() => this.#results.delete(key));
    return sending;
  }

  /** Call when the event has its id, before it is written: the sender's own sync may be the first to see it. */
  note(eventId: string, transaction: Transaction): void {
    this.#byEvent.set(eventId, transaction);
    if (this.#byEvent.size <= remembered_max) return;
    const oldest = this.#byEvent.entries().next();
    if (oldest.done) return;
    this.#byEvent.delete(oldest.value[0]);
    this.#results.delete(keyOf(oldest.value[1]));
  }

  transactionOf(eventId: string, userId: string, deviceId: string): string | undefined {
    const transaction = this.#byEvent.get(eventId);
    return transaction?.userId === userId && transaction.deviceId === deviceId
      ? transaction.txnId
      : undefined;
  }
}
