// `npm test`: everything there is to test. `npm test -- TEXT …` runs only the files whose path contains one of the texts.

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { ensureChromium, ensureLivekit, ensureWebApp, startTestCluster } from '@majlis/ops/dev';
import { follow } from './reporter.ts';
import type { Tally } from './reporter.ts';

const root = join(import.meta.dirname, '..');

interface Stage {
  readonly name: string;
  readonly patterns: readonly string[];
  /** Files that run at once. */
  readonly concurrency: number;
  /** Longest time for one test. */
  readonly timeoutMs: number;
}

const stages: readonly Stage[] = [
  {
    name: 'rooms',
    patterns: ['protocol', 'storage', 'homeserver', 'meetings', 'web', 'ops'].map(
      (room) => `${room}/**/*.test.ts`,
    ),
    concurrency: 2,
    timeoutMs: 120_000,
  },
  {
    name: 'whole requests',
    patterns: ['tests/!(e2e|bench)/**/*.test.ts', 'tests/*.test.ts'],
    concurrency: 2,
    timeoutMs: 120_000,
  },
  // A browser needs both cores.
  {
    name: 'browsers',
    patterns: ['tests/e2e/*.test.ts'],
    concurrency: 1,
    timeoutMs: 240_000,
  },
];

const filters = process.argv.slice(2);
const tally: Tally = { passed: 0, failed: 0 };
const progress = (line: string): void => console.log(line);

function fail(sentence: string): void {
  console.log(`✘ ${sentence}`);
  tally.failed += 1;
}

function filesOf(stage: Stage): string[] {
  return globSync(stage.patterns, { cwd: root, exclude: (name) => name.includes('node_modules') })
    .filter((path) => filters.length === 0 || filters.some((text) => path.includes(text)))
    .map((path) => join(root, path))
    .toSorted();
}

async function check(): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'ops/src/check.ts')], { cwd: root, stdio: 'inherit' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code === 0) tally.passed += 1;
  else fail('npm run check');
}

async function runStage(stage: Stage): Promise<void> {
  const files = filesOf(stage);
  if (files.length === 0) return;
  const started = performance.now();
  console.log(`— ${stage.name}: ${files.length} files`);
  await follow(run({ files, concurrency: stage.concurrency, timeout: stage.timeoutMs }), files, root, tally);
  console.log(`— ${stage.name}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

async function main(): Promise<void> {
  if (filters.length === 0) await check();
  const browsers = stages.some((stage) => stage.name === 'browsers' && filesOf(stage).length > 0);
  const missing = [
    ...(browsers ? [ensureChromium(progress)] : []),
    filters.length === 0 || browsers ? await ensureLivekit(progress) : undefined,
  ];
  for (const sentence of missing) if (sentence !== undefined) fail(sentence);
  // Once, before files that run at the same time would build it each for themselves.
  await ensureWebApp(root, progress);
  const cluster = await startTestCluster();
  Object.assign(process.env, cluster.environment, { NODE_COMPILE_CACHE: join(root, '.cache/compiled') });
  try {
    for (const stage of stages) await runStage(stage);
  } finally {
    await cluster.stop();
  }
}

const started = performance.now();
try {
  await main();
} catch (error) {
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
if (tally.passed + tally.failed === 0) fail(`No test file has a path that contains ${filters.join(' or ')}.`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 ? 0 : 1);
