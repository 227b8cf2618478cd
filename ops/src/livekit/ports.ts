// Ports for parts that run beside the server.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { Problem } from '../problem.ts';

/** A TCP port that is free now on loopback. */
export function freeTcpPort(): Promise<number> {
  return tryTcp(0, '127.0.0.1').then(
    (port) => port ?? Promise.reject(new Error('this machine has no free TCP port')),
  );
}

function tryTcp(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

function tryUdp(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address: host, exclusive: true }, () => {
      const { port: bound } = socket.address();
      socket.close(() => resolve(bound));
    });
  });
}

/**
 * The wanted port when it is free; otherwise, on a server for this machine only, any free one.
 * @param option name of the option that sets it
 * @throws Problem when other machines rely on the port and it is taken
 */
export async function claimPort(
  kind: 'tcp' | 'udp',
  wanted: number,
  local: boolean,
  option: string,
): Promise<number> {
  const attempt = kind === 'tcp' ? tryTcp : tryUdp;
  const port = (await attempt(wanted, '0.0.0.0')) ?? (local ? await attempt(0, '0.0.0.0') : undefined);
  if (port !== undefined) return port;
  throw new Problem(
    `The ${kind.toUpperCase()} port ${wanted} for meetings is taken.`,
    `Choose another with --${option}, or turn meetings off with --no-meetings.`,
  );
}
