import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '@majlis/protocol';

/** Whose request it is. */
export interface Requester {
  readonly userId: string;
  readonly deviceId: string;
  readonly isGuest: boolean;
  readonly isAdmin: boolean;
  /** May read and leave, but not write (Client-Server API 1.18, "Account suspension"). */
  readonly suspended: boolean;
}

/** One request, read and checked as far as its endpoint asked for. */
export interface OpenCall {
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body; `{}` where the endpoint takes none. */
  readonly body: JsonObject;
  /** The requester if there is one; endpoints that need one take a `UserCall`. */
  readonly requester: Requester | undefined;
  /** Address of the client, from the proxy header if the operator trusts one. */
  readonly ip: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface UserCall extends OpenCall {
  readonly requester: Requester;
}

/** A JSON text made already; written as it is. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The handler wrote the response itself (media, pages). */
export const answered = Symbol('answered');

/** What handlers answer: a JSON value for 200, or another status by `MatrixError`. */
export type Reply = object | JsonText | typeof answered;

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

interface EndpointOptions {
  readonly method: Method;
  /** Full paths with `:name` for parameters; several where an unstable twin is served too. */
  readonly paths: readonly string[];
  /**
   * How the body is read: 'json' any JSON object, 'event' the same without floats or unsafe integers (it becomes part
   * of an event), 'raw' by the handler from the request stream. Default: 'json' for PUT and POST, else none.
   */
  readonly body?: 'none' | 'json' | 'event' | 'raw';
  /** Largest body in bytes; default 1 MiB. */
  readonly bodyLimit?: number;
  /** Closed to suspended accounts. */
  readonly writes?: boolean;
  /** Open to locked accounts: signing out. */
  readonly evenLocked?: boolean;
  /** Name of the rate limit that counts here, if any. */
  readonly rate?: RateName;
}

export type RateName = 'login' | 'register' | 'message' | 'invite' | 'join' | 'upload' | 'keys' | 'search';

export interface Endpoint extends EndpointOptions {
  /** 'none': anyone; 'guest': any account; 'user': accounts that are not guests. */
  readonly access: 'none' | 'guest' | 'user';
  readonly handle: (call: UserCall) => Promise<Reply> | Reply;
}

/** An endpoint for anyone; `call.requester` is set when a valid token came along. */
export function openEndpoint(
  options: EndpointOptions & { readonly handle: (call: OpenCall) => Promise<Reply> | Reply },
): Endpoint {
  return { ...options, access: 'none', handle: options.handle as Endpoint['handle'] };
}

/** An endpoint for signed-in users; guests too when `guests` is true. */
export function userEndpoint(
  options: EndpointOptions & {
    readonly guests?: boolean;
    readonly handle: (call: UserCall) => Promise<Reply> | Reply;
  },
): Endpoint {
  const { guests = false, ...rest } = options;
  return { ...rest, access: guests ? 'guest' : 'user' };
}
