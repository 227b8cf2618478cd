import type { ClosedAccountStore, Erasure } from '../contracts/closed-accounts.ts';
import type { Database } from './database.ts';
import { noteDeviceListChange } from './device-lists.ts';
import type { Strings } from './strings.ts';
import type { Writer } from './writer.ts';

/** Tables in which everything of a user goes with them. */
const erasedTables = [
  'account_data where user_nid',
  'filters where user_nid',
  'receipts where user_nid',
  'transactions where user_nid',
  'delayed_events where user_nid',
  'key_backup_versions where user_nid',
  'cross_signing_keys where user_nid',
  'key_signatures where signer_nid',
  'dehydrated_devices where user_nid',
  'proof_tokens where user_nid',
];

export class PostgresClosedAccounts implements ClosedAccountStore {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
  }

  async closeAccount(userId: string, erase: boolean): Promise<number | undefined> {
    const rows = await this.#database.query<{ erased_at: number | null }>(
      `update accounts set deactivated = true, closing = true, password_hash = null, profile = '{}',
         erased_at = case when $2 then coalesce(erased_at, (select position from stream)) else erased_at end
       where user_id = $1 returning erased_at`,
      [userId, erase],
    );
    return rows[0]?.erased_at ?? undefined;
  }

  unfinishedClosings(): Promise<Array<{ userId: string; erase: boolean }>> {
    return this.#database.query(
      'select user_id as "userId", erased_at is not null as erase from accounts where closing order by user_nid',
    );
  }

  async finishClosing(userId: string): Promise<void> {
    await this.#database.query('update accounts set closing = false where user_id = $1', [userId]);
  }

  erasures(): Promise<Erasure[]> {
    return this.#database.query(
      'select user_id as "userId", erased_at as at from accounts where erased_at is not null',
    );
  }

  async eraseAccount(userId: string): Promise<void> {
    const user = await this.#strings.number(userId);
    await this.#writer.write(async (transaction, position) => {
      for (const table of erasedTables) await transaction.query(`delete from ${table} = $1`, [user]);
      await noteDeviceListChange(transaction, position, user);
      return { kind: 'device-list', userId };
    });
  }
}
