import { asMatrixError, MatrixError } from '../errors.ts';
import type { ErrorFacts, ErrorKind } from '../errors.ts';

/** Both ends of a worker look the same to a line. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', receive: (event: MessageEvent) => void): void;
}

interface Call {
  readonly call: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly error?: { readonly kind: ErrorKind; readonly message: string } & ErrorFacts;
}

export type Handler = (name: string, args: readonly unknown[]) => unknown;

/** Calls across a worker's boundary, both ways. Errors arrive as `MatrixError`. */
export class Line {
  private readonly port: Port;
  private readonly waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: MatrixError) => void }
  >();
  private calls = 0;
  private broken: MatrixError | undefined;

  constructor(port: Port, handle: Handler) {
    this.port = port;
    port.addEventListener('message', (event) => {
      const message = event.data as Call | Answer;
      if ('call' in message) void this.serve(message, handle);
      else this.settle(message);
    });
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.broken !== undefined) return Promise.reject(this.broken);
    this.calls += 1;
    const call = this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
      this.port.postMessage({ call, name, args } satisfies Call);
    });
  }

  /** The other end is gone: everything waiting and everything later fails. */
  break(error: MatrixError): void {
    this.broken = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private async serve(message: Call, handle: Handler): Promise<void> {
    try {
      const value = await handle(message.name, message.args);
      this.port.postMessage({ answer: message.call, value } satisfies Answer);
    } catch (thrown) {
      const { kind, message: text, status, errcode, retryAfter, body } = asMatrixError(thrown, 'encryption');
      const facts: ErrorFacts = {
        body,
        ...(status === undefined ? {} : { status }),
        ...(errcode === undefined ? {} : { errcode }),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
      this.port.postMessage({
        answer: message.call,
        error: { kind, message: text, ...facts },
      } satisfies Answer);
    }
  }

  private settle(message: Answer): void {
    const waiter = this.waiting.get(message.answer);
    this.waiting.delete(message.answer);
    if (message.error === undefined) {
      waiter?.resolve(message.value);
      return;
    }
    const { kind, message: text, ...facts } = message.error;
    waiter?.reject(new MatrixError(kind, text, facts));
  }
}
