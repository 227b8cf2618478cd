import { join } from 'node:path';
import type { MediaBlobs } from '@majlis/homeserver';
import type { Configuration } from '../config/configuration.ts';

/** The media storage the operator chose; the code for S3 is loaded only when it is used. */
export async function openBlobs(media: Configuration['media'], data: string): Promise<MediaBlobs> {
  if (media['media-store'] === 's3') {
    const { s3Blobs } = await import('./s3-blobs.ts');
    return s3Blobs({
      endpoint: media['s3-endpoint'] ?? '',
      bucket: media['s3-bucket'] ?? '',
      region: media['s3-region'],
      accessKey: media['s3-access-key'] ?? '',
      secretKey: media['s3-secret-key'] ?? '',
      spool: join(data, 'media-on-its-way'),
    });
  }
  const { diskBlobs } = await import('./disk-blobs.ts');
  return diskBlobs(join(data, 'media'));
}
