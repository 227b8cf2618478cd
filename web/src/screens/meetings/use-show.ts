import { useCallback } from 'preact/hooks';
import type { VideoSource } from '../../calls/door.ts';
import type { ShowVideo } from '../../ui/meeting.tsx';

/** A picture of the engine as the parts take it; the same function while it is the same picture. */
export function useShow(video: VideoSource): ShowVideo {
  return useCallback((element: HTMLVideoElement) => video.attach(element), [video]);
}
