// A person at a plain HTTP client. Every answer is held against the OpenAPI of the specification, and none may be a 5xx.

import assert from 'node:assert/strict';
import { contractBreach } from '../contract/openapi.ts';

/** Whatever JSON gives. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  /** Parsed when it is JSON. */
  readonly body: Json;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const base = '/_matrix/client/v3';
let serial = 0;

/** A number that no other call in this process gets. */
export function fresh(name = 'n'): string {
  serial += 1;
  return `${name}${process.pid}x${serial}`;
}

export class Client {
  readonly url: string;
  token: string | undefined;
  userId = '';
  deviceId = '';

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  /** @param path from `/_matrix` or `/.well-known` on, or below `/_matrix/client/v3` */
  async call(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
    const whole = path.startsWith('/_matrix') || path.startsWith('/.well-known') ? path : base + path;
    const query = new URLSearchParams(
      Object.entries(options.query ?? {}).map(([name, value]) => [name, String(value)]),
    ).toString();
    const raw = body instanceof Uint8Array || typeof body === 'string';
    const response = await fetch(`${this.url}${whole}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: {
        ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...options.headers,
      },
      ...(body !== undefined && { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const json = response.headers.get('content-type')?.startsWith('application/json') === true;
    const parsed: Json = json && bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString()) : undefined;
    const where = `${method} ${whole} → ${response.status}`;
    // 504 is how the specification says "not yet uploaded".
    assert.ok(response.status < 500 || response.status === 504, `${where} ${JSON.stringify(parsed)}`);
    // Unstable parameters change answers that the specification describes.
    const unstable = query.includes('org.matrix.') || whole.includes('org.matrix.');
    if (json && !unstable && !whole.includes('/media/download/')) {
      const breach = contractBreach(method, whole.split('?')[0] ?? '', response.status, parsed);
      assert.equal(breach, undefined, `${where} breaks the contract`);
    }
    return { status: response.status, body: parsed, headers: response.headers, bytes };
  }

  /** A call that must succeed. @returns its body */
  async ok(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Json> {
    const answer = await this.call(method, path, body, options);
    assert.equal(answer.status, 200, `${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A call that must be refused with this status and error code. */
  async refused(
    status: number,
    errcode: string,
    method: string,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<Json> {
    const answer = await this.call(method, path, body, options);
    assert.equal(
      `${answer.status} ${answer.body?.errcode}`,
      `${status} ${errcode}`,
      `${method} ${path}: ${JSON.stringify(answer.body)}`,
    );
    return answer.body;
  }

  async createRoom(options: object = {}): Promise<string> {
    return (await this.ok('POST', '/createRoom', options)).room_id;
  }

  async join(roomIdOrAlias: string): Promise<void> {
    await this.ok('POST', `/join/${encodeURIComponent(roomIdOrAlias)}`, {});
  }

  /** Sends a text, or any content. @returns the event id */
  async send(
    roomId: string,
    content: string | object,
    type = 'm.room.message',
    txnId = fresh(),
  ): Promise<string> {
    const whole = typeof content === 'string' ? { msgtype: 'm.text', body: content } : content;
    return (await this.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/send/${type}/${txnId}`, whole))
      .event_id;
  }

  async setState(roomId: string, type: string, content: object, stateKey = ''): Promise<string> {
    const path = `/rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(stateKey)}`;
    return (await this.ok('PUT', path, content)).event_id;
  }

  async sync(since?: string, query: RequestOptions['query'] = {}): Promise<Json> {
    return this.ok('GET', '/sync', undefined, {
      query: { timeout: 0, ...(since !== undefined && { since }), ...query },
    });
  }

  async slidingSync(body: object, query: RequestOptions['query'] = {}): Promise<Json> {
    return this.ok('POST', '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync', body, {
      query: { timeout: 0, ...query },
    });
  }

  /** Another device of the same account. */
  async secondDevice(password = 'correct horse'): Promise<Client> {
    const other = new Client(this.url);
    other.take(
      await other.ok('POST', '/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: this.userId },
        password,
      }),
    );
    return other;
  }

  take(session: Json): void {
    this.token = session.access_token;
    this.userId = session.user_id;
    this.deviceId = session.device_id;
  }
}

/** A new account on a server of the open profile; its password is `correct horse`. */
export async function register(url: string, name: string, displayName?: string): Promise<Client> {
  const client = new Client(url);
  client.take(
    await client.ok('POST', '/register', {
      username: fresh(name),
      password: 'correct horse',
      auth: { type: 'm.login.dummy' },
    }),
  );
  if (displayName !== undefined)
    await client.ok('PUT', `/profile/${client.userId}/displayname`, { displayname: displayName });
  return client;
}

/** Repeats a question until the answer is there, a long poll being the clock. */
export async function until<Value>(ask: () => Promise<Value | undefined>, what: string): Promise<Value> {
  for (let tries = 0; tries < 200; tries += 1) {
    const value = await ask();
    if (value !== undefined) return value;
  }
  throw new Error(`${what} did not come`);
}
