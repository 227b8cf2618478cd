import { Icon } from '../../ui/icons.tsx';
import { LevelMeter, VideoPicture } from '../../ui/meeting.tsx';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { useShow } from './use-show.ts';
import type { ComponentChildren } from 'preact';
import type { DeviceTrouble, Preview, VideoSource } from '../../calls/door.ts';
import type { WordKey } from '../../words/catalogue.ts';

const troubles: Readonly<Record<DeviceTrouble, WordKey>> = {
  denied: 'deviceDenied',
  missing: 'deviceMissing',
  busy: 'deviceBusy',
};

interface LobbyPreviewProps {
  readonly preview: Preview | undefined;
  readonly audioOnly: boolean;
  readonly face: ComponentChildren;
}

/** The own picture, the level of the own voice, and both switches. */
export function LobbyPreview({ preview, audioOnly, face }: LobbyPreviewProps) {
  const microphone = preview?.microphone.value ?? false;
  const camera = !audioOnly && (preview?.camera.value ?? false);
  const video = camera ? preview?.video.value : undefined;
  const trouble = preview?.trouble.value;
  return (
    <>
      <div class="lobby-preview">
        {video ? <OwnPicture video={video} /> : face}
        {microphone && <LevelMeter level={preview?.level.value ?? 0} label={say('microphone')} />}
        <div class="lobby-buttons">
          <Round
            icon={microphone ? 'microphone' : 'microphone-off'}
            label={say('microphone')}
            on={microphone}
            onPress={() => void attempt(async () => preview?.setMicrophone(!microphone))}
          />
          {!audioOnly && (
            <Round
              icon={camera ? 'video' : 'video-off'}
              label={say('camera')}
              on={camera}
              onPress={() => void attempt(async () => preview?.setCamera(!camera))}
            />
          )}
          {camera && (preview?.cameras.value.length ?? 0) > 1 && <OtherCamera preview={preview} />}
        </div>
      </div>
      {trouble?.microphone && (
        <p class="t-small ink-warn" role="status">
          {say('microphone')}: {say(troubles[trouble.microphone])}
        </p>
      )}
      {trouble?.camera && !audioOnly && (
        <p class="t-small ink-warn" role="status">
          {say('camera')}: {say(troubles[trouble.camera])}
        </p>
      )}
    </>
  );
}

function OwnPicture({ video }: { video: VideoSource }) {
  return <VideoPicture show={useShow(video)} mirrored label={say('previewCamera')} />;
}

function OtherCamera({ preview }: { preview: Preview | undefined }) {
  const next = () => {
    const cameras = preview?.cameras.value ?? [];
    const at = cameras.findIndex((device) => device.id === preview?.chosen.value.camera);
    const device = cameras[(at + 1) % cameras.length];
    if (device) void attempt(async () => preview?.choose('camera', device.id));
  };
  return (
    <button
      type="button"
      class="lobby-button"
      aria-label={say('switchCamera')}
      title={say('switchCamera')}
      onClick={next}
    >
      <Icon name="turn" size={22} />
    </button>
  );
}

interface RoundProps {
  readonly icon: 'microphone' | 'microphone-off' | 'video' | 'video-off';
  readonly label: string;
  readonly on: boolean;
  readonly onPress: () => void;
}

function Round({ icon, label, on, onPress }: RoundProps) {
  return (
    <button
      type="button"
      class="lobby-button"
      aria-label={label}
      title={label}
      aria-pressed={on}
      onClick={onPress}
    >
      <Icon name={icon} size={22} />
    </button>
  );
}
