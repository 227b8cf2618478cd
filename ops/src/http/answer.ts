import type { ServerResponse } from 'node:http';

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
