import { integer, text } from './option.ts';

/** PostgreSQL: the one that comes with the server, or any other. */
export const databaseSection = {
  title: 'Database',
  introduction:
    'Without an address the server runs a PostgreSQL of its own in the data folder, reachable by a socket in that folder only.',
  options: {
    'database-url': text('Address of a PostgreSQL 15 or newer, as postgres://user:password@host:5432/name.', {
      default: undefined,
      defaultText: 'the PostgreSQL that comes with the server',
      secret: true,
      environmentName: 'DATABASE_URL',
      pattern: /^postgres(?:ql)?:\/\//,
      limits: 'an address beginning with postgres:// or postgresql://',
      charactersMax: 4096,
    }),
    'database-connections': integer('Connections the server opens at most.', {
      default: 12,
      min: 2,
      max: 200,
    }),
  },
} as const;
