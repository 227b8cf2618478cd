/** Chance from a seed: the same numbers for the same seed, on every machine. */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    this.state = (seed ^ 0x9e3779b9) >>> 0;
    for (let round = 0; round < 4; round += 1) this.next();
  }

  /** An integer from 0 to 2^32 − 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  /** A copy in random order. */
  shuffled<T>(items: Iterable<T>): T[] {
    const list = [...items];
    for (let index = list.length - 1; index > 0; index -= 1) {
      const other = this.below(index + 1);
      [list[index], list[other]] = [list[other] as T, list[index] as T];
    }
    return list;
  }
}
