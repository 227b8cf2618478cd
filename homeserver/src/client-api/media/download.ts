import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answered, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, UserCall } from '../../http/endpoint.ts';
import { MatrixError, missingParam, notFound } from '../../http/errors.ts';
import { queryBoolean, queryInteger, queryWord } from '../../http/fields.ts';
import { corsHeaders } from '../../http/router.ts';
import { disposition } from '../../media/content-types.ts';
import type { Media } from '../../media/media.ts';
import { wait_for_upload_ms_max } from '../../media/media.ts';
import { readRange } from '../../media/ranges.ts';
import type { MediaBlobs } from '../../parts.ts';

const wait_default_ms = 20_000;
const thumbnail_side_max = 4_096;

/** What a browser may do with media it is shown in a tab of its own: nothing. */
const security: Readonly<Record<string, string>> = {
  'content-security-policy':
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';",
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

interface Served {
  readonly etag: string;
  readonly blobKey: string;
  readonly contentType: string;
  readonly size: number;
  readonly fileName: string | null;
}

/** Downloading with a token (Client-Server API 1.11, "Content repository"). Media never changes, so it may be cached for ever. */
export function downloadEndpoints(media: Media, blobs: MediaBlobs): Endpoint[] {
  const base = '/_matrix/client/v1/media';
  const waitIn = ({ query }: UserCall): number =>
    queryInteger(query, 'timeout_ms', { min: 0, max: wait_for_upload_ms_max, fallback: wait_default_ms });
  return [
    userEndpoint({
      method: 'GET',
      paths: [`${base}/download/:serverName/:mediaId`, `${base}/download/:serverName/:mediaId/:fileName`],
      guests: true,
      async handle(call) {
        const { serverName = '', mediaId = '', fileName } = call.params;
        const stored = await media.find(serverName, mediaId, waitIn(call));
        return serve(call, blobs, { ...stored, etag: mediaId, fileName: fileName ?? stored.fileName });
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${base}/thumbnail/:serverName/:mediaId`],
      guests: true,
      async handle(call) {
        const { serverName = '', mediaId = '' } = call.params;
        const { query } = call;
        if (query.get('width') === null || query.get('height') === null)
          throw missingParam("'width' and 'height' are needed");
        const side = { min: 1, max: thumbnail_side_max, fallback: 0 };
        const shape = {
          width: queryInteger(query, 'width', side),
          height: queryInteger(query, 'height', side),
          method: queryWord(query, 'method', ['crop', 'scale'] as const) ?? 'scale',
          animated: queryBoolean(query, 'animated'),
        };
        const stored = await media.find(serverName, mediaId, waitIn(call));
        const thumbnail = await media.thumbnail(mediaId, stored, shape);
        return serve(call, blobs, { ...thumbnail, etag: thumbnail.blobKey, fileName: 'thumbnail' });
      },
    }),
  ];
}

async function serve(
  { request, response }: UserCall,
  blobs: MediaBlobs,
  file: Served,
): Promise<typeof answered> {
  const etag = `"${file.etag}"`;
  const headers: Record<string, string | number> = {
    ...corsHeaders,
    ...security,
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    'content-disposition': disposition(file.contentType, file.fileName),
    'content-type': file.contentType,
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return answered;
  }
  const range = readRange(request.headers.range, file.size);
  if (range === 'unsatisfiable') {
    throw new MatrixError(
      416,
      'M_INVALID_PARAM',
      'The media has no such range',
      {},
      {
        'content-range': `bytes */${file.size}`,
      },
    );
  }
  if (range !== undefined) headers['content-range'] = `bytes ${range.start}-${range.end}/${file.size}`;
  headers['content-length'] = range === undefined ? file.size : range.end - range.start + 1;
  const status = range === undefined ? 200 : 206;
  if (request.method === 'HEAD') {
    response.writeHead(status, headers).end();
    return answered;
  }
  const source = await blobs.get(file.blobKey, range);
  if (source === undefined) throw notFound('The media is gone');
  response.writeHead(status, headers);
  await send(source, response);
  return answered;
}

/** A client that goes away in the middle is no failure of ours. */
async function send(source: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
  try {
    await pipeline(Readable.from(source, { objectMode: false }), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}
