// All benchmarks, one after the other: `npm run bench`, or `npm run bench -- server` for those whose name contains it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const wanted = process.argv.slice(2);
for (const name of ['protocol', 'server', 'web-app']) {
  if (wanted.length > 0 && !wanted.some((text) => name.includes(text))) continue;
  const run = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
  if (run.status !== 0) process.exitCode = 1;
}
