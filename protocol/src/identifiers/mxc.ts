import { isServerName } from './identifiers.ts';

/**
 * Takes an `mxc://server/media` address apart; undefined for anything else. The media id is letters, digits, `_` and
 * `-` alone, so that it can stand in a path or a file name without any escape.
 * Specification: Client-Server API, "Matrix Content (mxc://) URIs".
 */
export function parseMxc(uri: string): { serverName: string; mediaId: string } | undefined {
  if (uri.length > 1024) return undefined;
  const match = /^mxc:\/\/([^/]+)\/([A-Za-z0-9_-]{1,255})$/.exec(uri);
  const serverName = match?.[1];
  const mediaId = match?.[2];
  if (serverName === undefined || mediaId === undefined || !isServerName(serverName)) return undefined;
  return { serverName, mediaId };
}
