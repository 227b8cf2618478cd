import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rerun, Turns } from './turns.ts';

describe('turns', () => {
  it('work begins when the work before it has ended', async () => {
    const turns = new Turns();
    const said: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = turns.run(async () => {
      await gate.promise;
      said.push('first');
    });
    const second = turns.run(async () => void said.push('second'));
    assert.deepEqual(said, []);
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(said, ['first', 'second']);
  });

  it('a failure reaches its own caller and holds up nobody', async () => {
    const turns = new Turns();
    const failed = turns.run(async () => {
      throw new Error('no');
    });
    assert.equal(await turns.run(async () => 'went on'), 'went on');
    await assert.rejects(failed, /no/);
  });
});

describe('work that runs again', () => {
  it('asked for while it runs, it runs once more', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let runs = 0;
    const work = new Rerun(async () => {
      const gate = gates[runs];
      runs += 1;
      await gate?.promise;
    });
    const all = [work.run()];
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(runs, 1);
    all.push(work.run(), work.run());
    for (const gate of gates) gate.resolve();
    await Promise.all(all);
    assert.equal(runs, 2);
  });

  it('no call is lost, at whatever step of a run it comes', async () => {
    for (let steps = 0; steps < 12; steps += 1) {
      let wanted = 0;
      let seen = 0;
      const work = new Rerun(async () => {
        seen = wanted;
      });
      const first = work.run();
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      wanted = 1;
      await Promise.all([first, work.run()]);
      assert.equal(seen, 1, `after ${steps} steps`);
    }
  });

  it('after a failure it can be asked for again', async () => {
    let fails = true;
    const work = new Rerun(async () => {
      if (fails) throw new Error('no');
    });
    await assert.rejects(work.run(), /no/);
    fails = false;
    await work.run();
  });
});
