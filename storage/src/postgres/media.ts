import type { MediaRow, MediaStore, StoredMedia, ThumbnailRow } from '../contracts/media.ts';
import type { Database } from './database.ts';
import type { Strings } from './strings.ts';

interface MediaSqlRow {
  media_id: string;
  owner: string;
  blob_key: string | null;
  content_type: string | null;
  file_name: string | null;
  size: number | null;
  expires_ts: number | null;
}

/** Uploads, reservations and the thumbnails made of them. */
export class PostgresMedia implements MediaStore {
  readonly #database: Database;
  readonly #strings: Strings;

  constructor(database: Database, strings: Strings) {
    this.#database = database;
    this.#strings = strings;
  }

  async addMedia({ mediaId, owner, stored, ts }: Parameters<MediaStore['addMedia']>[0]): Promise<boolean> {
    // The account's row is held: whoever erases it comes before, and this is refused, or after, and finds this.
    const rows = await this.#database.query(
      `insert into media (media_id, user_nid, blob_key, content_type, file_name, size, created_ts)
       select $1, a.user_nid, $3, $4, $5, $6, $7 from accounts a where a.user_nid = $2 and not a.deactivated for share
       returning media_id`,
      [
        mediaId,
        await this.#strings.number(owner),
        stored.blobKey,
        stored.contentType,
        stored.fileName,
        stored.size,
        ts,
      ],
    );
    return rows.length > 0;
  }

  async reserveMedia(media: Parameters<MediaStore['reserveMedia']>[0]): Promise<boolean> {
    const user = await this.#strings.number(media.owner);
    return this.#database.transaction(async (transaction) => {
      // The account's row orders two reservations that come at once.
      await transaction.query('select 1 from accounts where user_nid = $1 for update', [user]);
      await transaction.query(
        'delete from media where user_nid = $1 and blob_key is null and expires_ts <= $2',
        [user, media.ts],
      );
      const rows = await transaction.query(
        `insert into media (media_id, user_nid, created_ts, expires_ts)
         select $1, $2, $3, $4
         where (select count(*) from media where user_nid = $2 and blob_key is null) < $5
         returning media_id`,
        [media.mediaId, user, media.ts, media.expiresTs, media.pendingMax],
      );
      return rows.length > 0;
    });
  }

  async fillMedia(mediaId: string, stored: StoredMedia, ts: number): Promise<boolean> {
    const rows = await this.#database.query(
      `with owner as (
         select a.user_nid from media m join accounts a on a.user_nid = m.user_nid
         where m.media_id = $1 and not a.deactivated for share of a
       )
       update media set blob_key = $2, content_type = $3, file_name = $4, size = $5, expires_ts = null from owner
       where media_id = $1 and media.user_nid = owner.user_nid and blob_key is null and expires_ts > $6
       returning media_id`,
      [mediaId, stored.blobKey, stored.contentType, stored.fileName, stored.size, ts],
    );
    return rows.length > 0;
  }

  async media(mediaId: string): Promise<MediaRow | undefined> {
    const rows = await this.#database.query<MediaSqlRow>(
      `select m.media_id, s.value as owner, m.blob_key, m.content_type, m.file_name, m.size, m.expires_ts
       from media m join strings s on s.nid = m.user_nid where m.media_id = $1`,
      [mediaId],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    return {
      mediaId: row.media_id,
      owner: row.owner,
      expiresTs: row.expires_ts,
      stored:
        row.blob_key === null
          ? undefined
          : {
              blobKey: row.blob_key,
              contentType: row.content_type ?? 'application/octet-stream',
              fileName: row.file_name,
              size: row.size ?? 0,
            },
    };
  }

  async thumbnail(mediaId: string, variant: string): Promise<ThumbnailRow | undefined> {
    const rows = await this.#database.query<ThumbnailRow>(
      `select blob_key as "blobKey", content_type as "contentType", size from thumbnails
       where media_id = $1 and variant = $2`,
      [mediaId, variant],
    );
    return rows[0];
  }

  async addThumbnail(mediaId: string, variant: string, thumbnail: ThumbnailRow): Promise<boolean> {
    const rows = await this.#database.query(
      `with source as (select media_id from media where media_id = $1 for share), made as (
         insert into thumbnails (media_id, variant, blob_key, content_type, size)
         select media_id, $2, $3, $4, $5 from source on conflict do nothing
       ) select media_id from source`,
      [mediaId, variant, thumbnail.blobKey, thumbnail.contentType, thumbnail.size],
    );
    return rows.length > 0;
  }

  async mediaOf(owner: string, limit: number): ReturnType<MediaStore['mediaOf']> {
    return this.#database.query(
      `select m.media_id as "mediaId",
         array_remove(array[m.blob_key] || array(select t.blob_key from thumbnails t where t.media_id = m.media_id), null)
           as "blobKeys"
       from media m where m.user_nid = $1 order by m.media_id limit $2`,
      [await this.#strings.number(owner), limit],
    );
  }

  async deleteMedia(mediaIds: readonly string[]): Promise<void> {
    await this.#database.query('delete from media where media_id = any($1::text[])', [mediaIds]);
  }
}
