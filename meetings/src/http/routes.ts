import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, parseLooseJson } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import { StorageUnavailable, Unstorable, Vanished } from '@majlis/storage';
import findMyWay from 'find-my-way';
import type { Log } from '../parts.ts';
import { Refusal, badJson, invalidParam, notFound, unavailable } from './errors.ts';

const body_bytes_max = 65_536;
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization',
} as const;

/** One request, read. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** The body as it came, for what is signed over it. */
  readonly text: string;
  readonly token: string | undefined;
  readonly ip: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** 'text': the body is not JSON of ours and is read as it is. */
  readonly body?: 'text';
  readonly handle: (call: Call) => Promise<object> | object;
}

/** Sends requests to their routes and writes what they answer or refuse. */
export class Routes {
  readonly #log: Log;
  readonly #trustProxy: boolean;
  readonly #router = findMyWay<findMyWay.HTTPVersion.V1>({ maxParamLength: 512, onBadUrl: () => undefined });

  constructor(log: Log, trustProxy: boolean, routes: readonly Route[]) {
    this.#log = log;
    this.#trustProxy = trustProxy;
    for (const route of routes) this.#router.on(route.method, route.path, () => undefined, { route });
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch((error: unknown) => this.#refuse(request, response, error));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, cors).end();
      return;
    }
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const { route, params } = this.#find(request.method ?? 'GET', path);
    const text = route.method === 'POST' ? await readText(request) : '';
    const reply = await route.handle({
      params,
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
      body: route.body === 'text' ? {} : readObject(text),
      text,
      token: /^Bearer +(\S{1,1024})$/i.exec(request.headers.authorization ?? '')?.[1],
      ip: this.#address(request),
      request,
      response,
    });
    write(response, 200, reply);
  }

  #find(method: string, path: string): { route: Route; params: Record<string, string> } {
    if (!isDecodable(path)) throw invalidParam('The path is not valid percent-encoded UTF-8');
    const found = this.#router.find(method as findMyWay.HTTPMethod, path);
    if (found === null) throw new Refusal(404, 'M_UNRECOGNIZED', 'Unrecognized request');
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(found.params)) {
      if (value === undefined) continue;
      if (value.includes('\0')) throw invalidParam('The path holds a NUL character');
      params[name] = value;
    }
    return { route: (found.store as { route: Route }).route, params };
  }

  #address(request: IncomingMessage): string {
    const forwarded = this.#trustProxy ? request.headers['x-forwarded-for'] : undefined;
    const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
    return last !== undefined && last !== '' ? last : (request.socket.remoteAddress ?? '');
  }

  #refuse(request: IncomingMessage, response: ServerResponse, reason: unknown): void {
    const error = refusalOf(reason);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (!request.complete) response.setHeader('connection', 'close');
    if (error instanceof Refusal) {
      if (error.status >= 500) this.#log.warn('a part that meetings need is away', { error: error.message });
      const wait = error.retryAfterMs;
      if (wait !== undefined) response.setHeader('retry-after', String(Math.ceil(wait / 1000)));
      write(response, error.status, {
        errcode: error.errcode,
        error: error.message,
        ...(wait !== undefined && { retry_after_ms: wait }),
      });
      return;
    }
    this.#log.error('a meetings request failed', {
      error: error instanceof Error ? error.stack : String(error),
    });
    write(response, 500, { errcode: 'M_UNKNOWN', error: 'Internal server error' });
  }
}

/** What storage could not do, as an answer; everything else as it is. */
function refusalOf(error: unknown): unknown {
  if (error instanceof StorageUnavailable)
    return unavailable('The server cannot store anything right now; try again shortly');
  if (error instanceof Vanished) return notFound('What this belongs to has just been deleted');
  if (error instanceof Unstorable) return badJson('The request holds a value that cannot be stored');
  return error;
}

function write(response: ServerResponse, status: number, value: object): void {
  const bytes = Buffer.from(JSON.stringify(value));
  response
    .writeHead(status, {
      ...cors,
      'content-type': 'application/json',
      'content-length': bytes.length,
      'cache-control': 'no-store',
    })
    .end(bytes);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > body_bytes_max)
      throw new Refusal(413, 'M_TOO_LARGE', `Bodies are at most ${body_bytes_max} bytes`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal(400, 'M_NOT_JSON', 'The body is not valid UTF-8');
  }
}

function readObject(text: string): JsonObject {
  if (text === '') return {};
  const parsed = parseLooseJson(text);
  if (!parsed.ok) throw new Refusal(400, 'M_NOT_JSON', `${parsed.reason} at position ${parsed.position}`);
  if (!isJsonObject(parsed.value)) throw badJson('The body must be an object');
  return parsed.value;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
