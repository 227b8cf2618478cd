import { effect, signal, untracked } from '@preact/signals';
import { keepLowData } from './low-data.ts';
import { watchMicrophone } from './own-microphone.ts';
import { tell, tellError } from './toasts.ts';
import { say } from '../words/words.ts';
import type { Call, Calls, JoinOptions } from '../calls/door.ts';

/** The meeting this tab is in. It goes on while the user looks at chats. */
export interface CurrentCall {
  readonly call: Call;
  /** The room of a member's meeting. */
  readonly roomId?: string;
  /** The link a guest came by. */
  readonly linkId?: string;
  /** Comes in again by the same way. A guest asks to be let in again. */
  readonly again: (options: JoinOptions) => Promise<Call>;
}

export const currentCall = signal<CurrentCall | undefined>(undefined);

/** The room of the meeting this tab takes part in. */
export function ownMeeting(): string | undefined {
  const state = currentCall.value?.call.state.value;
  return state === 'live' || state === 'reconnecting' ? currentCall.value?.roomId : undefined;
}

let watches: readonly (() => void)[] = [];

function stopWatching(): void {
  for (const stop of watches) stop();
  watches = [];
}

let engine: Promise<Calls> | undefined;

/** The call engine, fetched when it is first needed: LiveKit's client is larger than the rest of the app. */
export function loadCalls(): Promise<Calls> {
  engine ??= Promise.all([import('../calls/calls.ts'), import('./client.ts')]).then(([calls, { client }]) =>
    calls.createCalls(client),
  );
  // After a failure the next wish asks again.
  engine.catch(() => {
    engine = undefined;
  });
  return engine;
}

/** Begins to be in a meeting; another one is left first. */
export function enterCall(current: CurrentCall): void {
  const before = currentCall.value;
  if (before && before.call !== current.call) void before.call.leave();
  currentCall.value = current;
  stopWatching();
  // Also while the chats are on screen.
  watches = [
    watchMicrophone(current.call, () => tell(say('mutedByOther'), { icon: 'microphone-off' })),
    keepLowData(current.call, tellError),
    followMove(current),
  ];
}

/** Comes in again when the call says that it has left for that. Answers how to stop. */
function followMove(current: CurrentCall): () => void {
  return effect(() => {
    if (current.call.state.value !== 'moved') return;
    untracked(() => comeAgain(current)).catch(async (error: unknown) => {
      tellError(error);
      await leaveCall();
    });
  });
}

async function comeAgain(current: CurrentCall): Promise<void> {
  // The room must hear of the leaving before the coming.
  await current.call.leave();
  // It may have been left for good meanwhile.
  if (currentCall.value?.call !== current.call) return;
  enterCall({ ...current, call: await current.again(current.call.options()) });
}

/** Leaves, and forgets the meeting. */
export async function leaveCall(): Promise<void> {
  const current = currentCall.value;
  currentCall.value = undefined;
  stopWatching();
  await current?.call.leave();
}

if ('window' in globalThis) {
  // A page that goes takes its place in the meeting with it.
  addEventListener('pagehide', () => void currentCall.value?.call.leave());
}
