// `npm run majlis -- COMMAND`: the operator's commands. Started by ../majlis.js.

import { describeProblem, exitCodes, Problem } from './problem.ts';

/** Each command is loaded only when it is asked for. */
const commands: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<void>>>> = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  user: async () => (await import('./commands/user.ts')).user,
  config: async () => (await import('./commands/config.ts')).config,
};

async function main([name = 'serve', ...args]: readonly string[]): Promise<void> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    throw new Problem(
      `There is no command ${JSON.stringify(name.slice(0, 60))}.`,
      `Commands are: ${Object.keys(commands).join(', ')}.`,
      exitCodes.badOption,
    );
  }
  const run = await load();
  await run(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Problem) {
    console.error(describeProblem(error));
    process.exit(error.exitCode);
  }
  const full = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC';
  console.error(full ? 'The disk is full. Free some space and start again.' : error);
  process.exit(exitCodes.failure);
}
