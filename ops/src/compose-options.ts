import type { Configuration } from './config/configuration.ts';
import type { Log } from './log.ts';

/** What a start is given by whoever asks for it: the command line, or a test. */
export interface ComposeOptions {
  readonly configuration: Configuration;
  /** Root of the repository. */
  readonly root: string;
  readonly log: Log;
  /** Shown to whoever waits for the start. */
  readonly progress: (line: string) => void;
  /** Whether to build and serve the web app; tests of the API alone do without. */
  readonly webApp: boolean;
}
