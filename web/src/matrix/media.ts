import type { Media } from './door.ts';
import type { EncryptionDesk } from './encryption/desk.ts';
import { MatrixError } from './errors.ts';
import type { HttpClient } from './http.ts';
import type { Sender } from './sending/sender.ts';
import type { Store } from './store/store.ts';
import type { MediaSource } from './timeline/items.ts';

/** Most bytes of media kept on the device; the oldest go first. */
const keepAtMost = 200_000_000;

export interface MediaParts {
  readonly http: HttpClient;
  readonly store: Store;
  readonly sender: Sender;
  readonly desk: EncryptionDesk;
  readonly now: () => number;
}

/** Files by their mxc:// address: from the queue, from the device, or from the server. */
export class MediaShelf implements Media {
  private readonly parts: MediaParts;
  private readonly running = new Map<string, Promise<Blob>>();
  private limit: Promise<number | undefined> | undefined;

  constructor(parts: MediaParts) {
    this.parts = parts;
  }

  async cached(source: MediaSource): Promise<Blob | undefined> {
    const queued = this.parts.sender.file(source.mxc);
    if (queued !== undefined) return queued;
    return (await this.parts.store.get('media', source.mxc))?.blob;
  }

  async download(
    source: MediaSource,
    progress?: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<Blob> {
    const cached = await this.cached(source);
    if (cached !== undefined) return cached;
    return this.once(source.mxc, async () => {
      const { serverName, mediaId } = parts(source.mxc);
      const path = `/_matrix/client/v1/media/download/${serverName}/${mediaId}`;
      const { bytes, type } = await this.parts.http.download(path, { signal }, progress);
      const { file } = source;
      const clear = file === undefined ? bytes : await this.parts.desk.need().decryptFile(bytes, file);
      return new Blob([clear], { type: file === undefined ? safeType(type) : '' });
    });
  }

  async thumbnail(mxc: string, size: number): Promise<Blob> {
    const key = `${mxc} ${size}`;
    const cached = await this.parts.store.get('media', key);
    if (cached !== undefined) return cached.blob;
    return this.once(key, async () => {
      const { serverName, mediaId } = parts(mxc);
      const path = `/_matrix/client/v1/media/thumbnail/${serverName}/${mediaId}`;
      const { bytes, type } = await this.parts.http.download(path, {
        query: { width: size, height: size, method: 'crop' },
      });
      return new Blob([bytes], { type: safeType(type) });
    });
  }

  async uploadLimit(): Promise<number | undefined> {
    this.limit ??= this.askLimit();
    try {
      return await this.limit;
    } catch (thrown) {
      if (!(thrown instanceof MatrixError)) throw thrown;
      this.limit = undefined;
      return undefined;
    }
  }

  async storedBytes(): Promise<number> {
    const rows = await this.parts.store.range('media');
    return rows.reduce((sum, row) => sum + row.value.blob.size, 0);
  }

  async clear(): Promise<void> {
    const rows = await this.parts.store.range('media');
    await this.parts.store.write(
      rows.map((row) => ({ table: 'media', key: row.key, value: undefined }) as const),
    );
  }

  /** Keeps a file under its address, where there is room: what was sent from here need not be fetched. */
  async keep(key: string, blob: Blob): Promise<void> {
    const value = { blob, keptAt: this.parts.now() };
    try {
      await this.parts.store.write([{ table: 'media', key, value }]);
      await this.makeRoom();
    } catch (thrown) {
      if (!(thrown instanceof MatrixError)) throw thrown;
      console.warn('A file is not kept.', thrown.message);
    }
  }

  private once(key: string, fetch: () => Promise<Blob>): Promise<Blob> {
    const known = this.running.get(key);
    if (known !== undefined) return known;
    const work = fetch()
      .then(async (blob) => {
        await this.keep(key, blob);
        return blob;
      })
      .finally(() => this.running.delete(key));
    this.running.set(key, work);
    return work;
  }

  private async makeRoom(): Promise<void> {
    const rows = await this.parts.store.range('media');
    let total = rows.reduce((sum, row) => sum + row.value.blob.size, 0);
    if (total <= keepAtMost) return;
    rows.sort((a, b) => a.value.keptAt - b.value.keptAt);
    for (const row of rows) {
      if (total <= keepAtMost) break;
      total -= row.value.blob.size;
      await this.parts.store.write([{ table: 'media', key: row.key, value: undefined }]);
    }
  }

  private async askLimit(): Promise<number | undefined> {
    const answer = await this.parts.http.request('GET', '/_matrix/client/v1/media/config');
    const limit = answer['m.upload.size'];
    return typeof limit === 'number' ? limit : undefined;
  }
}

function parts(mxc: string): { serverName: string; mediaId: string } {
  const found = /^mxc:\/\/([^/]+)\/([^/]+)$/.exec(mxc);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new MatrixError('protocol', 'This is not the address of a file.');
  }
  return { serverName: encodeURIComponent(found[1]), mediaId: encodeURIComponent(found[2]) };
}

/** Types that a page may show by a blob: address; anything else could run as a document of this origin. */
function safeType(type: string): string {
  const bare = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const safe = /^(image\/(?!svg)|audio\/|video\/)/.test(bare);
  return safe ? bare : 'application/octet-stream';
}
