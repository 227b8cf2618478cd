import { signal } from '@preact/signals';

/** Whether the browser believes it has a network. It may be wrong; the engine knows whether the server answers. */
export const browserOnline = signal(navigator.onLine);

addEventListener('online', () => {
  browserOnline.value = true;
});
addEventListener('offline', () => {
  browserOnline.value = false;
});

interface ConnectionHints {
  readonly saveData?: boolean;
}

/** Whether the user asked the browser to save data: then nothing is downloaded by itself. */
export function savesData(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: ConnectionHints };
  return connection?.saveData === true;
}

/** Whether the main way to point is a finger: then Enter makes a line and letters are not shortcuts. */
export function touchFirst(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
