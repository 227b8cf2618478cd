// `majlis config reference`: the page of all options.

import { configurationReference } from '../config/reference.ts';
import { badOption } from '../config/option.ts';

/** Prints the reference page. @throws Problem for anything else */
export function config(args: readonly string[]): Promise<void> {
  if (args.length !== 1 || args[0] !== 'reference') throw badOption('config knows one word: reference.');
  process.stdout.write(configurationReference());
  return Promise.resolve();
}
