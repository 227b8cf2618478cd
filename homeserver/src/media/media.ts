import type { IncomingMessage } from 'node:http';
import type { MediaRow, StoredMedia, ThumbnailRow } from '@majlis/storage';
import { MatrixError, forbidden, limitExceeded, notFound, tooLarge } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { contentType, sniffed_bytes, thumbnailTypes } from './content-types.ts';
import { NotAPicture, Thumbnails, TooManyPixels, shapeFor } from './thumbnails.ts';
import type { ThumbnailShape } from './thumbnails.ts';

const reservation_ms = 24 * 60 * 60 * 1000;
const pending_max = 20;
const erased_at_once = 100;
const file_name_length_max = 255;
/** Larger files are not read into memory for a thumbnail. */
const thumbnail_source_bytes_max = 64 * 1_048_576;
export const wait_for_upload_ms_max = 60_000;

type MediaParts = Pick<
  HomeserverParts,
  'storage' | 'blobs' | 'options' | 'clock' | 'random' | 'scheduler' | 'log'
>;

/** Uploads, their thumbnails, and the wait for uploads that were only announced. */
export class Media {
  readonly #parts: MediaParts;
  readonly #thumbnails: Thumbnails;
  readonly #making = new Map<string, Promise<ThumbnailRow>>();
  readonly #arrivals = new Map<string, Set<() => void>>();

  constructor(parts: MediaParts) {
    this.#parts = parts;
    this.#thumbnails = new Thumbnails(parts.options.imageLimitPixels);
  }

  /**
   * Takes an upload from the request's stream.
   * @returns the media id. @throws MatrixError 413 as soon as the limit is passed; 503 while nothing can be stored.
   */
  async upload(owner: string, request: IncomingMessage, fileName: string | null): Promise<string> {
    const { storage, clock, blobs } = this.#parts;
    const stored = await this.#receive(request, fileName);
    const mediaId = this.#newId();
    if (await storage.media.addMedia({ mediaId, owner, stored, ts: clock.now() })) return mediaId;
    await blobs.delete(stored.blobKey);
    throw forbidden('This account was closed');
  }

  /** @throws MatrixError 429 when too many reservations wait to be filled. */
  async reserve(owner: string): Promise<{ mediaId: string; expiresTs: number }> {
    const { storage, clock } = this.#parts;
    const mediaId = this.#newId();
    const ts = clock.now();
    const expiresTs = ts + reservation_ms;
    const reserved = await storage.media.reserveMedia({
      mediaId,
      owner,
      ts,
      expiresTs,
      pendingMax: pending_max,
    });
    if (!reserved) throw limitExceeded(60_000);
    return { mediaId, expiresTs };
  }

  /** @throws MatrixError 403 for another's reservation, 404 unknown or lapsed, 409 when it is filled already. */
  async fill(
    owner: string,
    mediaId: string,
    request: IncomingMessage,
    fileName: string | null,
  ): Promise<void> {
    const { storage, clock, blobs } = this.#parts;
    const row = await storage.media.media(mediaId);
    if (row === undefined) throw notFound('There is no such media');
    if (row.owner !== owner) throw new MatrixError(403, 'M_FORBIDDEN', 'Somebody else reserved this');
    const taken = new MatrixError(409, 'M_CANNOT_OVERWRITE_MEDIA', 'This was uploaded already');
    if (row.stored !== undefined) throw taken;
    if ((row.expiresTs ?? 0) <= clock.now()) throw notFound('The reservation has lapsed');
    const stored = await this.#receive(request, fileName);
    if (!(await storage.media.fillMedia(mediaId, stored, clock.now()))) {
      await blobs.delete(stored.blobKey);
      throw taken;
    }
    for (const wake of this.#arrivals.get(mediaId) ?? []) wake();
  }

  /**
   * The upload behind an mxc:// address; waits up to `timeoutMs` for one that was only reserved.
   * @throws MatrixError 404; 504 M_NOT_YET_UPLOADED.
   */
  async find(serverName: string, mediaId: string, timeoutMs: number): Promise<StoredMedia> {
    if (serverName !== this.#parts.options.serverName)
      throw notFound('Media of other servers cannot be reached from here');
    const row = await this.#row(mediaId);
    if (row.stored !== undefined) return row.stored;
    // Registered before looking again: an upload that finishes in between wakes us at once.
    const arrival = this.#arrival(mediaId, timeoutMs);
    try {
      const early = (await this.#row(mediaId)).stored;
      if (early !== undefined) return early;
      await arrival.woken;
      const late = (await this.#row(mediaId)).stored;
      if (late !== undefined) return late;
      throw new MatrixError(504, 'M_NOT_YET_UPLOADED', 'The owner has not uploaded this yet');
    } finally {
      arrival.stop();
    }
  }

  /** Deletes everything that a user uploaded, bytes before rows: cut off, it can be done again. */
  async eraseOf(owner: string): Promise<void> {
    const { storage, blobs } = this.#parts;
    for (;;) {
      const found = await storage.media.mediaOf(owner, erased_at_once);
      if (found.length === 0) return;
      for (const key of found.flatMap(({ blobKeys }) => blobKeys)) await blobs.delete(key);
      await storage.media.deleteMedia(found.map(({ mediaId }) => mediaId));
    }
  }

  /** Ends all waiting for uploads. */
  stop(): void {
    for (const waiting of this.#arrivals.values()) for (const wake of waiting) wake();
  }

  /** @throws MatrixError 400 when the media is no picture of a known format, 413 when it is too large to decode. */
  async thumbnail(mediaId: string, stored: StoredMedia, asked: ThumbnailShape): Promise<ThumbnailRow> {
    if (!thumbnailTypes.has(stored.contentType))
      throw new MatrixError(400, 'M_UNKNOWN', 'No thumbnail can be made of this');
    if (stored.size > thumbnail_source_bytes_max) throw tooLarge('The picture is too large for a thumbnail');
    const shape = shapeFor(asked);
    const variant = `${shape.width}x${shape.height}-${shape.method}${shape.animated ? '-animated' : ''}`;
    const known = await this.#parts.storage.media.thumbnail(mediaId, variant);
    if (known !== undefined) return known;
    const key = `${mediaId} ${variant}`;
    let making = this.#making.get(key);
    if (making === undefined) {
      making = this.#make(mediaId, variant, stored, shape).finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    return making;
  }

  async #make(
    mediaId: string,
    variant: string,
    stored: StoredMedia,
    shape: ThumbnailShape,
  ): Promise<ThumbnailRow> {
    const { blobs, storage } = this.#parts;
    const read = async (): Promise<Buffer> => {
      const source = await blobs.get(stored.blobKey);
      if (source === undefined) throw notFound('The media is gone');
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    try {
      const { bytes, contentType: type } = await this.#thumbnails.make(read, shape);
      const row = { blobKey: `${stored.blobKey}.${variant}`, contentType: type, size: bytes.length };
      await blobs.put(row.blobKey, oneChunk(bytes), bytes.length);
      if (await storage.media.addThumbnail(mediaId, variant, row)) return row;
      await blobs.delete(row.blobKey);
      throw notFound('The media is gone');
    } catch (error) {
      if (error instanceof TooManyPixels) throw tooLarge('The picture has too many pixels for a thumbnail');
      if (error instanceof NotAPicture)
        throw new MatrixError(400, 'M_UNKNOWN', 'The picture is damaged; no thumbnail can be made of it');
      throw error;
    }
  }

  async #row(mediaId: string): Promise<MediaRow> {
    const row = await this.#parts.storage.media.media(mediaId);
    const lapsed = row?.expiresTs !== null && (row?.expiresTs ?? 0) <= this.#parts.clock.now();
    if (row === undefined || lapsed) throw notFound('There is no such media');
    return row;
  }

  #arrival(mediaId: string, timeoutMs: number): { woken: Promise<void>; stop: () => void } {
    const { promise: woken, resolve } = Promise.withResolvers<void>();
    const waiting = this.#arrivals.get(mediaId) ?? new Set();
    this.#arrivals.set(mediaId, waiting);
    const wake = (): void => {
      cancel();
      waiting.delete(wake);
      if (waiting.size === 0) this.#arrivals.delete(mediaId);
      resolve();
    };
    const cancel = this.#parts.scheduler.after(timeoutMs, wake);
    waiting.add(wake);
    return { woken, stop: wake };
  }

  async #receive(request: IncomingMessage, fileName: string | null): Promise<StoredMedia> {
    const { blobs, options, random, log } = this.#parts;
    const limit = options.uploadLimitBytes;
    const refusal = tooLarge(`Uploads are at most ${limit} bytes`);
    if (Number(request.headers['content-length'] ?? 0) > limit) throw refusal;
    const head: Uint8Array[] = [];
    const blobKey = Buffer.from(random.bytes(24)).toString('base64url');
    try {
      const size = await blobs.put(blobKey, keepingHead(request, head), limit);
      return {
        blobKey,
        contentType: contentType(request.headers['content-type'], Buffer.concat(head)),
        fileName: fileName === null ? null : fileName.slice(0, file_name_length_max).toWellFormed(),
        size,
      };
    } catch (error) {
      if (error instanceof RangeError) throw refusal;
      if (request.errored !== null) throw new MatrixError(400, 'M_UNKNOWN', 'The upload was cut off');
      log.error('an upload could not be stored', { error: String(error) });
      const message = 'The server cannot store media right now; try again shortly';
      throw new MatrixError(503, 'M_UNKNOWN', message, {}, { 'retry-after': '2' });
    }
  }

  #newId(): string {
    return Buffer.from(this.#parts.random.bytes(24)).toString('base64url');
  }
}

/** Passes a stream on and keeps its first bytes. */
async function* keepingHead(source: AsyncIterable<Buffer>, head: Uint8Array[]): AsyncGenerator<Uint8Array> {
  let kept = 0;
  for await (const chunk of source) {
    if (kept < sniffed_bytes) {
      head.push(chunk.subarray(0, sniffed_bytes - kept));
      kept += chunk.length;
    }
    yield chunk;
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
