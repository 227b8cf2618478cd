// No file may import itself through others, for a type either: what two files need of each other has a place of its own.

import { posix } from 'node:path';
import type { Finding, SourceFile } from './source.ts';
import { importsOf } from './source.ts';

/** Finds every import cycle; each is reported once, at its alphabetically first file. */
export function checkCycles(files: readonly SourceFile[]): Finding[] {
  const known = new Set(files.map((file) => file.path));
  const edges = new Map<string, string[]>();
  for (const file of files) edges.set(file.path, targetsOf(file, known));

  const findings: Finding[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const seen = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    state.set(path, 'open');
    trail.push(path);
    for (const target of edges.get(path) ?? []) {
      if (state.get(target) === 'open') {
        const ring = trail.slice(trail.indexOf(target));
        const first = ring.toSorted()[0] ?? target;
        const turned = [...ring.slice(ring.indexOf(first)), ...ring.slice(0, ring.indexOf(first))];
        const key = turned.join(' ');
        if (!seen.has(key)) {
          seen.add(key);
          findings.push({ path: first, line: 1, message: `import cycle: ${[...turned, first].join(' → ')}` });
        }
      } else if (state.get(target) === undefined) {
        visit(target);
      }
    }
    trail.pop();
    state.set(path, 'done');
  };
  for (const file of files) if (state.get(file.path) === undefined) visit(file.path);
  return findings;
}

function targetsOf(file: SourceFile, known: ReadonlySet<string>): string[] {
  const targets: string[] = [];
  for (const { specifier } of importsOf(file)) {
    if (!specifier.startsWith('.')) continue;
    const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
    if (known.has(target)) targets.push(target);
  }
  return targets;
}
