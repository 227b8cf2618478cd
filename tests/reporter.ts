// Counts what passed and what failed, and prints failures so that nobody has to scroll for them.

import type { TestsStream } from 'node:test';
import { relative } from 'node:path';

export interface Tally {
  passed: number;
  failed: number;
}

interface Failure {
  readonly name: string;
  readonly file: string;
  readonly reason: string;
}

interface ErrorLike {
  readonly cause?: unknown;
  readonly message?: string;
  readonly stack?: string;
}

/**
 * Follows a run of Node's test runner to its end and adds to the tally. A skipped or unfinished test counts as failed: a test that
 * does not run proves nothing. So does a file without a test.
 */
export async function follow(
  stream: TestsStream,
  files: readonly string[],
  root: string,
  tally: Tally,
): Promise<void> {
  const failures: Failure[] = [];
  const seen = new Set<string>();
  const startedAt = new Map<string, number>();
  for await (const event of stream) {
    if (event.type === 'test:stderr' || event.type === 'test:stdout') {
      process.stderr.write(event.data.message);
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { name, file = '', details, skip, todo } = event.data;
      const isFile = files.includes(name);
      if (!isFile) seen.add(file);
      if (event.type === 'test:pass' && skip === undefined && todo === undefined) {
        if (details.type !== 'suite' && !isFile) tally.passed += 1;
        continue;
      }
      const reason = event.type === 'test:fail' ? reasonOf(event.data.details.error) : 'it was skipped';
      if (reason === undefined) continue;
      tally.failed += 1;
      failures.push({ name, file: relative(root, file || name), reason });
      console.log(`✘ ${relative(root, file || name)}: ${name}`);
    } else if (event.type === 'test:dequeue' && event.data.nesting === 0) {
      startedAt.set(event.data.name, performance.now());
    } else if (
      event.type === 'test:complete' &&
      event.data.nesting === 0 &&
      files.includes(event.data.name)
    ) {
      const seconds = (performance.now() - (startedAt.get(event.data.name) ?? performance.now())) / 1000;
      console.log(`  ${relative(root, event.data.name)} (${seconds.toFixed(1)} s)`);
    }
  }
  for (const file of files) {
    if (seen.has(file) || failures.some((failure) => failure.file === relative(root, file))) continue;
    tally.failed += 1;
    failures.push({
      name: 'holds no test',
      file: relative(root, file),
      reason: 'A test file must test something.',
    });
  }
  for (const { name, file, reason } of failures) console.log(`\n✘ ${name}\n  in ${file}\n${indent(reason)}`);
}

/** The text of an error; undefined for a suite that failed only because a test in it did. */
function reasonOf(error: ErrorLike): string | undefined {
  const cause = (error.cause ?? error) as ErrorLike;
  if ((error as { failureType?: string }).failureType === 'subtestsFailed') return undefined;
  return cause.stack ?? cause.message ?? String(cause);
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 60)
    .map((line) => `    ${line}`)
    .join('\n');
}
