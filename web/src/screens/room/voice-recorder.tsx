import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from '../../ui/button.tsx';
import { isRefused, recordVoice, voiceEnding } from '../../models/voice.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import type { OpenRoom } from '../../matrix/door.ts';
import type { Recording } from '../../models/voice.ts';

/** Whether this browser can record at all. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && 'mediaDevices' in navigator;
}

interface VoiceRecorderProps {
  readonly room: OpenRoom;
  /** The message that is answered. */
  readonly replyTo: string | undefined;
  readonly onDone: (sent: boolean) => void;
}

/** In place of the composer while a voice message is being spoken. Esc gives it up. */
export function VoiceRecorder({ room, replyTo, onDone }: VoiceRecorderProps) {
  const recording = useRef<Recording | undefined>(undefined);
  const stop = useRef<HTMLButtonElement>(null);
  const [elapsed, setElapsed] = useState<number>();
  useEffect(() => {
    let gone = false;
    stop.current?.focus();
    recordVoice(setElapsed).then(
      (started) => {
        if (gone) void started.discard();
        else recording.current = started;
      },
      (error: unknown) => {
        if (gone) return;
        tell(say(isRefused(error) ? 'microphoneRefused' : 'noMicrophone'), { failed: true });
        onDone(false);
      },
    );
    return () => {
      gone = true;
      void recording.current?.discard();
    };
  }, []);
  const send = async () => {
    const { current } = recording;
    if (!current) return;
    recording.current = undefined;
    onDone(true);
    const { blob, duration, waveform } = await current.finish();
    await room.sendFile({
      blob,
      name: `voice.${voiceEnding(blob.type)}`,
      voice: { duration, waveform },
      ...(replyTo === undefined ? {} : { replyTo }),
    });
  };
  return (
    <div
      class="composer-bar"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onDone(false);
      }}
    >
      <div class="composer">
        <IconButton icon="trash" label={say('cancel')} onClick={() => onDone(false)} />
        <p class="composer-field recording" role="timer">
          <span class="recording-mark" />
          {say('recording', { time: format.value.duration(elapsed ?? 0) })}
        </p>
        <IconButton
          anchor={stop}
          icon="send"
          tone="accent"
          label={say('stopRecording')}
          busy={elapsed === undefined}
          onClick={() => void attempt(send)}
        />
      </div>
    </div>
  );
}
