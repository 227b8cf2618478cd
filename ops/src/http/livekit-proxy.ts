// Lets browsers reach LiveKit's signalling through our own address. Only what a browser needs passes: never LiveKit's own API, which
// this server alone may use.

import { request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { endSocket, refuse } from './answer.ts';
import type { Route } from './server.ts';

export const livekitPrefix = '/livekit/sfu';

const allowedPath = /^\/(?:rtc(?:\/v\d+)?(?:\/validate)?)?(?:\?|$)/;
const forwardedHeaders = ['user-agent', 'accept', 'accept-language', 'authorization'];
const webSocketHeaders = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
];
const connectPatienceMs = 10_000;

/**
 * The route to LiveKit.
 * @param apiUrl where LiveKit is, asked anew for each request; undefined while meetings are off
 * @param publicOrigin origin of the app as browsers see it, besides the one in the Host header
 */
export function livekitProxy(apiUrl: () => string | undefined, publicOrigin: string): Route {
  return {
    prefix: livekitPrefix,
    handle(request, response) {
      const target = targetOf(request, apiUrl());
      if (typeof target === 'string') refuse(response, 404, 'M_UNRECOGNIZED', target);
      else if (request.method === 'OPTIONS') answerPreflight(request, response);
      else if (request.method !== 'GET') refuse(response, 405, 'M_UNRECOGNIZED', 'Only GET is served here');
      else if (!sameOrigin(request, publicOrigin))
        refuse(response, 403, 'M_FORBIDDEN', 'This origin may not use the meetings of this server');
      else forward(request, response, target);
    },
    upgrade(request, socket, head) {
      const target = targetOf(request, apiUrl());
      if (typeof target === 'string') refuseSocket(socket, '404 Not Found');
      else if (!sameOrigin(request, publicOrigin)) refuseSocket(socket, '403 Forbidden');
      else tunnel(request, socket, head, target);
    },
  };
}

function targetOf(request: IncomingMessage, apiUrl: string | undefined): URL | string {
  if (apiUrl === undefined) return 'Meetings are off on this server';
  const path = (request.url ?? '').slice(livekitPrefix.length);
  return allowedPath.test(path) ? new URL(apiUrl + path) : 'There is nothing here';
}

/** A page of another site must not open our WebSockets; a program that is no browser sends no Origin. */
export function sameOrigin(request: IncomingMessage, publicOrigin: string): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (origin === publicOrigin) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, { Allow: 'GET' });
  response.end();
  request.resume();
}

function headersFor(request: IncomingMessage, names: readonly string[]): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const name of names) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

const requestOf = (target: URL): typeof httpRequest =>
  target.protocol === 'https:' ? httpsRequest : httpRequest;

function forward(request: IncomingMessage, response: ServerResponse, target: URL): void {
  const outgoing = requestOf(target)(target, {
    headers: headersFor(request, forwardedHeaders),
    timeout: connectPatienceMs,
  });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, {
      'Content-Type': answer.headers['content-type'] ?? 'text/plain',
      'Cache-Control': 'no-store',
    });
    answer.pipe(response);
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('LiveKit does not answer')));
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, 'M_UNKNOWN', 'The meeting server does not answer');
  });
  response.on('close', () => outgoing.destroy());
  outgoing.end();
}

function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, target: URL): void {
  const outgoing = requestOf(target)(target, {
    headers: {
      ...headersFor(request, [...forwardedHeaders, ...webSocketHeaders]),
      Connection: 'Upgrade',
      Upgrade: 'websocket',
    },
  });
  const patience = setTimeout(
    () => outgoing.destroy(new Error('LiveKit does not answer')),
    connectPatienceMs,
  );
  outgoing.on('upgrade', (answer, upstream, upstreamHead) => {
    clearTimeout(patience);
    const lines = [`HTTP/1.1 101 Switching Protocols`];
    for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2)
      lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (upstreamHead.length > 0) socket.write(upstreamHead);
    if (head.length > 0) upstream.write(head);
    const end = (): void => {
      socket.destroy();
      upstream.destroy();
    };
    for (const side of [socket, upstream]) side.on('error', end).on('close', end);
    socket.pipe(upstream).pipe(socket);
  });
  outgoing.on('response', (answer) => {
    clearTimeout(patience);
    answer.resume();
    refuseSocket(socket, `${answer.statusCode ?? 502} ${answer.statusMessage ?? 'Refused'}`);
  });
  outgoing.on('error', () => {
    clearTimeout(patience);
    refuseSocket(socket, '502 Bad Gateway');
  });
  socket.on('close', () => outgoing.destroy());
  outgoing.end();
}

function refuseSocket(socket: Duplex, status: string): void {
  endSocket(socket, `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
