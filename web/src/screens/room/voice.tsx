import { useEffect, useRef, useState } from 'preact/hooks';
import { VoiceTile } from '../../ui/attachment.tsx';
import { useFile } from '../../models/pictures.ts';
import { tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { bring } from './open-file.ts';
import type { FileFacts } from '../../matrix/door.ts';

/** How fast voices are played, for all of them, while the app is open. */
const rates = [1, 1.5, 2] as const;
let rate: number = rates[0];

/** The one that is heard now: two voices at once are not understood. */
let heard: HTMLAudioElement | undefined;

async function play(player: HTMLAudioElement): Promise<void> {
  if (heard !== player) heard?.pause();
  heard = player;
  player.playbackRate = rate;
  await player.play();
}

interface Playing {
  readonly playing: boolean;
  /** Milliseconds from the start. */
  readonly position: number;
  /** Plays what is at this address, or pauses it. */
  toggle(url: string): Promise<void>;
  /** Plays on at another speed. */
  speedUp(): void;
}

function usePlayer(): Playing {
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const audio = useRef<HTMLAudioElement | undefined>(undefined);
  const [, setRate] = useState(rate);
  useEffect(() => () => audio.current?.pause(), []);
  const open = (url: string) => {
    const player = new Audio(url);
    player.addEventListener('timeupdate', () => setPosition(player.currentTime * 1000));
    player.addEventListener('play', () => setPlaying(true));
    player.addEventListener('pause', () => setPlaying(false));
    player.addEventListener('ended', () => setPosition(0));
    audio.current = player;
    return player;
  };
  return {
    playing,
    position,
    toggle: async (url) => {
      const player = audio.current ?? open(url);
      if (player.paused) await play(player);
      else player.pause();
    },
    speedUp: () => {
      rate = rates[(rates.findIndex((one) => one === rate) + 1) % rates.length] ?? rates[0];
      if (audio.current) audio.current.playbackRate = rate;
      setRate(rate);
    },
  };
}

/** Heights from 0 to 1: the loudest is the highest, but silence stays low. */
function drawnWave(waveform: readonly number[] | undefined): readonly number[] {
  if (!waveform || waveform.length === 0) return [0.2, 0.5, 0.3, 0.6, 0.25];
  const loudest = waveform.reduce((most, height) => Math.max(most, height), 100);
  return waveform.map((height) => Math.min(1, Math.max(0, height / loudest)));
}

interface Sound extends Omit<Playing, 'toggle'> {
  readonly busy: boolean;
  /** Plays it, fetched when it is first played, or pauses it. */
  press(): Promise<void>;
}

/** A voice message or another sound, and what it does when it is pressed. */
export function useSound(file: FileFacts): Sound {
  const view = useFile(file.source, file.size, 0);
  const { toggle, ...player } = usePlayer();
  const press = async () => {
    const url = await bring(view);
    // A kind of sound that this browser does not know, or a file that is damaged.
    if (url !== undefined) await toggle(url).catch(() => tell(say('voiceUnplayable'), { failed: true }));
  };
  return { ...player, busy: view.state === 'loading', press };
}

/** A voice message or another sound, as it stands in a bubble. */
export function Voice(props: { file: FileFacts; waveform: readonly number[] | undefined }) {
  const { file, waveform } = props;
  const { playing, busy, position, press, speedUp } = useSound(file);
  const duration = file.duration ?? 0;
  return (
    <VoiceTile
      playing={playing}
      busy={busy}
      position={duration > 0 ? Math.min(1, position / duration) : 0}
      wave={drawnWave(waveform)}
      time={format.value.duration(playing || position > 0 ? position : duration)}
      label={say(playing ? 'pauseVoice' : 'playVoice')}
      rate={
        playing
          ? {
              text: say('timesFaster', { rate }),
              label: say('playFaster', { rate }),
              onPress: speedUp,
            }
          : undefined
      }
      onPress={() => void press()}
    />
  );
}
