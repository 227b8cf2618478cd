/** An answer other than 200, in Matrix's form. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly errcode: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, errcode: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.retryAfterMs = retryAfterMs;
  }
}

export const badJson = (message: string): Refusal => new Refusal(400, 'M_BAD_JSON', message);
export const invalidParam = (message: string): Refusal => new Refusal(400, 'M_INVALID_PARAM', message);
export const forbidden = (message: string): Refusal => new Refusal(403, 'M_FORBIDDEN', message);
export const notFound = (message: string): Refusal => new Refusal(404, 'M_NOT_FOUND', message);
export const unauthorized = (message: string): Refusal => new Refusal(401, 'M_UNAUTHORIZED', message);
export const tooMany = (waitMs: number): Refusal =>
  new Refusal(429, 'M_LIMIT_EXCEEDED', 'Too many requests', waitMs);
/** A part that this one needs does not answer; it may soon. */
export const unavailable = (message: string): Refusal => new Refusal(503, 'M_UNKNOWN', message, 2_000);
