import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf, type Plan } from './actions.ts';
import { runPlan } from './check.ts';
import { plantedBugs } from './planted-bugs.ts';
import { SeededRandom } from './random.ts';
import { graphOf, shrink } from './shrink.ts';
import { World } from './world.ts';

const seeds = 300;

test(`${seeds} seeds: honest servers agree about every event and every state`, () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const failure = runPlan(planOf(seed));
    assert.equal(failure?.what, undefined, `npm run simulate -- --seed ${seed}`);
  }
});

test('a seed means one run alone', () => {
  const states = (seed: number): string[][] => {
    const world = new World(planOf(seed));
    world.run();
    return world.honest.map((server) => [...server.finalState().values()].toSorted());
  };
  assert.deepEqual(states(5), states(5));
  assert.notDeepEqual(states(5), states(6));
  const numbers = new SeededRandom(1);
  assert.deepEqual([numbers.next(), numbers.next()], [3358359462, 2925401225]);
});

test('conflicts come out the same one event at a time, in batches and all at once', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const world = new World(planOf(seed));
    world.run();
    const texts = world.allTexts();
    const batches: string[] = [];
    for (let at = 0; at < texts.length; at += 7) batches.push(...texts.slice(at, at + 7).toReversed());
    // Backwards, nothing can be admitted before the create event, and then everything is at once.
    const states = [texts, batches, texts.toReversed()].map((order, index) => {
      const server = world.told(`told${index}.example`, order);
      assert.equal(server.events.size, world.honest[0]?.events.size);
      return [...server.finalState()].toSorted();
    });
    assert.deepEqual(states[1], states[0]);
    assert.deepEqual(states[2], states[0]);
  }
});

test('runs are worth their name: forks, rejections, conflicts, soft failures', () => {
  let events = 0;
  let rejected = 0;
  let forks = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const world = new World(planOf(seed));
    world.run();
    const known = [...(world.honest[0]?.events.values() ?? [])];
    events += known.length;
    rejected += known.filter((event) => event.rejected).length;
    forks += known.filter(({ pdu }) => pdu.prev_events.length > 1).length;
  }
  assert.ok(events > 1000, `${events} events`);
  assert.ok(rejected > 80, `${rejected} rejected`);
  assert.ok(forks > 200, `${forks} merges of forks`);
});

for (const bug of plantedBugs) {
  test(`the simulator finds it: ${bug.name}`, () => {
    let seed = 1;
    while (seed <= seeds && runPlan(planOf(seed), bug) === undefined) seed += 1;
    assert.ok(seed <= seeds, `no seed up to ${seeds} finds it`);
  });
}

test('a failure is made small, and its graph printed', () => {
  const bug = plantedBugs.find(({ name }) => name === 'anybody may remove anybody');
  assert.ok(bug);
  let plan: Plan = planOf(1);
  while (runPlan(plan, bug) === undefined) plan = planOf(plan.seed + 1);
  const small = shrink(plan, bug);
  assert.ok(small);
  assert.ok(small.plan.actions.length <= 4, `${small.plan.actions.length} actions`);
  assert.notEqual(runPlan(small.plan, bug), undefined);
  assert.match(graphOf(small.failure), /m\.room\.member .*rejected by/);
  assert.equal(shrink(planOf(1)), undefined);
});
