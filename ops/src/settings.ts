// What the settings mean together: defaults that depend on others, and what a profile turns on and off.

import type { Configuration } from './config/configuration.ts';
import { isLoopback } from './config/configuration.ts';

export interface Settings {
  readonly registration: 'closed' | 'open';
  readonly rateLimits: boolean;
  readonly meetings: boolean;
  /** Whether only this machine can reach the server. */
  readonly local: boolean;
}

/** Works out what holds for a configuration. */
export function settingsOf({ server, accounts, meetings }: Configuration): Settings {
  const open = server.profile === 'open';
  return {
    registration: accounts.registration ?? (open ? 'open' : 'closed'),
    rateLimits: accounts['rate-limits'] ?? server.profile === undefined,
    meetings: meetings.meetings ?? !open,
    local: isLoopback(server.host),
  };
}

/** Address at which the server is reached when nothing stands before it. */
export function ownUrl(host: string, port: number): string {
  const shown =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
