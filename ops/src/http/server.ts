// The one address: reads requests with limits, sends each to the part it belongs to, and ends in order.

import { createServer, ServerResponse } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '../problem.ts';
import { endSocket, refuse } from './answer.ts';
import { everyAnswer } from './headers.ts';

/** Answers one request; never throws. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Route {
  /** First characters of the path. The longest that fits wins. */
  readonly prefix: string;
  readonly handle: Handler;
  /** Takes over a WebSocket; without it upgrades are answered as plain requests. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface HttpServer {
  /** Sets the routes. Until then every request is told that the server is starting. */
  serve(routes: readonly Route[]): void;
  /** Begins to listen; answers the port. @throws Problem when it is taken or not allowed */
  listen(port: number, host: string): Promise<number>;
  /** No new connections from now on. */
  close(): void;
  /** Resolves when the last connection has ended; those that linger are cut after `patienceMs`. */
  ended(patienceMs: number): Promise<void>;
}

const headerBytesMax = 16 * 1024;
const headersPatienceMs = 15_000;
/** A whole upload at the limit over a slow line must fit in. */
const requestPatienceMs = 15 * 60_000;
const keepAliveMs = 65_000;

/** Carries the headers of every answer from the moment it is sent: until then, thousands may wait, and each byte counts. */
class Answer extends ServerResponse {
  override writeHead(status: number, ...rest: never[]): this {
    const [given]: readonly unknown[] = rest;
    // Together they are written as they are; one set before would make Node keep, check and join each.
    if (rest.length === 1 && typeof given === 'object' && !Array.isArray(given)) {
      return super.writeHead(status, { ...everyAnswer, ...(given as OutgoingHttpHeaders) });
    }
    for (const [name, value] of Object.entries(everyAnswer)) {
      if (!this.hasHeader(name)) this.setHeader(name, value);
    }
    return super.writeHead(status, ...rest);
  }
}

/** A client that goes away in the middle is no fault of the server. */
function ignore(): void {
  // It is counted when the answer closes.
}

const starting: Route = {
  prefix: '/',
  handle(_request, response) {
    response.setHeader('Retry-After', '1');
    refuse(response, 503, 'M_UNKNOWN', 'The server is starting');
  },
};

/**
 * Makes the server.
 * @param observe is told of each finished request
 */
export function createHttpServer(
  observe: (route: string, status: number, seconds: number) => void,
): HttpServer {
  let sorted: readonly Route[] = [starting];
  const routeOf = (request: IncomingMessage): Route | undefined =>
    sorted.find(({ prefix }) => request.url?.startsWith(prefix));
  const server = createServer(
    {
      ServerResponse: Answer,
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersPatienceMs,
      requestTimeout: requestPatienceMs,
      connectionsCheckingInterval: 5000,
      keepAliveTimeout: keepAliveMs,
      noDelay: true,
      // Refused below, in the form in which everything is refused.
      requireHostHeader: false,
      shouldUpgradeCallback: (request) =>
        routeOf(request)?.upgrade !== undefined && request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      const started = performance.now();
      const route = routeOf(request);
      response.on('close', () =>
        observe(route?.prefix ?? 'none', response.statusCode, (performance.now() - started) / 1000),
      );
      response.on('error', ignore);
      request.on('error', ignore);
      if (route === undefined) refuseBroken(response, 'The path does not begin with /');
      else if (request.headers.host === undefined && request.httpVersion === '1.1')
        refuseBroken(response, 'The Host header is missing');
      else route.handle(request, response);
    },
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    routeOf(request)?.upgrade?.(request, socket, head);
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
    refuse(response, 417, 'M_UNRECOGNIZED', 'Nothing but 100-continue can be expected');
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    endWith(socket, '405 Method Not Allowed', 'M_UNRECOGNIZED', 'This is no proxy');
  });
  server.on('clientError', answerBroken);
  return {
    serve(routes) {
      sorted = routes.toSorted((a, b) => b.prefix.length - a.prefix.length);
    },
    listen: (port, host) => listen(server, port, host),
    close() {
      server.close();
      server.closeIdleConnections();
    },
    ended(patienceMs) {
      return new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
        const poll = setInterval(() => server.closeIdleConnections(), 50);
        const done = (): void => {
          clearTimeout(cut);
          clearInterval(poll);
          resolve();
        };
        if (server.listening) server.close(done);
        else server.getConnections((_error, count) => (count === 0 ? done() : server.once('close', done)));
      });
    },
  };
}

/** Who writes such requests is not trusted with the bounds of the next one either. */
function refuseBroken(response: ServerResponse, message: string): void {
  response.setHeader('Connection', 'close');
  refuse(response, 400, 'M_UNRECOGNIZED', message);
}

/** Bytes that are no HTTP, headers too large, or a request that took too long: one plain answer, then the connection ends. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'M_TOO_LARGE', 'The headers are too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'M_UNKNOWN', 'The request took too long']
        : ['400 Bad Request', 'M_UNRECOGNIZED', 'This is not a valid HTTP request'];
  endWith(socket, status, reason, message);
}

function endWith(socket: Duplex, status: string, errcode: string, error: string): void {
  const body = JSON.stringify({ errcode, error });
  endSocket(
    socket,
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, port, host)));
    server.listen({ port, host }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenProblem(error: NodeJS.ErrnoException, port: number, host: string): Problem {
  if (error.code === 'EADDRINUSE') {
    return new Problem(
      `The port ${port} on ${host} is taken by another program.`,
      'End that program, or choose another port with --port.',
    );
  }
  if (error.code === 'EACCES') {
    return new Problem(
      `The port ${port} may only be opened by root.`,
      'Choose a port above 1023 with --port and put a proxy before it.',
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new Problem(
      `This machine has no address ${host}.`,
      'Correct --host; 127.0.0.1 is this machine, 0.0.0.0 all its addresses.',
    );
  }
  return new Problem(
    `The server cannot listen on ${host}:${port}: ${error.message}.`,
    'Choose another --port or --host.',
  );
}
