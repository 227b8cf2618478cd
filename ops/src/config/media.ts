import { address, choice, integer, size, text } from './option.ts';

/** Where files go and how large they may be. */
export const mediaSection = {
  title: 'Media',
  introduction: 'Where uploaded files are kept and how large they may be.',
  options: {
    'media-store': choice('disk: in the data folder. s3: in S3-compatible storage.', ['disk', 's3'], {
      default: 'disk',
    }),
    'upload-limit': size('Largest file that is taken.', {
      default: 100 * 1024 ** 2,
      min: 64 * 1024,
      max: 4 * 1024 ** 3,
    }),
    'image-pixels-max': integer('Largest picture of which thumbnails are made.', {
      default: 64_000_000,
      min: 1_000_000,
      max: 400_000_000,
      unit: 'pixels',
    }),
    's3-endpoint': address('Address of the S3-compatible storage.', {
      default: undefined,
      schemes: ['http', 'https'],
    }),
    's3-bucket': text('Bucket; it must exist and should be private.', {
      default: undefined,
      charactersMax: 63,
    }),
    's3-region': text('Region that requests are signed for.', { default: 'us-east-1', charactersMax: 64 }),
    's3-access-key': text('Access key.', { default: undefined, secret: true, charactersMax: 256 }),
    's3-secret-key': text('Secret key.', { default: undefined, secret: true, charactersMax: 256 }),
  },
} as const;
