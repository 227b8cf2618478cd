/** An upload, or the promise of one. */
export interface MediaRow {
  readonly mediaId: string;
  readonly owner: string;
  /** What was uploaded; undefined while only reserved. */
  readonly stored: StoredMedia | undefined;
  /** When a reservation lapses; null for finished uploads. */
  readonly expiresTs: number | null;
}

export interface StoredMedia {
  readonly blobKey: string;
  readonly contentType: string;
  readonly fileName: string | null;
  /** Bytes. */
  readonly size: number;
}

export interface ThumbnailRow {
  readonly blobKey: string;
  readonly contentType: string;
  readonly size: number;
}

/** What is known of uploaded media; the bytes are elsewhere. */
export interface MediaStore {
  /** @returns false when the owner's account was closed meanwhile. */
  addMedia(media: { mediaId: string; owner: string; stored: StoredMedia; ts: number }): Promise<boolean>;
  /**
   * Reserves an id for a later upload.
   * @returns false when the owner has `pendingMax` unexpired reservations already.
   */
  reserveMedia(media: {
    mediaId: string;
    owner: string;
    ts: number;
    expiresTs: number;
    pendingMax: number;
  }): Promise<boolean>;
  /**
   * Puts an upload in the place reserved for it.
   * @returns false when it was filled already, has lapsed or its owner's account was closed.
   */
  fillMedia(mediaId: string, stored: StoredMedia, ts: number): Promise<boolean>;
  media(mediaId: string): Promise<MediaRow | undefined>;
  thumbnail(mediaId: string, variant: string): Promise<ThumbnailRow | undefined>;
  /** Keeps the first of two made at once. @returns false when the media is gone. */
  addThumbnail(mediaId: string, variant: string, thumbnail: ThumbnailRow): Promise<boolean>;
  /** Some of a user's media with all keys under which their bytes lie. */
  mediaOf(owner: string, limit: number): Promise<Array<{ mediaId: string; blobKeys: readonly string[] }>>;
  deleteMedia(mediaIds: readonly string[]): Promise<void>;
}
