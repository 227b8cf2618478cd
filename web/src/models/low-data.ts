import { effect, untracked } from '@preact/signals';
import type { Call } from '../calls/door.ts';

type Pictures = Pick<Call, 'audioOnly' | 'camera' | 'state' | 'setAudioOnly' | 'setCamera'>;

/** Calls whose camera was on before low data turned it off. */
const filmed = new WeakSet<Pictures>();

/** Sound alone in both directions, or pictures again: then the own camera is as it was. */
export async function setLowData(call: Pictures, on: boolean): Promise<void> {
  if (on === call.audioOnly.value) return;
  if (on && call.camera.value) filmed.add(call);
  await call.setAudioOnly(on);
  if (!on && filmed.delete(call)) await call.setCamera(true);
}

/** Turns the own camera on or off. To be seen is the end of low data. */
export async function switchCamera(call: Pictures, on: boolean): Promise<void> {
  if (on && call.audioOnly.value) {
    filmed.add(call);
    await setLowData(call, false);
    return;
  }
  await call.setCamera(on);
}

/**
 * Who comes in with sound alone takes no picture from those who were there before either: their pictures are known only
 * once the call is live. Answers how to stop.
 */
export function keepLowData(call: Pictures, onError: (error: unknown) => void): () => void {
  let live = false;
  return effect(() => {
    const now = call.state.value === 'live';
    if (now && !live && untracked(() => call.audioOnly.value)) {
      untracked(() => call.setAudioOnly(true)).catch(onError);
    }
    live = now;
  });
}
