import { Room, Track } from 'livekit-client';
import type { DeviceKind, JoinOptions } from './door.ts';

const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;

export async function chooseDevice(room: Room, kind: DeviceKind, id: string): Promise<void> {
  await room.switchActiveDevice(kinds[kind], id);
}

/** The devices in use, as one chooses them when coming in. */
export function chosenDevices(room: Room): NonNullable<JoinOptions['devices']> {
  const chosen = (['microphone', 'camera', 'speaker'] as const).map(
    (kind) => [kind, room.getActiveDevice(kinds[kind])] as const,
  );
  return Object.fromEntries(chosen.filter(([, id]) => id !== undefined));
}

/** From the front to the back camera of a phone, or to the next one. */
export async function switchCamera(room: Room): Promise<void> {
  const { localParticipant } = room;
  const track = localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack;
  const { facingMode, deviceId } = track?.mediaStreamTrack.getSettings() ?? {};
  if (facingMode === 'user' || facingMode === 'environment') {
    await localParticipant.setCameraEnabled(false);
    await localParticipant.setCameraEnabled(true, {
      facingMode: facingMode === 'user' ? 'environment' : 'user',
    });
    return;
  }
  const cameras = await Room.getLocalDevices('videoinput', false);
  const at = cameras.findIndex((camera) => camera.deviceId === deviceId);
  const next = cameras[(at + 1) % Math.max(cameras.length, 1)];
  if (next !== undefined) await room.switchActiveDevice('videoinput', next.deviceId);
}

/** Turns on what is wanted. One can take part without a device: the switches show that it is off. */
export async function turnOn(
  { localParticipant }: Room,
  { microphone, camera }: { readonly microphone: boolean; readonly camera: boolean },
  left: () => boolean,
): Promise<void> {
  const wanted = [
    microphone ? () => localParticipant.setMicrophoneEnabled(true) : undefined,
    camera ? () => localParticipant.setCameraEnabled(true) : undefined,
  ];
  for (const start of wanted) {
    try {
      if (!left()) await start?.();
    } catch (thrown) {
      console.warn('A device does not work.', thrown instanceof Error ? thrown.message : thrown);
    }
  }
}
