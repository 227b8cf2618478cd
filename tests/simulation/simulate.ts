/**
 * `npm run simulate -- --seeds N` runs the seeds 1 to N, `--from M` begins elsewhere; `--seed S` runs one and prints its
 * graph; `--bugs` plants each known bug and says how many seeds find it. A failure prints the seed and the smallest
 * graph, and ends with the exit code 1.
 */
import { parseArgs } from 'node:util';
import { planOf } from './actions.ts';
import { runPlan } from './check.ts';
import { plantedBugs } from './planted-bugs.ts';
import { graphOf, shrink } from './shrink.ts';
import type { Planted } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    bugs: { type: 'boolean', default: false },
  },
});

function integer(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${text} is no count and no seed`);
  return number;
}

/** Says what is wrong with a seed, on the smallest graph that shows it. */
function explain(seed: number, planted?: Planted): boolean {
  const small = shrink(planOf(seed), planted);
  if (small === undefined) return false;
  const { plan, failure } = small;
  console.log(
    `seed ${seed}, room version ${plan.roomVersion}, ${plan.actions.length} actions: ${failure.what}`,
  );
  console.log(graphOf(failure));
  return true;
}

function runOne(seed: number): boolean {
  if (explain(seed)) return false;
  const plan = planOf(seed);
  console.log(`seed ${seed}, room version ${plan.roomVersion}, ${plan.servers} honest servers: all agree`);
  return true;
}

function runMany(from: number, count: number): boolean {
  let failed = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    if (runPlan(planOf(seed)) === undefined) continue;
    failed += 1;
    explain(seed);
    console.log(`replay: npm run simulate -- --seed ${seed}`);
  }
  console.log(`${count - failed} of ${count} seeds agree`);
  return failed === 0;
}

function runBugs(from: number, count: number): boolean {
  let found = 0;
  for (const bug of plantedBugs) {
    let first: number | undefined;
    let seeds = 0;
    for (let seed = from; seed < from + count; seed += 1) {
      if (runPlan(planOf(seed), bug) === undefined) continue;
      seeds += 1;
      first ??= seed;
    }
    if (first !== undefined) found += 1;
    console.log(
      `${first === undefined ? 'not found' : `found by ${seeds} of ${count} seeds, first ${first}`}: ${bug.name}`,
    );
  }
  console.log(`${found} of ${plantedBugs.length} planted bugs found`);
  return found === plantedBugs.length;
}

function main(): boolean {
  if (values.seed !== undefined) return runOne(integer(values.seed));
  const [from, count] = [integer(values.from), integer(values.seeds)];
  return values.bugs ? runBugs(from, count) : runMany(from, count);
}

process.exitCode = main() ? 0 : 1;
