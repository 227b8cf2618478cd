/**
 * Runs the tests that Stryker's mutants must fail: in one process and until the first failure, so that a thousand
 * mutants take minutes. Inside Stryker's copy of the repository, `@majlis/protocol` is the copy's own.
 */
import { registerHooks } from 'node:module';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from 'node:test';

const root = join(import.meta.dirname, '../..');

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@majlis/protocol') return next(door('src/index.ts'), context);
    if (specifier === '@majlis/protocol/testing') return next(door('src/testing/node-crypto.ts'), context);
    return next(specifier, context);
  },
});

function door(path: string): string {
  return pathToFileURL(join(root, 'protocol', path)).href;
}

const files = globSync(
  [
    'protocol/src/{auth,state,events,power,signing,room-versions}/*.test.ts',
    'tests/vectors/{authorisation,state-resolution,vectors}.test.ts',
  ],
  { cwd: root },
).map((path) => join(root, path));

const stream = run({ files, isolation: 'none', concurrency: 1 });
stream.on('test:fail', ({ name }) => {
  console.log(`failed: ${name}`);
  process.exit(1);
});
stream.resume();
