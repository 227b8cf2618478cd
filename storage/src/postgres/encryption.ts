import type {
  ClaimedKey,
  CrossSigningKeyRow,
  DeviceKeyRow,
  EncryptionStore,
  KeySignature,
  NewKey,
  OneTimeKeyCounts,
} from '../contracts/encryption.ts';
import { QuotaReached, quotas } from '../contracts/quotas.ts';
import { Conflict } from '../contracts/storage.ts';
import type { Database, Queryable } from './database.ts';
import { noteDeviceListChange } from './device-lists.ts';
import type { Strings } from './strings.ts';
import { ToDeviceRows } from './to-device.ts';
import type { Writer } from './writer.ts';

/** Keys of devices and what travels between devices. */
export class PostgresEncryption extends ToDeviceRows implements EncryptionStore {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    super(database, strings, writer);
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
  }

  async deviceListChanges(after: number, upTo: number): Promise<string[]> {
    const rows = await this.#database.query<{ user_id: string }>(
      `select distinct s.value as user_id from device_list_changes c join strings s on s.nid = c.user_nid
       where c.position > $1 and c.position <= $2`,
      [after, upTo],
    );
    return rows.map((row) => row.user_id);
  }

  async keyCounts(userId: string, deviceId: string): Promise<OneTimeKeyCounts> {
    const user = (await this.#strings.find(userId)) ?? -1;
    const [oneTime, fallback] = await Promise.all([
      this.#database.query<{ algorithm: string; count: number }>(
        `select algorithm, count(*) as count from one_time_keys where user_nid = $1 and device_id = $2 group by algorithm`,
        [user, deviceId],
      ),
      this.#database.query<{ algorithm: string }>(
        'select algorithm from fallback_keys where user_nid = $1 and device_id = $2 and not used',
        [user, deviceId],
      ),
    ]);
    const counts: Record<string, number> = { signed_curve25519: 0 };
    for (const row of oneTime) counts[row.algorithm] = row.count;
    return { counts, unusedFallback: fallback.map((row) => row.algorithm) };
  }

  async uploadKeys(upload: Parameters<EncryptionStore['uploadKeys']>[0]): Promise<void> {
    const { userId, deviceId } = upload;
    const user = await this.#strings.number(userId);
    if (upload.deviceKeys !== undefined) {
      const { deviceKeys } = upload;
      await this.#writer.write(async (transaction, position) => {
        const changed = await transaction.query(
          `insert into device_keys as kept (user_nid, device_id, keys) values ($1, $2, $3)
           on conflict (user_nid, device_id) do update set keys = excluded.keys where kept.keys <> excluded.keys
           returning device_id`,
          [user, deviceId, deviceKeys],
        );
        if (changed.length === 0) return undefined;
        await noteDeviceListChange(transaction, position, user);
        return { kind: 'device-list', userId };
      });
    }
    if (upload.oneTimeKeys.length === 0 && upload.fallbackKeys.length === 0) return;
    await this.#writer.write(async (transaction) => {
      await insertOneTimeKeys(transaction, user, deviceId, upload.oneTimeKeys);
      await insertFallbackKeys(transaction, user, deviceId, upload.fallbackKeys);
      return { kind: 'key-counts', devices: [{ userId, deviceId }] };
    });
  }

  async deviceKeys(
    wanted: ReadonlyArray<{ userId: string; deviceIds: readonly string[] }>,
  ): Promise<DeviceKeyRow[]> {
    const pairs = wanted.flatMap(({ userId, deviceIds }) =>
      deviceIds.length === 0
        ? [{ userId, deviceId: null }]
        : deviceIds.map((deviceId) => ({ userId, deviceId: deviceId as string | null })),
    );
    return this.#database.query<DeviceKeyRow>(
      `select s.value as "userId", k.device_id as "deviceId", d.display_name as "displayName", k.keys
       from unnest($1::text[], $2::text[]) as w (user_id, device_id)
       join strings s on s.value = w.user_id
       join device_keys k on k.user_nid = s.nid and (w.device_id is null or k.device_id = w.device_id)
       join devices d on d.user_nid = k.user_nid and d.device_id = k.device_id`,
      [pairs.map((pair) => pair.userId), pairs.map((pair) => pair.deviceId)],
    );
  }

  async crossSigningKeys(userIds: readonly string[]): Promise<CrossSigningKeyRow[]> {
    return this.#database.query<CrossSigningKeyRow>(
      `select s.value as "userId", c.usage, c.key from cross_signing_keys c join strings s on s.nid = c.user_nid
       where s.value = any($1::text[])`,
      [userIds],
    );
  }

  async setCrossSigningKeys(
    userId: string,
    keys: ReadonlyArray<Omit<CrossSigningKeyRow, 'userId'>>,
  ): Promise<void> {
    const user = await this.#strings.number(userId);
    await this.#writer.write(async (transaction, position) => {
      await transaction.query(
        `insert into cross_signing_keys (user_nid, usage, key) select $1, * from unnest($2::text[], $3::text[])
         on conflict (user_nid, usage) do update set key = excluded.key`,
        [user, keys.map((key) => key.usage), keys.map((key) => key.key)],
      );
      if (keys.some((key) => key.usage === 'master')) {
        await transaction.query('delete from key_signatures where signer_nid = $1', [user]);
      }
      await noteDeviceListChange(transaction, position, user);
      return { kind: 'device-list', userId };
    });
  }

  async keySignatures(targets: readonly string[]): Promise<KeySignature[]> {
    return this.#database.query<KeySignature>(
      `select si.value as signer, k.signer_key_id as "signerKeyId", ta.value as target,
         k.target_key_id as "targetKeyId", k.signature
       from key_signatures k join strings si on si.nid = k.signer_nid join strings ta on ta.nid = k.target_nid
       where ta.value = any($1::text[])`,
      [targets],
    );
  }

  async addKeySignatures(signatures: readonly KeySignature[]): Promise<void> {
    if (signatures.length === 0) return;
    await this.#strings.intern(signatures.flatMap(({ signer, target }) => [signer, target]));
    for (const target of new Set(signatures.map((signature) => signature.target))) {
      const own = signatures.filter((signature) => signature.target === target);
      await this.#writer.write(async (transaction, position) => {
        await transaction.query(
          `insert into key_signatures (signer_nid, signer_key_id, target_nid, target_key_id, signature)
           select * from unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::text[])
           on conflict (target_nid, target_key_id, signer_nid, signer_key_id) do update set signature = excluded.signature`,
          [
            own.map(({ signer }) => this.#strings.cachedOrThrow(signer)),
            own.map(({ signerKeyId }) => signerKeyId),
            own.map(() => this.#strings.cachedOrThrow(target)),
            own.map(({ targetKeyId }) => targetKeyId),
            own.map(({ signature }) => signature),
          ],
        );
        await noteDeviceListChange(transaction, position, this.#strings.cachedOrThrow(target));
        return { kind: 'device-list', userId: target };
      });
    }
  }

  async claimKeys(
    wanted: ReadonlyArray<{ userId: string; deviceId: string; algorithm: string }>,
  ): Promise<ClaimedKey[]> {
    if (wanted.length === 0) return [];
    const users = await this.#strings.findAll(wanted.map(({ userId }) => userId));
    const claimed: ClaimedKey[] = [];
    await this.#writer.write(async (transaction) => {
      for (const { userId, deviceId, algorithm } of wanted) {
        const user = users.get(userId);
        const found = user === undefined ? undefined : await claimOne(transaction, user, deviceId, algorithm);
        if (found !== undefined) claimed.push({ userId, deviceId, algorithm, ...found });
      }
      return { kind: 'key-counts', devices: claimed.map(({ userId, deviceId }) => ({ userId, deviceId })) };
    });
    return claimed;
  }

  async dehydratedDevice(userId: string): Promise<{ deviceId: string; deviceData: string } | undefined> {
    const rows = await this.#database.query<{ deviceId: string; deviceData: string }>(
      `select device_id as "deviceId", device_data as "deviceData" from dehydrated_devices where user_nid = $1`,
      [await this.#strings.number(userId)],
    );
    return rows[0];
  }

  async setDehydratedDevice(device: Parameters<EncryptionStore['setDehydratedDevice']>[0]): Promise<void> {
    const user = await this.#strings.number(device.userId);
    await this.#writer.write(async (transaction, position) => {
      await transaction.query(
        `delete from devices where user_nid = $1
           and device_id = (select device_id from dehydrated_devices where user_nid = $1) and device_id <> $2`,
        [user, device.deviceId],
      );
      await transaction.query(
        `insert into devices (user_nid, device_id, display_name, created_ts) values ($1, $2, $3, $4)
         on conflict do nothing`,
        [user, device.deviceId, device.displayName, device.ts],
      );
      await transaction.query(
        `insert into dehydrated_devices (user_nid, device_id, device_data) values ($1, $2, $3)
         on conflict (user_nid) do update set device_id = excluded.device_id, device_data = excluded.device_data`,
        [user, device.deviceId, device.deviceData],
      );
      await transaction.query(
        `insert into device_keys (user_nid, device_id, keys) values ($1, $2, $3)
         on conflict (user_nid, device_id) do update set keys = excluded.keys`,
        [user, device.deviceId, device.deviceKeys],
      );
      await insertOneTimeKeys(transaction, user, device.deviceId, device.oneTimeKeys);
      await insertFallbackKeys(transaction, user, device.deviceId, device.fallbackKeys);
      await noteDeviceListChange(transaction, position, user);
      return { kind: 'device-list', userId: device.userId };
    });
  }
}

async function insertOneTimeKeys(
  transaction: Queryable,
  user: number,
  deviceId: string,
  keys: readonly NewKey[],
): Promise<void> {
  if (keys.length === 0) return;
  const columns = [
    keys.map((key) => key.algorithm),
    keys.map((key) => key.keyId),
    keys.map((key) => key.key),
  ];
  const clash = await transaction.query(
    `select 1 from unnest($3::text[], $4::text[], $5::text[]) as n (algorithm, key_id, key)
     join one_time_keys k on k.user_nid = $1 and k.device_id = $2 and k.algorithm = n.algorithm
       and k.key_id = n.key_id and k.key <> n.key`,
    [user, deviceId, ...columns],
  );
  if (clash.length > 0) throw new Conflict('a one-time key with this id exists already');
  await transaction.query(
    `insert into one_time_keys (user_nid, device_id, algorithm, key_id, key)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::text[]) on conflict do nothing`,
    [user, deviceId, ...columns],
  );
  await mustFit(transaction, 'one_time_keys', user, deviceId, quotas.oneTimeKeysPerDevice);
}

async function insertFallbackKeys(
  transaction: Queryable,
  user: number,
  deviceId: string,
  keys: readonly NewKey[],
): Promise<void> {
  for (const key of keys) {
    await transaction.query(
      `insert into fallback_keys as kept (user_nid, device_id, algorithm, key_id, key) values ($1, $2, $3, $4, $5)
       on conflict (user_nid, device_id, algorithm) do update
         set key_id = excluded.key_id, key = excluded.key, used = kept.used and kept.key = excluded.key`,
      [user, deviceId, key.algorithm, key.keyId, key.key],
    );
  }
  if (keys.length > 0)
    await mustFit(transaction, 'fallback_keys', user, deviceId, quotas.fallbackKeysPerDevice);
}

/** @throws QuotaReached, which takes back what was just inserted. */
async function mustFit(
  transaction: Queryable,
  table: 'one_time_keys' | 'fallback_keys',
  user: number,
  deviceId: string,
  most: number,
): Promise<void> {
  const rows = await transaction.query<{ count: number }>(
    `select count(*) as count from ${table} where user_nid = $1 and device_id = $2`,
    [user, deviceId],
  );
  if ((rows[0]?.count ?? 0) > most)
    throw new QuotaReached(`A device keeps at most ${most} ${table.replaceAll('_', ' ')}`);
}

/** The writer runs one transaction at a time, so no two claims can meet the same key. */
async function claimOne(
  transaction: Queryable,
  user: number,
  deviceId: string,
  algorithm: string,
): Promise<{ keyId: string; key: string } | undefined> {
  const rows = await transaction.query<{ keyId: string; key: string }>(
    `delete from one_time_keys where (user_nid, device_id, algorithm, key_id) = (
       select user_nid, device_id, algorithm, key_id from one_time_keys
       where user_nid = $1 and device_id = $2 and algorithm = $3 order by upload_order limit 1)
     returning key_id as "keyId", key`,
    [user, deviceId, algorithm],
  );
  if (rows[0] !== undefined) return rows[0];
  const fallback = await transaction.query<{ keyId: string; key: string }>(
    `update fallback_keys set used = true where user_nid = $1 and device_id = $2 and algorithm = $3
     returning key_id as "keyId", key`,
    [user, deviceId, algorithm],
  );
  return fallback[0];
}
