/** An answer other than 200 (Client-Server API, "Standard error response"). Thrown by handlers, written by the router. */
export class MatrixError extends Error {
  override readonly name = 'MatrixError';
  readonly status: number;
  readonly errcode: string;
  /** Further members of the JSON body, and headers by lower-case name. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errcode: string,
    message: string,
    extra: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.extra = extra;
    this.headers = headers;
  }

  get body(): Readonly<Record<string, unknown>> {
    return { errcode: this.errcode, error: this.message, ...this.extra };
  }
}

/**
 * The 401 that asks for (more) authentication, before anything went wrong. It has no `errcode`: mautrix takes one as a refusal and
 * gives up.
 */
export class AuthenticationNeeded extends MatrixError {
  constructor(asked: Readonly<Record<string, unknown>>) {
    super(401, 'M_FORBIDDEN', 'Authentication required', asked);
  }

  override get body(): Readonly<Record<string, unknown>> {
    return this.extra;
  }
}

export const badJson = (message: string): MatrixError => new MatrixError(400, 'M_BAD_JSON', message);
export const notJson = (message: string): MatrixError => new MatrixError(400, 'M_NOT_JSON', message);
export const invalidParam = (message: string): MatrixError =>
  new MatrixError(400, 'M_INVALID_PARAM', message);
export const missingParam = (message: string): MatrixError =>
  new MatrixError(400, 'M_MISSING_PARAM', message);
export const forbidden = (message: string): MatrixError => new MatrixError(403, 'M_FORBIDDEN', message);
export const notFound = (message: string): MatrixError => new MatrixError(404, 'M_NOT_FOUND', message);
export const tooLarge = (message: string): MatrixError => new MatrixError(413, 'M_TOO_LARGE', message);
export const unrecognized = (status: 404 | 405): MatrixError =>
  new MatrixError(status, 'M_UNRECOGNIZED', status === 404 ? 'Unrecognized request' : 'Unrecognized method');
export const unknownToken = (message: string, softLogout = false): MatrixError =>
  new MatrixError(401, 'M_UNKNOWN_TOKEN', message, { soft_logout: softLogout });
export const userLocked = (): MatrixError =>
  new MatrixError(401, 'M_USER_LOCKED', 'Your account was locked by an administrator', { soft_logout: true });
export const missingToken = (): MatrixError =>
  new MatrixError(401, 'M_MISSING_TOKEN', 'Missing access token');
export const limitExceeded = (retryAfterMs: number): MatrixError =>
  new MatrixError(
    429,
    'M_LIMIT_EXCEEDED',
    'Too many requests',
    { retry_after_ms: retryAfterMs },
    { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) },
  );
