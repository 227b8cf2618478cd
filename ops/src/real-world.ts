// The real clock, chance and timers. Everything else gets them handed in.

import { randomBytes } from 'node:crypto';

export const clock = { now: () => Date.now() };

export const random = { bytes: (count: number): Uint8Array => randomBytes(count) };

/** Longest wait of one timer; Node takes longer ones for 1 ms. */
const timerMaxMs = 2 ** 31 - 1;

export const scheduler = {
  after(ms: number, work: () => void): () => void {
    const timer = setTimeout(work, Math.min(Math.max(ms, 0), timerMaxMs));
    return () => clearTimeout(timer);
  },
};
