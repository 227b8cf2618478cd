/**
 * What went wrong, for screens to put into words.
 *
 * `network`: no answer (offline, timeout, refused). `server`: an answer with an `errcode`. `protocol`: an answer that makes no
 * sense. `encryption`: the crypto machine refused. `storage`: the browser's database failed or is full. `cancelled`: the caller
 * or sign-out ended it. `denied`: the user did not confirm (password prompt closed).
 */
export type ErrorKind = 'network' | 'server' | 'protocol' | 'encryption' | 'storage' | 'cancelled' | 'denied';

export interface ErrorFacts {
  /** HTTP status, of `server` errors. */
  readonly status?: number;
  /** Matrix error code such as `M_FORBIDDEN`, of `server` errors. */
  readonly errcode?: string;
  /** How long the server asked to wait, milliseconds. */
  readonly retryAfter?: number;
  /** The whole JSON body of the answer. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class MatrixError extends Error {
  readonly kind: ErrorKind;
  readonly status: number | undefined;
  readonly errcode: string | undefined;
  readonly retryAfter: number | undefined;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'MatrixError';
    this.kind = kind;
    this.status = facts.status;
    this.errcode = facts.errcode;
    this.retryAfter = facts.retryAfter;
    this.body = facts.body ?? {};
  }

  /** Whether the same request may succeed later without a change: no answer, rate limit, or a fault of the server. */
  get temporary(): boolean {
    if (this.kind === 'network') return true;
    return this.kind === 'server' && (this.status === 429 || (this.status ?? 0) >= 500);
  }
}

/** Makes any thrown value a `MatrixError`; `kind` says what it is if it is not one already. */
export function asMatrixError(thrown: unknown, kind: ErrorKind): MatrixError {
  if (thrown instanceof MatrixError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new MatrixError(kind, message, { cause: thrown });
}
