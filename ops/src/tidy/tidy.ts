// The rules of this repository, as a program: `npm run tidy`. Exit code 1 when a rule is broken.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkCycles } from './cycles.ts';
import { checkFolders } from './folders.ts';
import { checkGlobals } from './globals.ts';
import type { Declared } from './imports.ts';
import { checkImports } from './imports.ts';
import { reportSizes } from './sizes.ts';
import type { Finding, SourceFile } from './source.ts';
import { listPaths, readSource, rooms } from './source.ts';
import { checkStyles } from './styles.ts';

export interface TidyReport {
  /** Broken rules; each fails the build. */
  readonly findings: readonly Finding[];
  /** Sizes over the guidance; they fail nothing. */
  readonly sizes: readonly string[];
  readonly files: number;
}

/** Checks the repository below `root`. */
export function tidy(root: string): TidyReport {
  const paths = listPaths(root);
  const files: SourceFile[] = paths
    .filter((path) => /\.(?:ts|tsx|css)$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => readSource(root, path));
  const scripts = files.filter((file) => !file.path.endsWith('.css'));
  const declared = readDeclared(root);
  const findings = [
    ...checkFolders(paths),
    ...scripts.flatMap((file) => checkImports(file, declared)),
    ...checkCycles(scripts),
    ...scripts.flatMap(checkGlobals),
    ...files.flatMap(checkStyles),
  ];
  return { findings, sizes: reportSizes(scripts), files: files.length };
}

function readDeclared(root: string): Map<string, Declared> {
  const declared = new Map<string, Declared>();
  for (const room of ['.', ...rooms]) {
    const path = join(root, room, 'package.json');
    if (!existsSync(path)) continue;
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    declared.set(room, {
      dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
      devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    });
  }
  return declared;
}

/** Prints the report for a person; returns whether every rule holds. */
export function printTidy(report: TidyReport): boolean {
  for (const line of report.sizes) console.log(`size  ${line}`);
  for (const { path, line, message } of report.findings) console.log(`${path}:${line}: ${message}`);
  if (report.findings.length > 0)
    console.log(`tidy: ${report.findings.length} broken rules in ${report.files} files`);
  return report.findings.length === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = printTidy(tidy(join(import.meta.dirname, '../../..'))) ? 0 : 1;
}
