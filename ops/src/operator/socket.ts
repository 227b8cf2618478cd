// The operator's own door: a socket in the data folder, which only the account that runs the server can open. Nothing of it is on the
// public address.

import { rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { answerJson, refuse } from '../http/answer.ts';
import { socketFolder } from '../socket-path.ts';

const socketName = 'operator.sock';

export interface OperatorActions {
  /** Makes a token that works once; answers it with the public address of the server. */
  issueToken(
    makesAdmin: boolean,
  ): Promise<{ readonly token: string; readonly publicUrl: string; readonly url: string }>;
}

function pathOf(data: string): string {
  return join(socketFolder(data, socketName), socketName);
}

/** Opens the door. @returns what closes it */
export async function openOperatorSocket(
  data: string,
  actions: OperatorActions,
): Promise<() => Promise<void>> {
  const path = pathOf(data);
  const server = createServer((request, response) => {
    request.resume();
    const answer =
      request.method !== 'POST'
        ? undefined
        : request.url === '/registration-tokens?admin=yes'
          ? actions.issueToken(true)
          : request.url === '/registration-tokens?admin=no'
            ? actions.issueToken(false)
            : undefined;
    if (answer === undefined) refuse(response, 404, 'M_UNRECOGNIZED', 'There is nothing here');
    else
      answer.then(
        (body) => answerJson(response, 200, body),
        () => refuse(response, 503, 'M_UNKNOWN', 'The database does not answer'),
      );
  });
  rmSync(path, { force: true });
  const mask = process.umask(0o177);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  }).finally(() => process.umask(mask));
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/** Asks the server that runs on a data folder for a token; undefined when none runs. */
export function askForToken(
  data: string,
  makesAdmin: boolean,
): Promise<{ readonly token: string; readonly publicUrl: string; readonly url: string } | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath: pathOf(data),
      method: 'POST',
      path: `/registration-tokens?admin=${makesAdmin ? 'yes' : 'no'}`,
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(error);
    });
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        if (response.statusCode === 200)
          resolve(JSON.parse(text) as { token: string; publicUrl: string; url: string });
        else reject(new Error(`the server answered ${response.statusCode ?? 'nothing'}`));
      });
    });
    request.end();
  });
}
