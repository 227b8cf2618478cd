// The import table: which room may open which door of which other room, and which packages a room has declared.

import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { Finding, SourceFile } from './source.ts';
import { importsOf } from './source.ts';

/** Room → the doors of other rooms it may open. A room without an entry opens none. */
const openDoors: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  storage: ['@majlis/protocol'],
  homeserver: ['@majlis/protocol', '@majlis/storage'],
  meetings: ['@majlis/protocol', '@majlis/storage'],
  web: ['@majlis/protocol'],
  ops: [
    '@majlis/protocol',
    '@majlis/storage',
    '@majlis/storage/postgres',
    '@majlis/homeserver',
    '@majlis/meetings',
  ],
  tests: ['@majlis/protocol', '@majlis/storage/conformance', '@majlis/ops/dev'],
};

/** What a room's package.json declares; `shared` are the tools of the root that test files may use. */
export interface Declared {
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

/**
 * Checks every import of one file.
 * @param declared by room name; the key `.` is the root package.json
 */
export function checkImports(file: SourceFile, declared: ReadonlyMap<string, Declared>): Finding[] {
  const findings: Finding[] = [];
  for (const { specifier, typeOnly, line } of importsOf(file)) {
    const message = specifier.startsWith('.')
      ? checkRelative(file, specifier)
      : specifier.startsWith('@majlis/')
        ? checkNeighbour(file, specifier)
        : checkPackage(file, specifier, typeOnly, declared);
    if (message !== undefined) findings.push({ path: file.path, line, message });
  }
  return findings;
}

function checkRelative(file: SourceFile, specifier: string): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
  if (!target.startsWith(`${file.room}/`)) {
    return `imports ${specifier}, which leaves the room ${file.room}; go through a door (@majlis/…) that the import table opens`;
  }
  if (!file.test && target.includes('/testing/'))
    return `imports ${specifier}: what is for tests stays in tests`;
  const insideStorage = file.room === 'storage' && /^storage\/src\/postgres[./]/.test(target);
  if (insideStorage && !/^storage\/src\/postgres[./]/.test(file.path) && !file.test) {
    return `imports ${specifier}: the contracts of storage do not know PostgreSQL`;
  }
  return undefined;
}

function checkNeighbour(file: SourceFile, specifier: string): string | undefined {
  if (openDoors[file.room]?.includes(specifier) === true) return undefined;
  const testDoor =
    specifier.endsWith('/testing') &&
    openDoors[file.room]?.includes(specifier.slice(0, -'/testing'.length)) === true;
  if (testDoor && (file.test || file.room === 'tests')) return undefined;
  if (specifier === `@majlis/${file.room}` || specifier.startsWith(`@majlis/${file.room}/`)) {
    return `imports its own door ${specifier}; use a relative path inside the room`;
  }
  return `imports ${specifier}: the room ${file.room} may open ${openDoors[file.room]?.join(', ') || 'no other room'}`;
}

function checkPackage(
  file: SourceFile,
  specifier: string,
  typeOnly: boolean,
  declared: ReadonlyMap<string, Declared>,
): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (specifier.startsWith('node:')) {
    const pure = file.room === 'protocol' || (file.room === 'web' && file.path.startsWith('web/src/'));
    return pure && !file.test
      ? `imports ${specifier}: the room ${file.room} runs in browsers too and is pure of Node`
      : undefined;
  }
  if (builtinModules.includes(name)) return `imports ${specifier}: write node:${specifier}`;
  if (
    name === 'pg' &&
    !/^(storage\/src\/postgres[./]|storage\/src\/conformance\/|ops\/src\/database\/)/.test(file.path) &&
    !file.test
  ) {
    return `imports pg: all SQL lives in storage/src/postgres`;
  }
  const room = declared.get(file.room);
  if (room?.dependencies.has(name) === true) return undefined;
  const toolsAllowed =
    file.test || typeOnly || file.room === 'tests' || !file.path.startsWith(`${file.room}/src/`);
  if (
    toolsAllowed &&
    (room?.devDependencies.has(name) === true || declared.get('.')?.devDependencies.has(name) === true)
  )
    return undefined;
  return `imports ${name}, which ${file.room}/package.json does not declare`;
}
