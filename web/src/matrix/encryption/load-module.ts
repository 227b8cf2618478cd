import { initAsync } from '@matrix-org/matrix-sdk-crypto-wasm';
import { asMatrixError, MatrixError } from '../errors.ts';
import { wait } from '../http.ts';
import { parts } from './module-parts.ts';

/** Pauses before a part is asked for again, milliseconds. */
const pauses = [200, 1000, 3000];

/**
 * Loads the crypto library, the largest thing that this app fetches, part by part. Each whole part stays on the device (the service worker
 * and the browser keep it), so that a connection that breaks every minute gets there too: the next try fetches only what is missing.
 * Rejects with a `MatrixError` of kind `network` when a part does not come.
 */
export async function loadCryptoModule(): Promise<void> {
  if (parts.length === 0) return initAsync();
  const pieces: ArrayBuffer[] = [];
  // One after another: a thin line that carried all of them at once would finish none.
  for (const part of parts) pieces.push(await patiently(() => fetchPart(part)));
  const whole = URL.createObjectURL(new Blob(pieces, { type: 'application/wasm' }));
  try {
    await initAsync(whole);
  } finally {
    URL.revokeObjectURL(whole);
  }
}

/** Asks again where the line broke under the answer: the next connection may carry it. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const pause of pauses) {
    try {
      return await ask();
    } catch (thrown) {
      if (!asMatrixError(thrown, 'network').temporary) throw thrown;
      await wait(pause);
    }
  }
  return ask();
}

async function fetchPart(address: string): Promise<ArrayBuffer> {
  let answer: Response;
  try {
    answer = await fetch(address);
    if (answer.ok) return await answer.arrayBuffer();
  } catch (thrown) {
    throw new MatrixError('network', 'A part of the crypto library did not come.', { cause: thrown });
  }
  throw new MatrixError('server', 'A part of the crypto library is not there.', { status: answer.status });
}
