import type { HomeserverParts } from '../parts.ts';

const answer_bytes_max = 65_536;
const answer_ms_max = 20_000;

/** The body of `/_matrix/push/v1/notify`. */
export interface Notification {
  readonly notification: Readonly<Record<string, unknown>>;
}

/** Push gateways: only those that the operator named are ever contacted. */
export class PushGateways {
  readonly #parts: Pick<HomeserverParts, 'fetch' | 'scheduler'>;
  readonly #origins: ReadonlySet<string>;

  constructor(parts: Pick<HomeserverParts, 'fetch' | 'scheduler' | 'options'>) {
    this.#parts = parts;
    this.#origins = new Set(parts.options.pushGateways.map((origin) => new URL(origin).origin));
  }

  /** Whether the operator lets notices go to this address. */
  allows(address: string): boolean {
    if (!URL.canParse(address)) return false;
    const url = new URL(address);
    return this.#origins.has(url.origin) && url.pathname === '/_matrix/push/v1/notify' && url.username === '';
  }

  /**
   * Hands a notice to a gateway.
   * @returns the keys that the gateway refuses for good. @throws Error when it cannot be reached or does not take it now.
   */
  async notify(address: string, notice: Notification): Promise<string[]> {
    if (!this.allows(address)) throw new Error('the operator does not let notices go there');
    const abort = new AbortController();
    const cancel = this.#parts.scheduler.after(answer_ms_max, () => abort.abort());
    try {
      const answer = await this.#parts.fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(notice),
        redirect: 'error',
        signal: abort.signal,
      });
      const text = await readText(answer);
      if (!answer.ok) throw new Error(`the push gateway answered ${answer.status}`);
      return rejectedIn(text);
    } finally {
      cancel();
    }
  }
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (answer.body === null) return '';
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > answer_bytes_max) throw new Error('the push gateway answered too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function rejectedIn(text: string): string[] {
  const body = JSON.parse(text === '' ? '{}' : text) as { rejected?: unknown };
  return Array.isArray(body.rejected)
    ? body.rejected.filter((key): key is string => typeof key === 'string')
    : [];
}
