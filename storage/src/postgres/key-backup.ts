import type {
  BackedUpSession,
  BackupState,
  BackupVersion,
  KeyBackupStore,
  SessionScope,
} from '../contracts/key-backup.ts';
import { QuotaReached, quotas } from '../contracts/quotas.ts';
import type { Database, Queryable } from './database.ts';
import type { Strings } from './strings.ts';

const versionColumns = `version::text, algorithm, auth_data as "authData", etag::text, key_count as count`;

/** A version as clients write it; anything but a number is none of ours. */
function versionNumber(version: string): number {
  return /^\d{1,9}$/.test(version) ? Number(version) : -1;
}

export class PostgresKeyBackup implements KeyBackupStore {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async createBackup(userId: string, algorithm: string, authData: string): Promise<string> {
    const user = await this.#strings.number(userId);
    // Two clients may do this at once: the account's row orders them.
    return this.#database.transaction(async (transaction) => {
      await transaction.query('select 1 from accounts where user_nid = $1 for update', [user]);
      const rows = await transaction.query<{ version: string }>(
        `insert into key_backup_versions (user_nid, version, algorithm, auth_data)
         select $1, coalesce(max(version), 0) + 1, $2, $3 from key_backup_versions where user_nid = $1
         having count(*) filter (where not deleted) < $4 returning version::text`,
        [user, algorithm, authData, quotas.keyBackups],
      );
      const version = rows[0]?.version;
      if (version === undefined)
        throw new QuotaReached(
          `An account keeps at most ${quotas.keyBackups} key backups; delete an old one`,
        );
      // The newest row keeps numbers from being given again: those that were deleted before it are not needed any more.
      await transaction.query(
        'delete from key_backup_versions where user_nid = $1 and deleted and version < $2::int',
        [user, version],
      );
      return version;
    });
  }

  async backup(userId: string, version?: string): Promise<BackupVersion | undefined> {
    const user = await this.#strings.number(userId);
    const rows = await this.#database.query<BackupVersion>(
      `select ${versionColumns} from key_backup_versions
       where user_nid = $1 and not deleted and ($2::int is null or version = $2) order by key_backup_versions.version desc limit 1`,
      [user, version === undefined ? null : versionNumber(version)],
    );
    return rows[0];
  }

  async setBackupAuthData(userId: string, version: string, authData: string): Promise<boolean> {
    const rows = await this.#database.query(
      `update key_backup_versions set auth_data = $3 where user_nid = $1 and version = $2 and not deleted
       returning version`,
      [await this.#strings.number(userId), versionNumber(version), authData],
    );
    return rows.length > 0;
  }

  async deleteBackup(userId: string, version: string): Promise<boolean> {
    const user = await this.#strings.number(userId);
    return this.#database.transaction(async (transaction) => {
      // The row stays, so that its number is never given to another backup.
      const rows = await transaction.query(
        `update key_backup_versions set deleted = true, auth_data = '{}', key_count = 0
         where user_nid = $1 and version = $2 and not deleted returning version`,
        [user, versionNumber(version)],
      );
      await transaction.query('delete from key_backup_sessions where user_nid = $1 and version = $2', [
        user,
        versionNumber(version),
      ]);
      return rows.length > 0;
    });
  }

  async putSessions(
    userId: string,
    version: string,
    sessions: readonly BackedUpSession[],
  ): Promise<BackupState> {
    const user = await this.#strings.number(userId);
    const number = versionNumber(version);
    return this.#database.transaction(async (transaction) => {
      await transaction.query(
        'select 1 from key_backup_versions where user_nid = $1 and version = $2 for update',
        [user, number],
      );
      const changed = await transaction.query(
        `insert into key_backup_sessions as kept
           (user_nid, version, room_id, session_id, first_message_index, forwarded_count, is_verified, session_data)
         select $1, $2, s.* from unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bool[], $8::text[]) as s
         on conflict (user_nid, version, room_id, session_id) do update
           set first_message_index = excluded.first_message_index, forwarded_count = excluded.forwarded_count,
               is_verified = excluded.is_verified, session_data = excluded.session_data
           where (excluded.is_verified and not kept.is_verified)
              or (excluded.is_verified = kept.is_verified and (
                excluded.first_message_index < kept.first_message_index
                or (excluded.first_message_index = kept.first_message_index
                    and excluded.forwarded_count < kept.forwarded_count)))
         returning session_id`,
        [
          user,
          number,
          sessions.map((session) => session.roomId),
          sessions.map((session) => session.sessionId),
          sessions.map((session) => session.firstMessageIndex),
          sessions.map((session) => session.forwardedCount),
          sessions.map((session) => session.isVerified),
          sessions.map((session) => session.sessionData),
        ],
      );
      const state = await refreshState(transaction, user, number, changed.length > 0);
      if (state.count > quotas.sessionsPerKeyBackup)
        throw new QuotaReached(`A key backup holds at most ${quotas.sessionsPerKeyBackup} sessions`);
      return state;
    });
  }

  async sessions(userId: string, version: string, scope: SessionScope): Promise<BackedUpSession[]> {
    return this.#database.query<BackedUpSession>(
      `select room_id as "roomId", session_id as "sessionId", first_message_index as "firstMessageIndex",
         forwarded_count as "forwardedCount", is_verified as "isVerified", session_data as "sessionData"
       from key_backup_sessions
       where user_nid = $1 and version = $2 and ($3::text is null or room_id = $3) and ($4::text is null or session_id = $4)`,
      [
        await this.#strings.number(userId),
        versionNumber(version),
        scope.roomId ?? null,
        scope.sessionId ?? null,
      ],
    );
  }

  async deleteSessions(userId: string, version: string, scope: SessionScope): Promise<BackupState> {
    const user = await this.#strings.number(userId);
    return this.#database.transaction(async (transaction) => {
      const gone = await transaction.query(
        `delete from key_backup_sessions
         where user_nid = $1 and version = $2 and ($3::text is null or room_id = $3) and ($4::text is null or session_id = $4)
         returning session_id`,
        [user, versionNumber(version), scope.roomId ?? null, scope.sessionId ?? null],
      );
      return refreshState(transaction, user, versionNumber(version), gone.length > 0);
    });
  }
}

async function refreshState(
  transaction: Queryable,
  user: number,
  version: number,
  changed: boolean,
): Promise<BackupState> {
  const rows = await transaction.query<{ etag: string; count: number }>(
    `update key_backup_versions set etag = etag + $3,
       key_count = (select count(*) from key_backup_sessions where user_nid = $1 and version = $2)
     where user_nid = $1 and version = $2 returning etag::text, key_count as count`,
    [user, version, changed ? 1 : 0],
  );
  return { etag: rows[0]?.etag ?? '0', count: rows[0]?.count ?? 0 };
}
