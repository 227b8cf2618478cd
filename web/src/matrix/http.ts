import { MatrixError } from './errors.ts';
import type { TrafficCounter } from './traffic.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type JsonBody = Readonly<Record<string, unknown>>;

/** Access and refresh tokens of one session. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** Who keeps the tokens. `refreshed` must have them on disk when it resolves; `expired` is told when the server has ended the session. */
export interface TokenKeeper {
  current(): Tokens | undefined;
  refreshed(tokens: Tokens): Promise<void>;
  expired(): void;
}

export interface HttpParts {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly traffic: TrafficCounter;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: JsonBody;
  /** True unless said otherwise: send the access token. */
  readonly signedIn?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the request is given up as `network`; 30 s. */
  readonly timeout?: number;
  /** How often temporary failures are tried again inside (2 for GET, PUT and DELETE, 0 for POST). Rate limits always wait once or twice. */
  readonly retries?: number;
}

export interface Downloaded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** One try of a request: when to give up, and the access token if it is sent with one. */
interface Try {
  readonly signal: AbortSignal;
  readonly token: string | undefined;
}

const requestTimeout = 30_000;
const longestPatience = 15_000;

/** Talks to one homeserver: tokens and their refresh, errors as `MatrixError`, bytes counted. */
export class HttpClient {
  readonly server: string;
  private readonly parts: HttpParts;
  private readonly tokens: TokenKeeper | undefined;
  private refreshing: Promise<void> | undefined;

  constructor(server: string, parts: HttpParts, tokens?: TokenKeeper) {
    this.server = server;
    this.parts = parts;
    this.tokens = tokens;
  }

  /** One JSON request. `path` starts at the origin, its parts already percent-encoded. */
  async request(method: Method, path: string, options: RequestOptions = {}): Promise<JsonBody> {
    return this.attempt(method, path, options, async (how) => {
      const body = options.body === undefined ? undefined : JSON.stringify(options.body);
      return this.json(await this.send(method, path, options, how, body, 'application/json'));
    });
  }

  /** Sends a file. Answers the JSON of the server. */
  async upload(path: string, file: Blob, options: RequestOptions = {}): Promise<JsonBody> {
    const timeout = requestTimeout + file.size / 2; // slow links: at least 2 kB/s
    return this.attempt('POST', path, { timeout, ...options }, async (how) => {
      const type = file.type === '' ? 'application/octet-stream' : file.type;
      return this.json(await this.send('POST', path, options, how, file, type));
    });
  }

  /** Fetches bytes, telling `progress` how many have come. */
  async download(
    path: string,
    options: RequestOptions = {},
    progress?: (bytes: number) => void,
  ): Promise<Downloaded> {
    return this.attempt('GET', path, { timeout: 600_000, ...options }, async (how) => {
      const response = await this.send('GET', path, options, how, undefined, undefined);
      if (!response.ok) await this.json(response);
      const bytes = await readAll(response, progress);
      this.count(response, bytes.length);
      return { bytes, type: response.headers.get('content-type') ?? '' };
    });
  }

  private async attempt<T>(
    method: Method,
    path: string,
    options: RequestOptions,
    once: (how: Try) => Promise<T>,
  ): Promise<T> {
    const retries = options.retries ?? (method === 'POST' ? 0 : 2);
    let refreshed = false;
    for (let tries = 0; ; tries += 1) {
      let token: string | undefined;
      try {
        token = options.signedIn === false ? undefined : await this.freshToken();
        return await this.withDeadline(options, (signal) => once({ signal, token }));
      } catch (thrown) {
        const error = this.name(thrown, path, options.signal);
        if (token !== undefined && error.errcode === 'M_UNKNOWN_TOKEN') {
          // While this one was on its way another request may have renewed the token: then that is the one to try.
          if (this.tokens?.current()?.accessToken !== token) continue;
          if (!refreshed && (await this.refresh(error))) {
            refreshed = true;
            continue;
          }
        }
        const pause = pauseBefore(error, tries, retries);
        if (pause === undefined) throw error;
        await wait(pause, options.signal);
      }
    }
  }

  private async withDeadline<T>(
    options: RequestOptions,
    once: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    if (options.signal?.aborted === true) abort();
    options.signal?.addEventListener('abort', abort);
    const timer = setTimeout(abort, options.timeout ?? requestTimeout);
    try {
      return await once(controller.signal);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  private async send(
    method: Method,
    path: string,
    options: RequestOptions,
    { signal, token }: Try,
    body: string | Blob | undefined,
    type: string | undefined,
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body !== undefined && type !== undefined) headers['content-type'] = type;
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    const init: RequestInit = { method, headers, signal, cache: 'no-store', credentials: 'omit' };
    if (body !== undefined) init.body = body;
    this.parts.traffic.add(0, bodySize(body));
    return this.parts.fetch(this.server + path + queryString(options.query), init);
  }

  private async json(response: Response): Promise<JsonBody> {
    const text = await response.text();
    this.count(response, text.length);
    let body: unknown;
    try {
      body = text === '' ? {} : JSON.parse(text);
    } catch (cause) {
      body = undefined;
      if (response.ok) throw new MatrixError('protocol', 'The answer is not JSON.', { cause });
    }
    const object = isObject(body) ? body : undefined;
    if (response.ok) {
      if (object === undefined) throw new MatrixError('protocol', 'The answer is not a JSON object.');
      return object;
    }
    throw serverError(response, object ?? {});
  }

  private count(response: Response, decoded: number): void {
    if (this.parts.traffic.observing) return;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    this.parts.traffic.add(Number.isFinite(length) ? length : decoded, 0);
  }

  private name(thrown: unknown, path: string, signal: AbortSignal | undefined): MatrixError {
    if (thrown instanceof MatrixError) return thrown;
    if (signal?.aborted === true)
      return new MatrixError('cancelled', `Cancelled: ${path}`, { cause: thrown });
    return new MatrixError('network', `No answer: ${path}`, { cause: thrown });
  }

  /** Refreshes ahead of time, so that a token does not end in the middle of a long poll. */
  private async freshToken(): Promise<string> {
    const { refreshToken, expiresAt } = this.tokens?.current() ?? {};
    const ending = expiresAt !== undefined && expiresAt - this.parts.now() < 60_000;
    if (refreshToken !== undefined && ending) await this.refreshOnce();
    const tokens = this.tokens?.current();
    if (tokens === undefined) throw new MatrixError('cancelled', 'There is no session.');
    return tokens.accessToken;
  }

  /** After `M_UNKNOWN_TOKEN`: whether the request is worth another try. */
  private async refresh(error: MatrixError): Promise<boolean> {
    const tokens = this.tokens?.current();
    if (tokens === undefined) return false;
    if (tokens.refreshToken === undefined) {
      this.tokens?.expired();
      return false;
    }
    try {
      await this.refreshOnce();
      return true;
    } catch (thrown) {
      if (thrown instanceof MatrixError && thrown.kind === 'server' && !thrown.temporary) return false;
      throw thrown instanceof MatrixError ? thrown : error;
    }
  }

  private refreshOnce(): Promise<void> {
    this.refreshing ??= this.exchangeRefreshToken().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async exchangeRefreshToken(): Promise<void> {
    const before = this.tokens?.current();
    if (before?.refreshToken === undefined) return;
    try {
      const answer = await this.request('POST', '/_matrix/client/v3/refresh', {
        body: { refresh_token: before.refreshToken },
        signedIn: false,
      });
      await this.tokens?.refreshed(readTokens(answer, this.parts.now(), before.refreshToken));
    } catch (thrown) {
      const error = this.name(thrown, 'refresh', undefined);
      if (error.errcode === 'M_UNKNOWN_TOKEN' || error.errcode === 'M_FORBIDDEN') this.tokens?.expired();
      throw error;
    }
  }
}

/** Tokens out of the answer of register, login or refresh. */
export function readTokens(answer: JsonBody, now: number, oldRefreshToken?: string): Tokens {
  const access = answer['access_token'];
  if (typeof access !== 'string') throw new MatrixError('protocol', 'The answer has no access token.');
  const refresh = answer['refresh_token'];
  const lasts = answer['expires_in_ms'];
  const refreshToken = typeof refresh === 'string' ? refresh : oldRefreshToken;
  return {
    accessToken: access,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(typeof lasts === 'number' ? { expiresAt: now + lasts } : {}),
  };
}

/** Milliseconds to wait before another try, or undefined to give up. */
export function pauseBefore(error: MatrixError, tries: number, retries: number): number | undefined {
  if (error.status === 429) {
    const asked = error.retryAfter ?? 1000;
    return tries < 3 && asked <= longestPatience ? asked : undefined;
  }
  if (!error.temporary || tries >= retries) return undefined;
  return 500 * 2 ** tries;
}

/** Resolves after `milliseconds`; rejects with kind `cancelled` when `signal` aborts first. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new MatrixError('cancelled', 'Cancelled while waiting.'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

export function isObject(value: unknown): value is JsonBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function serverError(response: Response, body: JsonBody): MatrixError {
  const text = typeof body['error'] === 'string' ? body['error'] : `HTTP ${response.status}`;
  const header = Number(response.headers.get('retry-after') ?? Number.NaN) * 1000;
  const inBody = body['retry_after_ms'];
  const retryAfter = typeof inBody === 'number' ? inBody : Number.isFinite(header) ? header : undefined;
  return new MatrixError('server', text, {
    status: response.status,
    body,
    ...(typeof body['errcode'] === 'string' ? { errcode: body['errcode'] } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

function queryString(query: RequestOptions['query']): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function bodySize(body: string | Blob | undefined): number {
  if (body === undefined) return 0;
  return typeof body === 'string' ? body.length : body.size;
}

async function readAll(
  response: Response,
  progress: ((bytes: number) => void) | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (progress === undefined || response.body === null) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    progress(length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
