import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { notFound } from '../../http/errors.ts';
import type { HomeserverOptions } from '../../parts.ts';
import type { Media } from '../../media/media.ts';

/** Uploading (Client-Server API, "Content repository"). */
export function uploadEndpoints(options: HomeserverOptions, media: Media): Endpoint[] {
  const uri = (mediaId: string): string => `mxc://${options.serverName}/${mediaId}`;
  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/media/v3/upload'],
      writes: true,
      body: 'raw',
      rate: 'upload',
      async handle({ request, query, requester }) {
        return { content_uri: uri(await media.upload(requester.userId, request, query.get('filename'))) };
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/media/v1/create'],
      writes: true,
      rate: 'upload',
      async handle({ requester }) {
        const { mediaId, expiresTs } = await media.reserve(requester.userId);
        return { content_uri: uri(mediaId), unused_expires_at: expiresTs };
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: ['/_matrix/media/v3/upload/:serverName/:mediaId'],
      writes: true,
      body: 'raw',
      rate: 'upload',
      async handle({ params, request, query, requester }) {
        const { serverName, mediaId = '' } = params;
        if (serverName !== options.serverName) throw notFound('There is no such media here');
        await media.fill(requester.userId, mediaId, request, query.get('filename'));
        return {};
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v1/media/config', '/_matrix/media/v3/config'],
      guests: true,
      handle: () => ({ 'm.upload.size': options.uploadLimitBytes }),
    }),
  ];
}
