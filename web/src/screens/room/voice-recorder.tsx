import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from '../../ui/button.tsx';
import { recordVoice } from '../../models/voice.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import type { OpenRoom } from '../../matrix/door.ts';
import type { Recording } from '../../models/voice.ts';

/** Whether this browser can record at all. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && 'mediaDevices' in navigator;
}

/** In place of the composer while a voice message is being spoken. */
export function VoiceRecorder({ room, onDone }: { room: OpenRoom; onDone: () => void }) {
  const recording = useRef<Recording | undefined>(undefined);
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    let gone = false;
    recordVoice(setElapsed).then(
      (started) => {
        if (gone) void started.discard();
        else recording.current = started;
      },
      () => {
        tell(say('noMicrophone'), { failed: true });
        onDone();
      },
    );
    return () => {
      gone = true;
      void recording.current?.discard();
    };
  }, []);
  const send = async () => {
    const { current } = recording;
    recording.current = undefined;
    onDone();
    if (!current) return;
    const { blob, duration, waveform } = await current.finish();
    const name = `voice.${blob.type.includes('mp4') ? 'm4a' : 'ogg'}`;
    await room.sendFile({ blob, name, voice: { duration, waveform } });
  };
  return (
    <div class="composer-bar">
      <div class="composer">
        <IconButton icon="trash" label={say('cancel')} onClick={onDone} />
        <p class="composer-field recording" role="timer">
          <span class="recording-mark" />
          {say('recording', { time: format.value.duration(elapsed) })}
        </p>
        <IconButton
          icon="send"
          tone="accent"
          label={say('stopRecording')}
          onClick={() => void attempt(send)}
        />
      </div>
    </div>
  );
}
