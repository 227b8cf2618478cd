import { Agent, request } from 'node:http';

/** A plain HTTP client over kept connections: the same for the server and for its floor. */
export class BenchClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #base: URL;

  constructor(base: string) {
    this.#base = new URL(base);
  }

  async json<T>(method: string, path: string, token?: string, body?: object): Promise<T> {
    const { status, bytes } = await this.raw(method, path, token, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${bytes.toString().slice(0, 300)}`);
    return JSON.parse(bytes.toString()) as T;
  }

  raw(
    method: string,
    path: string,
    token?: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; bytes: Buffer }> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.#base.hostname,
          port: this.#base.port,
          method,
          path,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }),
          );
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export interface Account {
  readonly userId: string;
  readonly token: string;
}

const password = 'a long enough password';

export async function register(client: BenchClient, name: string): Promise<Account> {
  const answer = await client.json<{ user_id: string; access_token: string }>(
    'POST',
    '/_matrix/client/v3/register',
    undefined,
    { username: name, password, auth: { type: 'm.login.dummy' } },
  );
  return { userId: answer.user_id, token: answer.access_token };
}

export async function createRoom(client: BenchClient, owner: Account, name: string): Promise<string> {
  const answer = await client.json<{ room_id: string }>(
    'POST',
    '/_matrix/client/v3/createRoom',
    owner.token,
    {
      name,
      preset: 'public_chat',
    },
  );
  return answer.room_id;
}

export async function join(client: BenchClient, account: Account, roomId: string): Promise<void> {
  await client.json('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, account.token, {});
}

let transactions = 0;

export async function send(
  client: BenchClient,
  account: Account,
  roomId: string,
  body: string,
): Promise<string> {
  transactions += 1;
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/b${transactions}`;
  const answer = await client.json<{ event_id: string }>('PUT', path, account.token, {
    msgtype: 'm.text',
    body,
  });
  return answer.event_id;
}

/** Runs `work` for each item, `width` at a time. */
export async function each<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < items.length) {
        const index = next;
        next += 1;
        const item = items[index];
        if (item !== undefined) await work(item, index);
      }
    }),
  );
}
