import { effect, untracked } from '@preact/signals';
import type { Call } from '../calls/door.ts';

type Microphone = Pick<Call, 'microphone' | 'state' | 'setMicrophone'>;

/** What the user chose last, by call. */
const wishes = new WeakMap<Microphone, boolean>();

/** Turns the own microphone on or off, as the user wishes. */
export async function switchMicrophone(call: Microphone, on: boolean): Promise<void> {
  const before = wishes.get(call) ?? true;
  wishes.set(call, on);
  try {
    await call.setMicrophone(on);
  } catch (error) {
    wishes.set(call, before);
    throw error;
  }
}

/**
 * Calls `onTaken` each time the microphone goes off without the user's wish: somebody who may do so has muted them.
 * While the connection is being made again, tracks come and go by themselves. Answers how to stop.
 */
export function watchMicrophone(call: Microphone, onTaken: () => void): () => void {
  let before = false;
  return effect(() => {
    const on = call.microphone.value;
    const live = call.state.value === 'live';
    if (before && !on && live && wishes.get(call) !== false) untracked(onTaken);
    before = on;
  });
}
