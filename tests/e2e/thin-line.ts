import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A line to a server that is slow, late, and breaks: what a phone at the edge of a network has. */
export interface Line {
  /** Port of 127.0.0.1 that leads to the server through the line. */
  readonly port: number;
  /** Bytes that came down so far. */
  readonly bytes: () => number;
  readonly close: () => Promise<void>;
}

export interface LineFacts {
  /** Bytes a second, for all connections together. */
  readonly down: number;
  readonly up: number;
  /** Milliseconds each way. */
  readonly delay: number;
  /** Bytes down after which a connection breaks. Default never. */
  readonly breaksAfter?: number;
}

export async function thinLine(serverPort: number, facts: LineFacts): Promise<Line> {
  const open = new Set<Socket>();
  let bytes = 0;
  const down = lane(facts.down, facts.delay);
  const up = lane(facts.up, facts.delay);
  const server: Server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
    }
    let passed = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        passed += chunk.length;
        bytes += chunk.length;
        if (passed <= (facts.breaksAfter ?? Number.POSITIVE_INFINITY)) return done(null, chunk);
        client.destroy();
        upstream.destroy();
      },
    });
    client.pipe(up()).pipe(upstream);
    upstream.pipe(down()).pipe(count).pipe(client);
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The line has no port.');
  return {
    port: address.port,
    bytes: () => bytes,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One direction, which all connections share. */
function lane(bytesPerSecond: number, delay: number): () => Transform {
  let free = 0;
  return () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const now = Date.now();
        free = Math.max(free, now) + (chunk.length / bytesPerSecond) * 1000;
        setTimeout(() => done(null, chunk), free - now + delay);
      },
    });
}
