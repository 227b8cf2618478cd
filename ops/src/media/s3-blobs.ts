// Media in S3-compatible storage. A stream of unknown length is first written to this machine's disk, because S3 wants the length.

import { openAsBlob } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MediaBlobs } from '@majlis/homeserver';
import { AwsClient } from 'aws4fetch';
import { writeWhole } from './disk-blobs.ts';

export interface S3Options {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Folder for streams on their way. */
  readonly spool: string;
}

const retriesMax = 3;

/** Keeps media as objects of one bucket, addressed by path. */
export function s3Blobs(options: S3Options): MediaBlobs {
  const client = new AwsClient({
    accessKeyId: options.accessKey,
    secretAccessKey: options.secretKey,
    region: options.region,
    service: 's3',
    retries: retriesMax,
  });
  const addressOf = (key: string): string =>
    `${options.endpoint}/${encodeURIComponent(options.bucket)}/${encodeURIComponent(key)}`;
  return {
    async put(key, source, limit) {
      await mkdir(options.spool, { recursive: true, mode: 0o700 });
      const path = join(options.spool, encodeURIComponent(key));
      const size = await writeWhole(path, source, limit);
      try {
        const answer = await client.fetch(addressOf(key), { method: 'PUT', body: await openAsBlob(path) });
        await answer.body?.cancel();
        if (!answer.ok) throw new Error(`the media storage answered ${answer.status}`);
      } finally {
        await rm(path, { force: true });
      }
      return size;
    },
    async get(key, range) {
      const headers = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
      const answer = await client.fetch(addressOf(key), { headers });
      if (answer.ok && answer.body !== null) return answer.body;
      await answer.body?.cancel();
      if (answer.status === 404) return undefined;
      throw new Error(`the media storage answered ${answer.status}`);
    },
    async delete(key) {
      const answer = await client.fetch(addressOf(key), { method: 'DELETE' });
      await answer.body?.cancel();
      if (!answer.ok && answer.status !== 404) throw new Error(`the media storage answered ${answer.status}`);
    },
  };
}
