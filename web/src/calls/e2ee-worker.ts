// LiveKit's worker, which encrypts and decrypts each frame.
import 'livekit-client/e2ee-worker';

interface Message {
  readonly kind?: unknown;
  readonly data?: { enabled?: unknown };
}

const livekit = globalThis.onmessage as ((event: MessageEvent<Message>) => unknown) | null;
if (livekit === null) throw new Error('LiveKit’s worker does not listen where it did.');
Object.assign(globalThis, { onmessage: null });

/**
 * LiveKit's client stops decrypting a participant whose track the media server announces as not encrypted, and plays what comes then: a
 * media server could put pictures and words into somebody's mouth. Here nobody is ever switched off. What is not encrypted cannot be
 * decrypted, is dropped, and the app says whose it was.
 */
addEventListener('message', (event: MessageEvent<Message>) => {
  const { kind, data } = event.data;
  if (kind === 'enable' && data !== undefined) data.enabled = true;
  livekit(event);
});
