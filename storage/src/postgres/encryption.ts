import type { EncryptionStore, OneTimeKeyCounts } from '../contracts/encryption.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';
import { ToDeviceRows } from './to-device.ts';
import type { Writer } from './writer.ts';

/** Keys of devices and what travels between devices. */
export class PostgresEncryption extends ToDeviceRows implements EncryptionStore {
  protected readonly database: Database;
  protected readonly strings: Strings;
  protected readonly writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    super(database, strings, writer);
    this.database = database;
    this.strings = strings;
    this.writer = writer;
  }

  async deviceListChanges(after: number, upTo: number): Promise<string[]> {
    const rows = await this.database.query<{ user_id: string }>(
      `select distinct s.value as user_id from device_list_changes c join strings s on s.nid = c.user_nid
       where c.position > $1 and c.position <= $2`,
      [after, upTo],
    );
    return rows.map((row) => row.user_id);
  }

  async keyCounts(userId: string, deviceId: string): Promise<OneTimeKeyCounts> {
    const user = (await this.strings.find(userId)) ?? -1;
    const [oneTime, fallback] = await Promise.all([
      this.database.query<{ algorithm: string; count: number }>(
        `select algorithm, count(*) as count from one_time_keys where user_nid = $1 and device_id = $2 group by algorithm`,
        [user, deviceId],
      ),
      this.database.query<{ algorithm: string }>(
        'select algorithm from fallback_keys where user_nid = $1 and device_id = $2 and not used',
        [user, deviceId],
      ),
    ]);
    const counts: Record<string, number> = { signed_curve25519: 0 };
    for (const row of oneTime) counts[row.algorithm] = row.count;
    return { counts, unusedFallback: fallback.map((row) => row.algorithm) };
  }
}
