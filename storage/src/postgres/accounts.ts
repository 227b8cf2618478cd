import type {
  Account,
  AccountStore,
  Device,
  NewSession,
  ProofPurpose,
  TokenOwner,
} from '../contracts/accounts.ts';
import { QuotaReached, quotas } from '../contracts/quotas.ts';
import type { Database } from './database.ts';
import { noteDeviceListChange } from './device-lists.ts';
import type { Strings } from './strings.ts';
import type { Writer } from './writer.ts';

/** How long a replaced access token is still told apart from an unknown one. */
const replaced_kept_ms = 24 * 60 * 60 * 1000;

interface AccountRow {
  user_id: string;
  password_hash: string | null;
  is_admin: boolean;
  is_guest: boolean;
  deactivated: boolean;
  locked: boolean;
  suspended: boolean;
  created_ts: number;
  profile: Record<string, unknown>;
}

interface DeviceRow {
  device_id: string;
  display_name: string | null;
  created_ts: number;
  last_seen_ts: number | null;
  last_seen_ip: string | null;
}

const accountColumns =
  'user_id, password_hash, is_admin, is_guest, deactivated, locked, suspended, created_ts, profile';
const deviceColumns = 'device_id, display_name, created_ts, last_seen_ts, last_seen_ip';

function toAccount(row: AccountRow): Account {
  return {
    userId: row.user_id,
    passwordHash: row.password_hash,
    isAdmin: row.is_admin,
    isGuest: row.is_guest,
    deactivated: row.deactivated,
    locked: row.locked,
    suspended: row.suspended,
    createdTs: row.created_ts,
    profile: row.profile,
  };
}

function toDevice(row: DeviceRow): Device {
  return {
    deviceId: row.device_id,
    displayName: row.display_name,
    createdTs: row.created_ts,
    lastSeenTs: row.last_seen_ts,
    lastSeenIp: row.last_seen_ip,
  };
}

/** Accounts, devices and tokens. */
export class PostgresAccounts implements AccountStore {
  readonly #database: Database;
  readonly #strings: Strings;
  readonly #writer: Writer;

  constructor(database: Database, strings: Strings, writer: Writer) {
    this.#database = database;
    this.#strings = strings;
    this.#writer = writer;
  }

  async create(account: Parameters<AccountStore['create']>[0]): Promise<boolean> {
    const user = await this.#strings.number(account.userId);
    const rows = await this.#database.query(
      `insert into accounts (user_nid, user_id, password_hash, is_admin, is_guest, created_ts)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning user_nid`,
      [user, account.userId, account.passwordHash, account.isAdmin, account.isGuest, account.ts],
    );
    return rows.length > 0;
  }

  async createWithToken(
    account: Parameters<AccountStore['createWithToken']>[0],
  ): ReturnType<AccountStore['createWithToken']> {
    const user = await this.#strings.number(account.userId);
    return this.#database.transaction(async (transaction) => {
      // The token's row is held until the commit: two registrations cannot spend the same last use.
      const tokens = await transaction.query<{ makes_admin: boolean }>(
        `select makes_admin from registration_tokens
         where token_hash = $1 and uses_left > 0 and (expires_ts is null or expires_ts > $2) for update`,
        [account.tokenHash, account.ts],
      );
      if (tokens[0] === undefined) return 'token-spent';
      const made = await transaction.query(
        `insert into accounts (user_nid, user_id, password_hash, is_admin, is_guest, created_ts)
         values ($1, $2, $3, $4, false, $5) on conflict do nothing returning user_nid`,
        [user, account.userId, account.passwordHash, tokens[0].makes_admin, account.ts],
      );
      if (made.length === 0) return 'taken';
      await transaction.query(
        'update registration_tokens set uses_left = uses_left - 1 where token_hash = $1',
        [account.tokenHash],
      );
      return 'created';
    });
  }

  async account(userId: string): Promise<Account | undefined> {
    const rows = await this.#database.query<AccountRow>(
      `select ${accountColumns} from accounts where user_id = $1`,
      [userId],
    );
    return rows[0] && toAccount(rows[0]);
  }

  async count(): Promise<number> {
    const rows = await this.#database.query<{ count: number }>('select count(*) as count from accounts');
    return rows[0]?.count ?? 0;
  }

  async setPassword(userId: string, passwordHash: string | null): Promise<void> {
    await this.#database.query('update accounts set password_hash = $2 where user_id = $1', [
      userId,
      passwordHash,
    ]);
  }

  async setProfileField(userId: string, field: string, value: unknown): Promise<void> {
    if (value === undefined) {
      await this.#database.query('update accounts set profile = profile - $2::text where user_id = $1', [
        userId,
        field,
      ]);
      return;
    }
    await this.#database.query(
      'update accounts set profile = profile || jsonb_build_object($2::text, $3::jsonb) where user_id = $1',
      [userId, field, JSON.stringify(value)],
    );
  }

  async searchDirectory(words: string, limit: number): Promise<Account[]> {
    const pattern = `%${words.replaceAll(/[\\%_]/g, (found) => `\\${found}`)}%`;
    const rows = await this.#database.query<AccountRow>(
      `select ${accountColumns} from accounts
       where not deactivated and not is_guest and not locked and (user_id ilike $1 or profile ->> 'displayname' ilike $1)
       order by user_id limit $2`,
      [pattern, limit],
    );
    return rows.map(toAccount);
  }

  async profiles(userIds: readonly string[]): Promise<Account[]> {
    if (userIds.length === 0) return [];
    const rows = await this.#database.query<AccountRow>(
      `select ${accountColumns} from accounts where user_id = any($1::text[])`,
      [userIds],
    );
    return rows.map(toAccount);
  }

  async openSession(session: NewSession): Promise<void> {
    const user = await this.#strings.number(session.userId);
    await this.#database.transaction(async (transaction) => {
      const devices = await transaction.query(
        `insert into devices (user_nid, device_id, display_name, created_ts) select $1::int, $2::text, $3::text, $4::bigint
         where (select count(*) from devices where user_nid = $1 and device_id <> $2) < $5
         on conflict (user_nid, device_id) do update set display_name = coalesce(devices.display_name, excluded.display_name)
         returning device_id`,
        [user, session.deviceId, session.displayName, session.ts, quotas.devices],
      );
      if (devices.length === 0)
        throw new QuotaReached(`An account has at most ${quotas.devices} devices; sign some of them out`);
      await transaction.query('delete from access_tokens where user_nid = $1 and device_id = $2', [
        user,
        session.deviceId,
      ]);
      await transaction.query('delete from refresh_tokens where user_nid = $1 and device_id = $2', [
        user,
        session.deviceId,
      ]);
      await transaction.query(
        `insert into access_tokens (token_hash, user_nid, device_id, expires_ts, refresh_hash, created_ts)
         values ($1, $2, $3, $4, $5, $6)`,
        [session.accessHash, user, session.deviceId, session.expiresTs, session.refreshHash, session.ts],
      );
      if (session.refreshHash === null) return;
      await transaction.query(
        'insert into refresh_tokens (token_hash, user_nid, device_id, created_ts) values ($1, $2, $3, $4)',
        [session.refreshHash, user, session.deviceId, session.ts],
      );
    });
  }

  async tokenOwner(accessHash: Uint8Array): Promise<TokenOwner | undefined> {
    const rows = await this.#database.query<{
      user_id: string;
      device_id: string;
      is_guest: boolean;
      is_admin: boolean;
      locked: boolean;
      suspended: boolean;
      expires_ts: number | null;
      used: boolean;
    }>(
      `select a.user_id, t.device_id, a.is_guest, a.is_admin, a.locked, a.suspended, t.expires_ts, t.used
       from access_tokens t join accounts a on a.user_nid = t.user_nid where t.token_hash = $1 and not a.deactivated`,
      [accessHash],
    );
    const row = rows[0];
    if (row?.used === false)
      await this.#database.query('update access_tokens set used = true where token_hash = $1', [accessHash]);
    return (
      row && {
        userId: row.user_id,
        deviceId: row.device_id,
        isGuest: row.is_guest,
        isAdmin: row.is_admin,
        locked: row.locked,
        suspended: row.suspended,
        expiresTs: row.expires_ts,
      }
    );
  }

  async refresh(next: Parameters<AccountStore['refresh']>[0]): ReturnType<AccountStore['refresh']> {
    return this.#database.transaction(async (transaction) => {
      const rows = await transaction.query<{
        user_nid: number;
        user_id: string;
        device_id: string;
        replaced_by: Uint8Array | null;
      }>(
        `select r.user_nid, a.user_id, r.device_id, r.replaced_by
         from refresh_tokens r join accounts a on a.user_nid = r.user_nid
         where r.token_hash = $1 and not a.deactivated for update of r`,
        [next.refreshHash],
      );
      const row = rows[0];
      if (row === undefined) return 'unknown';
      const lost = await transaction.query(
        `delete from refresh_tokens r using access_tokens t
         where r.token_hash = $1 and t.refresh_hash = r.token_hash and not t.used returning r.token_hash`,
        [row.replaced_by],
      );
      if (row.replaced_by !== null && lost.length === 0) {
        // Somebody holds an old copy: the spec lets us end the whole session, and so does prudence.
        await transaction.query('delete from access_tokens where user_nid = $1 and device_id = $2', [
          row.user_nid,
          row.device_id,
        ]);
        await transaction.query('delete from refresh_tokens where user_nid = $1 and device_id = $2', [
          row.user_nid,
          row.device_id,
        ]);
        return 'reused';
      }
      await transaction.query('update refresh_tokens set replaced_by = $2 where token_hash = $1', [
        next.refreshHash,
        next.nextRefreshHash,
      ]);
      await transaction.query(
        'insert into refresh_tokens (token_hash, user_nid, device_id, created_ts) values ($1, $2, $3, $4)',
        [next.nextRefreshHash, row.user_nid, row.device_id, next.ts],
      );
      await transaction.query(
        `delete from access_tokens where user_nid = $1 and device_id = $2 and refresh_hash is distinct from $3
         and (not used or expires_ts <= $4)`,
        [row.user_nid, row.device_id, next.refreshHash, next.ts - replaced_kept_ms],
      );
      await transaction.query(
        `update access_tokens set expires_ts = $4
         where user_nid = $1 and device_id = $2 and refresh_hash = $3`,
        [row.user_nid, row.device_id, next.refreshHash, next.ts],
      );
      await transaction.query(
        `insert into access_tokens (token_hash, user_nid, device_id, expires_ts, refresh_hash, created_ts, used)
         values ($1, $2, $3, $4, $5, $6, false)`,
        [next.nextAccessHash, row.user_nid, row.device_id, next.expiresTs, next.nextRefreshHash, next.ts],
      );
      return { userId: row.user_id, deviceId: row.device_id };
    });
  }

  async devices(userId: string): Promise<Device[]> {
    const rows = await this.#database.query<DeviceRow>(
      `select ${deviceColumns} from devices where user_nid = (select user_nid from accounts where user_id = $1)
       order by created_ts, device_id`,
      [userId],
    );
    return rows.map(toDevice);
  }

  async device(userId: string, deviceId: string): Promise<Device | undefined> {
    const rows = await this.#database.query<DeviceRow>(
      `select ${deviceColumns} from devices
       where user_nid = (select user_nid from accounts where user_id = $1) and device_id = $2`,
      [userId, deviceId],
    );
    return rows[0] && toDevice(rows[0]);
  }

  async renameDevice(userId: string, deviceId: string, displayName: string | null): Promise<boolean> {
    const user = await this.#strings.number(userId);
    let found = false;
    await this.#writer.write(async (transaction, position) => {
      const rows = await transaction.query(
        'update devices set display_name = $3 where user_nid = $1 and device_id = $2 returning device_id',
        [user, deviceId, displayName],
      );
      found = rows.length > 0;
      if (!found) return undefined;
      await noteDeviceListChange(transaction, position, user);
      return { kind: 'device-list', userId };
    });
    return found;
  }

  async seenDevice(userId: string, deviceId: string, ts: number, ip: string): Promise<void> {
    await this.#database.query(
      `update devices set last_seen_ts = $3, last_seen_ip = $4
       where user_nid = (select user_nid from accounts where user_id = $1) and device_id = $2`,
      [userId, deviceId, ts, ip],
    );
  }

  async deleteDevices(userId: string, deviceIds: readonly string[]): Promise<void> {
    const user = await this.#strings.number(userId);
    await this.#writer.write(async (transaction, position) => {
      await transaction.query('delete from devices where user_nid = $1 and device_id = any($2::text[])', [
        user,
        deviceIds,
      ]);
      await transaction.query(
        'delete from dehydrated_devices where user_nid = $1 and device_id = any($2::text[])',
        [user, deviceIds],
      );
      await noteDeviceListChange(transaction, position, user);
      return { kind: 'device-list', userId };
    });
  }

  async addRegistrationToken(token: Parameters<AccountStore['addRegistrationToken']>[0]): Promise<void> {
    await this.#database.query(
      'insert into registration_tokens (token_hash, makes_admin, uses_left, expires_ts) values ($1, $2, $3, $4)',
      [token.tokenHash, token.makesAdmin, token.uses, token.expiresTs],
    );
  }

  async registrationToken(tokenHash: Uint8Array, now: number): Promise<{ makesAdmin: boolean } | undefined> {
    const rows = await this.#database.query<{ makes_admin: boolean }>(
      `select makes_admin from registration_tokens
       where token_hash = $1 and uses_left > 0 and (expires_ts is null or expires_ts > $2)`,
      [tokenHash, now],
    );
    return rows[0] && { makesAdmin: rows[0].makes_admin };
  }

  async anyRegistrationToken(now: number): Promise<boolean> {
    const rows = await this.#database.query(
      'select 1 from registration_tokens where uses_left > 0 and (expires_ts is null or expires_ts > $1) limit 1',
      [now],
    );
    return rows.length > 0;
  }

  async setLocked(userId: string, locked: boolean): Promise<void> {
    await this.#database.query('update accounts set locked = $2 where user_id = $1', [userId, locked]);
  }

  async setSuspended(userId: string, suspended: boolean): Promise<void> {
    await this.#database.query('update accounts set suspended = $2 where user_id = $1', [userId, suspended]);
  }

  async addProofToken(token: Parameters<AccountStore['addProofToken']>[0]): Promise<void> {
    await this.#database.query('delete from proof_tokens where expires_ts <= $1', [token.now]);
    await this.#database.query(
      'insert into proof_tokens (token_hash, purpose, user_nid, expires_ts) values ($1, $2, $3, $4)',
      [token.tokenHash, token.purpose, await this.#strings.number(token.userId), token.expiresTs],
    );
  }

  async proofTokenOwner(
    tokenHash: Uint8Array,
    purpose: ProofPurpose,
    now: number,
  ): Promise<string | undefined> {
    const rows = await this.#database.query<{ user_id: string }>(
      `select a.user_id from proof_tokens t join accounts a on a.user_nid = t.user_nid
       where t.token_hash = $1 and t.purpose = $2 and t.expires_ts > $3 and not a.deactivated and not a.locked`,
      [tokenHash, purpose, now],
    );
    return rows[0]?.user_id;
  }

  async takeProofToken(
    tokenHash: Uint8Array,
    purpose: ProofPurpose,
    now: number,
  ): Promise<string | undefined> {
    const rows = await this.#database.query<{ user_id: string }>(
      `delete from proof_tokens t using accounts a
       where a.user_nid = t.user_nid and t.token_hash = $1 and t.purpose = $2 and t.expires_ts > $3
       returning a.user_id`,
      [tokenHash, purpose, now],
    );
    return rows[0]?.user_id;
  }

  async putFilter(userId: string, filterId: string, definition: string): Promise<void> {
    const kept = await this.#database.query(
      `insert into filters (user_nid, filter_id, definition) select $1::int, $2::text, $3::text
       where (select count(*) from filters where user_nid = $1 and filter_id <> $2) < $4
       on conflict (user_nid, filter_id) do update set definition = excluded.definition returning filter_id`,
      [await this.#strings.number(userId), filterId, definition, quotas.filters],
    );
    if (kept.length === 0) throw new QuotaReached(`An account keeps at most ${quotas.filters} filters`);
  }

  async filter(userId: string, filterId: string): Promise<string | undefined> {
    const rows = await this.#database.query<{ definition: string }>(
      'select definition from filters where user_nid = $1 and filter_id = $2',
      [await this.#strings.number(userId), filterId],
    );
    return rows[0]?.definition;
  }
}
