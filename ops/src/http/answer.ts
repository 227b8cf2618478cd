import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a client may take to end its side of a connection after ours has ended. */
const goodbye_ms_max = 3000;

/** Answers with JSON; errors carry `errcode` and `error` as everywhere in Matrix. */
export function answerJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
  });
  response.end(text);
}

/** A refusal in the form of the Client-Server API ("Standard error response"). */
export function refuse(response: ServerResponse, status: number, errcode: string, error: string): void {
  answerJson(response, status, { errcode, error });
}

/**
 * Last words on a connection that HTTP no longer watches over. What the client still sends is read and dropped, as closing over
 * unread bytes would take the answer back; a client that does not end its side is cut off.
 */
export function endSocket(socket: Duplex, answer: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const cut = setTimeout(() => socket.destroy(), goodbye_ms_max);
  socket.once('close', () => clearTimeout(cut));
  socket.end(answer);
  socket.resume();
}
