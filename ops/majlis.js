// The entry. It is JavaScript because it comes before Node learns to read our TypeScript: with its cache on, types are stripped once
// and not at every start, which saves 30 MB of memory and half of the start.

import module from 'node:module';
import { fileURLToPath } from 'node:url';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `This is Node ${process.versions.node}; the server needs 24. Run npm install, then npm start, which brings its own Node.`,
  );
  process.exit(1);
}
module.enableCompileCache(fileURLToPath(new URL('../.cache/compiled', import.meta.url)));
await import('./src/cli.ts');
