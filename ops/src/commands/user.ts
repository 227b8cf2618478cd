// `majlis user create NAME [--admin]`: makes an account, whether or not the server runs. The password is read from standard input.

import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { loadConfiguration } from '../config/configuration.ts';
import { badOption } from '../config/option.ts';
import { createLog } from '../log.ts';
import { registerAccount } from '../operator/matrix-client.ts';
import { askForToken } from '../operator/socket.ts';
import { Problem } from '../problem.ts';

const usage = 'user knows: user create NAME [--admin] [--data FOLDER].';

/** Runs the command. @throws Problem when the name is taken or the password too weak */
export async function user(args: readonly string[]): Promise<void> {
  const [action, name, ...rest] = args;
  if (action !== 'create' || name === undefined || name.startsWith('-')) throw badOption(usage);
  const admin = rest.includes('--admin');
  const configuration = loadConfiguration({
    args: rest.filter((one) => one !== '--admin'),
    env: process.env,
  });
  const password = await readPassword();
  const data = resolve(configuration.server.data);
  const running = await askForToken(data, admin).catch(() => undefined);
  if (running !== undefined) {
    await create(running, name, password, admin);
    return;
  }
  // Nobody runs on this data folder: the server is started for as long as it takes, without app and meetings.
  const { compose } = await import('../compose.ts');
  const log = createLog({ level: 'error', json: false, write: (line) => process.stderr.write(line) });
  const majlis = await compose({
    configuration: {
      ...configuration,
      server: { ...configuration.server, port: 0, host: '127.0.0.1' },
      meetings: { ...configuration.meetings, meetings: false },
    },
    root: join(import.meta.dirname, '../../..'),
    log,
    progress: () => undefined,
    webApp: false,
  });
  try {
    const issued = await askForToken(data, admin);
    if (issued === undefined)
      throw new Problem(
        'The server does not answer on its operator socket.',
        'Start it with npm start and try again.',
      );
    await create(issued, name, password, admin);
  } finally {
    await majlis.stop();
  }
}

async function create(
  server: { readonly token: string; readonly url: string },
  username: string,
  password: string,
  admin: boolean,
): Promise<void> {
  const { userId } = await registerAccount(server.url, { username, password, token: server.token });
  console.log(`${userId} is there${admin ? ' and is an administrator' : ''}.`);
}

async function readPassword(): Promise<string> {
  const lines = createInterface({
    input: process.stdin,
    ...(process.stdin.isTTY ? { output: process.stderr, terminal: true } : {}),
  });
  try {
    if (process.stdin.isTTY)
      return await lines.question('Password (at least 8 characters, shown as you type): ');
    for await (const line of lines) return line;
  } finally {
    lines.close();
  }
  throw badOption('The password is read from standard input, and there was none.');
}
