import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './client.ts';

/** A push gateway that keeps what it is told. */
export class Gateway {
  readonly #server: Server;
  readonly #notices: Json[] = [];
  #port = 0;
  #arrived: () => void = () => undefined;
  /** What the next answers are: a status, or keys to reject. */
  readonly answers: Array<number | string[]> = [];

  constructor() {
    this.#server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const answer = this.answers.shift() ?? [];
        response.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ rejected: typeof answer === 'number' ? [] : answer }));
        this.#notices.push(JSON.parse(text).notification);
        this.#arrived();
      });
    });
  }

  /** Opens the port, the same one each time. @returns the gateway's origin */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => void this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  async next(): Promise<Json> {
    while (this.#notices.length === 0) await new Promise<void>((resolve) => (this.#arrived = resolve));
    return this.#notices.shift();
  }

  /** Closes the port; who comes is refused until `listen`. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
