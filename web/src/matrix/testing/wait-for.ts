import { effect } from '@preact/signals-core';

/**
 * Resolves with the first value of `read` that is neither undefined nor false. `read` looks at signals and is run again when they change.
 * Rejects after `patience` milliseconds.
 */
export function waitFor<T>(what: string, read: () => T | undefined | false, patience = 20_000): Promise<T> {
  return new Promise((resolve, reject) => {
    let done = false;
    const timer = setTimeout(() => finish(() => reject(new Error(`Never came: ${what}`))), patience);
    let stop: () => void = () => undefined;
    const finish = (end: () => void) => {
      done = true;
      clearTimeout(timer);
      queueMicrotask(() => stop());
      end();
    };
    stop = effect(() => {
      const value = read();
      if (done || value === undefined || value === false) return;
      finish(() => resolve(value));
    });
  });
}
