import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGzip, gzip } from 'node:zlib';
import findMyWay from 'find-my-way';
import { QuotaReached, StorageUnavailable, Unstorable, Vanished } from '@majlis/storage';
import type { HomeserverParts } from '../parts.ts';
import { readJson } from './body.ts';
import { JsonText, answered } from './endpoint.ts';
import type { Endpoint, Method, Reply, Requester, UserCall } from './endpoint.ts';
import {
  MatrixError,
  badJson,
  forbidden,
  invalidParam,
  missingToken,
  notFound,
  unrecognized,
} from './errors.ts';
import type { RateLimits } from './rate-limits.ts';

const default_body_limit_bytes = 1_048_576;
/** Below this, compression costs more than it saves on the wire. */
const compress_above_bytes = 1_024;
const url_limit_characters = 8_192;

export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization, Date',
  'access-control-expose-headers': 'Retry-After',
};

/** Finds out whose access token it is. @throws MatrixError 401 for a token that is not valid. */
export type Authenticate = (token: string, ip: string, evenLocked: boolean) => Promise<Requester>;

export interface RouterParts extends Pick<HomeserverParts, 'log'> {
  readonly trustProxy: boolean;
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
}

/** From a request to its endpoint and back: reading, checking who asks, limits, errors. */
export class Router {
  readonly #parts: RouterParts;
  readonly #routes = findMyWay<findMyWay.HTTPVersion.V1>({
    ignoreTrailingSlash: true,
    maxParamLength: url_limit_characters,
    onBadUrl: () => undefined,
  });

  constructor(parts: RouterParts, endpoints: readonly Endpoint[]) {
    this.#parts = parts;
    for (const endpoint of endpoints) {
      for (const path of endpoint.paths)
        this.#routes.on(endpoint.method, path, () => undefined, { endpoint });
    }
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#dispatch(request, response)
      .then((reply) => writeReply(request, response, reply))
      .catch((error: unknown) => this.#fail(request, response, error));
  }

  /** Hands on what the endpoint will answer and does not wait for it itself: thousands wait for long, and nothing of this need be kept. */
  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<Reply> {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, corsHeaders).end();
      return answered;
    }
    const url = request.url ?? '/';
    if (url.length > url_limit_characters)
      throw new MatrixError(414, 'M_INVALID_PARAM', 'The address is too long');
    const mark = url.indexOf('?');
    const path = canonicalPath(mark < 0 ? url : url.slice(0, mark));
    const found = this.#find((request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')) as Method, path);
    const ip = clientAddress(request, this.#parts.trustProxy);
    const requester = await this.#requester(found.endpoint, request, ip);
    const { endpoint } = found;
    if (endpoint.rate !== undefined) this.#parts.rateLimits.take(endpoint.rate, requester?.userId ?? ip);
    const reading =
      endpoint.body ?? (request.method === 'PUT' || request.method === 'POST' ? 'json' : 'none');
    const body =
      reading === 'json' || reading === 'event'
        ? await readJson(request, endpoint.bodyLimit ?? default_body_limit_bytes, reading === 'event')
        : {};
    const call = {
      params: found.params,
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
      body,
      requester,
      ip,
      request,
      response,
    } as UserCall;
    return endpoint.handle(call);
  }

  #find(method: Method, path: string): { endpoint: Endpoint; params: Record<string, string> } {
    if (!isDecodable(path)) throw invalidParam('The path is not valid percent-encoded UTF-8');
    const found = this.#routes.find(method, path);
    if (found === null) {
      const others = (['GET', 'PUT', 'POST', 'DELETE'] as const).filter((other) => other !== method);
      throw unrecognized(others.some((other) => this.#routes.find(other, path) !== null) ? 405 : 404);
    }
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(found.params)) {
      if (value === undefined) continue;
      if (value.includes('\0')) throw invalidParam('The path holds a NUL character');
      params[name] = value;
    }
    return { endpoint: (found.store as { endpoint: Endpoint }).endpoint, params };
  }

  async #requester(endpoint: Endpoint, request: IncomingMessage, ip: string): Promise<Requester | undefined> {
    const token = bearerToken(request);
    if (endpoint.access === 'none') {
      if (token === undefined) return undefined;
      // An expired token must not lock anyone out of signing in again.
      return this.#parts.authenticate(token, ip, false).catch((error: unknown) => {
        if (error instanceof MatrixError) return undefined;
        throw error;
      });
    }
    if (token === undefined) throw missingToken();
    const requester = await this.#parts.authenticate(token, ip, endpoint.evenLocked === true);
    if (requester.suspended && endpoint.writes === true)
      throw new MatrixError(403, 'M_USER_SUSPENDED', 'Your account was suspended by an administrator');
    if (requester.isGuest && endpoint.access === 'user') {
      throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'Guests cannot do this');
    }
    return requester;
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const answer = toMatrixError(error);
    if (error instanceof StorageUnavailable) {
      // The database is away for everybody: a line each is enough, the stack is always the same.
      this.#parts.log.warn('refused while the database is away', { reason: error.message });
    } else if (answer.status >= 500 && !(error instanceof MatrixError)) {
      this.#parts.log.error('request failed', {
        method: request.method,
        path: (request.url ?? '').split('?')[0]?.slice(0, 200),
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const headers: Record<string, string> = { ...answer.headers };
    // The rest of an unread body is not worth reading: close instead of draining it.
    if (!request.complete) headers['connection'] = 'close';
    writeJson(request, response, answer.status, JSON.stringify(answer.body), headers);
  }
}

function writeReply(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (reply === answered) return;
  writeJson(request, response, 200, reply instanceof JsonText ? reply.text : JSON.stringify(reply));
}

/** @returns the error to show: 503 while the database is away, 500 for our own mistakes. */
function toMatrixError(error: unknown): MatrixError {
  if (error instanceof MatrixError) return error;
  if (error instanceof StorageUnavailable) {
    return new MatrixError(
      503,
      'M_UNKNOWN',
      'The server cannot store anything right now; try again shortly',
      {},
      { 'retry-after': '2' },
    );
  }
  if (error instanceof Vanished) return notFound('What this belongs to has just been deleted');
  if (error instanceof QuotaReached) return new MatrixError(400, 'M_TOO_LARGE', error.message);
  if (error instanceof Unstorable) return badJson('The request holds a value that cannot be stored');
  if (
    (error as { code?: unknown }).code === 'ECONNRESET' ||
    (error as { code?: unknown }).code === 'ABORT_ERR'
  ) {
    return new MatrixError(400, 'M_UNKNOWN', 'The request was cut off');
  }
  return new MatrixError(500, 'M_UNKNOWN', 'Internal server error');
}

/** Writes a JSON response, compressed when the client takes gzip and it pays. */
export function writeJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const base = {
    ...corsHeaders,
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...headers,
  };
  if (text.length < compress_above_bytes || !acceptsGzip(request)) {
    // As text, head and body leave in one piece.
    response.writeHead(status, { ...base, 'content-length': Buffer.byteLength(text) }).end(text);
    return;
  }
  if (text.length > 4 * 1_048_576) {
    response.writeHead(status, { ...base, 'content-encoding': 'gzip' });
    const stream = createGzip();
    stream.pipe(response);
    stream.end(text);
    return;
  }
  gzip(text, (error, bytes) => {
    if (error !== null) response.destroy(error);
    else {
      response
        .writeHead(status, { ...base, 'content-encoding': 'gzip', 'content-length': bytes.length })
        .end(bytes);
    }
  });
}

function acceptsGzip(request: IncomingMessage): boolean {
  const accepted = request.headers['accept-encoding'];
  return typeof accepted === 'string' && /\bgzip\b/.test(accepted);
}

/** Old prefixes that clients still use lead to the same endpoints. */
function canonicalPath(path: string): string {
  if (path.startsWith('/_matrix/client/r0/')) return `/_matrix/client/v3/${path.slice(19)}`;
  if (path.startsWith('/_matrix/media/r0/')) return `/_matrix/media/v3/${path.slice(18)}`;
  if (path.startsWith('/_matrix/media/v1/') && path !== '/_matrix/media/v1/create') {
    return `/_matrix/media/v3/${path.slice(18)}`;
  }
  return path;
}

function isDecodable(path: string): boolean {
  if (!path.includes('%')) return !path.includes('\0');
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function bearerToken(request: IncomingMessage): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer +(\S{1,1024})$/i.exec(header);
  return match?.[1] ?? '';
}

function clientAddress(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return last !== undefined && last !== '' ? last : (request.socket.remoteAddress ?? '');
}

/** Refuses a user acting on another's data. */
export function mustBeSelf(call: UserCall, userId: string): void {
  if (call.requester.userId !== userId) throw forbidden('This belongs to another user');
}
