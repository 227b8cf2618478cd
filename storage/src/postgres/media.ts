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

  async addMedia({ mediaId, owner, stored, ts }: Parameters<MediaStore['addMedia']>[0]): Promise<void> {
    await this.#database.query(
      `insert into media (media_id, user_nid, blob_key, content_type, file_name, size, created_ts)
       values ($1, $2, $3, $4, $5, $6, $7)`,
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
      `update media set blob_key = $2, content_type = $3, file_name = $4, size = $5, expires_ts = null
       where media_id = $1 and blob_key is null and expires_ts > $6 returning media_id`,
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

  async addThumbnail(mediaId: string, variant: string, thumbnail: ThumbnailRow): Promise<void> {
    await this.#database.query(
      `insert into thumbnails (media_id, variant, blob_key, content_type, size) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [mediaId, variant, thumbnail.blobKey, thumbnail.contentType, thumbnail.size],
    );
  }
}
