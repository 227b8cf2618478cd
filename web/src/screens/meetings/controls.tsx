import { useEffect, useRef } from 'preact/hooks';
import { Control } from '../../ui/meeting.tsx';
import { letterKeys } from '../../platform/theme.ts';
import { navigate } from '../../platform/router.ts';
import { paths } from '../../paths.ts';
import { currentCall, leaveCall } from '../../models/current-call.ts';
import { switchCamera } from '../../models/low-data.ts';
import { switchMicrophone } from '../../models/own-microphone.ts';
import { inField } from '../../models/keys.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import type { Call } from '../../calls/door.ts';
import type { Side } from './arrangement.ts';

interface ControlsProps {
  readonly call: Call;
  readonly side: Side;
  /** Whether there is a chat beside. */
  readonly chat: boolean;
  readonly onSide: (side: Side) => void;
}

async function leave(): Promise<void> {
  const roomId = currentCall.value?.roomId;
  await leaveCall();
  if (roomId !== undefined) navigate(paths.room(roomId), { replace: true });
}

/** M, V, H and C act outside fields, unless single letters are turned off. */
function useLetters(letters: Readonly<Record<string, () => void>>): void {
  const latest = useRef(letters);
  latest.current = letters;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !letterKeys.value) return;
      if (inField(event.target)) return;
      // The key's place counts, so that it is the same under an Arabic or Russian layout.
      const action = latest.current[event.code];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** What can be done in a meeting; Leave is last and the only danger fill. */
export function Controls({ call, side, chat, onSide }: ControlsProps) {
  const microphone = call.microphone.value;
  const camera = call.camera.value;
  const hand = call.hand.value;
  const screen = call.screen.value;
  const waiting = call.waiting.value.length;
  const mute = () => void attempt(() => switchMicrophone(call, !microphone));
  const film = () => void attempt(() => switchCamera(call, !camera));
  const raise = () => void attempt(() => call.setHand(!hand));
  const open = (next: Side) => onSide(side === next ? undefined : next);
  useLetters({ KeyM: mute, KeyV: film, KeyH: raise, ...(chat ? { KeyC: () => open('chat') } : {}) });
  return (
    <div class="controls" role="toolbar" aria-label={say('meetingTitle')}>
      <Control
        icon={microphone ? 'microphone' : 'microphone-off'}
        label={say(microphone ? 'muteMe' : 'unmuteMe')}
        off={!microphone}
        keys="M"
        onPress={mute}
      />
      <Control
        icon={camera ? 'video' : 'video-off'}
        label={say('camera')}
        off={!camera}
        keys="V"
        onPress={film}
      />
      {'getDisplayMedia' in (navigator.mediaDevices ?? {}) && (
        <Control
          wide
          icon="share"
          label={say(screen ? 'stopSharing' : 'shareScreen')}
          on={screen}
          onPress={() => void attempt(() => call.setScreen(!screen))}
        />
      )}
      <Control icon="hand" label={say(hand ? 'lowerHand' : 'hand')} on={hand} keys="H" onPress={raise} />
      <span class="controls-gap only-room" />
      {chat && (
        <Control icon="chat" label={say('chat')} on={side === 'chat'} keys="C" onPress={() => open('chat')} />
      )}
      <Control
        icon="people"
        label={say('people')}
        on={side === 'people'}
        badge={
          waiting > 0
            ? { text: format.value.badge(waiting), label: say('waitingCount', { count: waiting }) }
            : undefined
        }
        onPress={() => open('people')}
      />
      <span class="controls-gap only-room" />
      <Control icon="hang-up" label={say('leaveCall')} leave onPress={() => void attempt(leave)} />
    </div>
  );
}
