// The meeting server of the tests: the same search as at a start.

import { join } from 'node:path';
import { findProgram } from '../livekit/program.ts';

/**
 * Makes sure that there is a livekit-server, building it once when Go is there.
 * @returns a sentence that says what is missing and how to get it, or undefined when all is well
 */
export async function ensureLivekit(progress: (line: string) => void): Promise<string | undefined> {
  const found = await findProgram({
    named: undefined,
    cache: join(import.meta.dirname, '../../../.cache'),
    path: process.env['PATH'] ?? '',
    progress,
  });
  return 'missing' in found ? found.missing : undefined;
}
