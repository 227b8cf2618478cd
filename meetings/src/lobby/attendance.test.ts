import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Attendance, silence_max_ms } from './attendance.ts';

/** Time that passes when it is told to. */
class Time {
  now = 0;
  readonly #planned = new Set<{ at: number; work: () => void }>();

  after = (ms: number, work: () => void): (() => void) => {
    const plan = { at: this.now + ms, work };
    this.#planned.add(plan);
    return () => this.#planned.delete(plan);
  };

  pass(ms: number): void {
    this.now += ms;
    for (const plan of this.#planned) {
      if (plan.at > this.now) continue;
      this.#planned.delete(plan);
      plan.work();
    }
  }

  get planned(): number {
    return this.#planned.size;
  }
}

function lobby(): { time: Time; gone: string[]; attendance: Attendance } {
  const time = new Time();
  const gone: string[] = [];
  return { time, gone, attendance: new Attendance(time, (guestId) => gone.push(guestId)) };
}

describe('whoever waits', () => {
  it('is gone after a minute of silence, and not before', () => {
    const { time, gone, attendance } = lobby();
    attendance.expect('a');
    time.pass(silence_max_ms - 1);
    assert.deepEqual(gone, []);
    attendance.expect('a');
    time.pass(1);
    assert.deepEqual(gone, ['a'], 'to be looked at is not to be heard of');
  });

  it('stays for as long as a question is under way, and a minute more', () => {
    const { time, gone, attendance } = lobby();
    const first = attendance.asks('a');
    const second = attendance.asks('a');
    time.pass(10 * silence_max_ms);
    first();
    time.pass(10 * silence_max_ms);
    assert.deepEqual(gone, []);
    second();
    time.pass(silence_max_ms - 1);
    const third = attendance.asks('a');
    time.pass(silence_max_ms);
    assert.deepEqual(gone, []);
    third();
    time.pass(silence_max_ms);
    assert.deepEqual(gone, ['a']);
  });

  it('is not waited for once they are let in, not even by a question that ends later', () => {
    const { time, gone, attendance } = lobby();
    const over = attendance.asks('a');
    attendance.forget('a');
    over();
    attendance.expect('b');
    attendance.close();
    time.pass(silence_max_ms);
    assert.deepEqual(gone, []);
    assert.equal(time.planned, 0);
  });
});
