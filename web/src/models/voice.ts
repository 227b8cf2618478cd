/** A voice message while it is being spoken. */
export interface Recording {
  finish(): Promise<{ readonly blob: Blob; readonly duration: number; readonly waveform: readonly number[] }>;
  discard(): Promise<void>;
}

const longest = 15 * 60_000;
const points = 60;

/** The first type that this browser records and other clients play: Opus at 24 kbit/s is about 180 kB a minute. */
function recordingType(): string {
  const types = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4'];
  return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
}

/** The ending of a file name for what was recorded. */
export function voiceEnding(type: string): string {
  if (type.includes('mp4')) return 'm4a';
  return type.includes('webm') ? 'webm' : 'ogg';
}

/** Whether the user or the browser does not allow the microphone, rather than there being none. */
export function isRefused(error: unknown): boolean {
  return (
    error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'SecurityError')
  );
}

function makeRecorder(stream: MediaStream): MediaRecorder {
  try {
    return new MediaRecorder(stream, { mimeType: recordingType(), audioBitsPerSecond: 24_000 });
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
}

/** Begins to record; `onElapsed` gets milliseconds. Rejects when there is no microphone or no permission. */
export async function recordVoice(onElapsed: (ms: number) => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const recorder = makeRecorder(stream);
  const chunks: Blob[] = [];
  const levels: number[] = [];
  recorder.ondataavailable = (event) => chunks.push(event.data);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const began = Date.now();
  let spoken = 0;
  const timer = setInterval(() => {
    // At the limit, or when the microphone is taken away, it has stopped by itself and waits to be sent.
    if (recorder.state !== 'recording') return;
    analyser.getByteTimeDomainData(samples);
    levels.push(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample - 128)), 0) / 128);
    spoken = Math.min(Date.now() - began, longest);
    onElapsed(spoken);
    if (spoken === longest) recorder.stop();
  }, 100);
  recorder.start(1000);
  const stop = async () => {
    clearInterval(timer);
    if (recorder.state !== 'inactive') {
      await new Promise<void>((resolve) => {
        recorder.onstop = () => resolve();
        recorder.stop();
      });
    }
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  };
  return {
    discard: stop,
    finish: async () => {
      const duration = recorder.state === 'recording' ? Math.min(Date.now() - began, longest) : spoken;
      await stop();
      return { blob: new Blob(chunks, { type: recorder.mimeType }), duration, waveform: waveformOf(levels) };
    },
  };
}

/** Sixty heights from 0 to 1024, the loudest of each stretch. */
export function waveformOf(levels: readonly number[]): readonly number[] {
  if (levels.length === 0) return [];
  const count = Math.min(points, levels.length);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / count));
    return Math.min(1024, Math.round(Math.max(...levels.slice(from, to)) * 1024));
  });
}
