import { createLocalVideoTrack } from 'livekit-client';
import { pictureBytesAtMost } from './still-picture.ts';

/** From the best to the least that is worth looking at: side in pixels and JPEG quality. */
const attempts = [
  [256, 0.6],
  [256, 0.4],
  [192, 0.4],
  [160, 0.3],
  [128, 0.2],
] as const;
/** A camera that has just been opened is still finding its light, seconds. */
const settled = 0.6;
/** Longest wait for a picture, milliseconds. */
const patience = 8000;

/** One square picture from the camera, small enough to be sent, as JPEG. The camera is off again afterwards. */
export async function takePicture(deviceId: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const track = await createLocalVideoTrack({
    resolution: { width: 640, height: 480 },
    ...(deviceId === undefined ? {} : { deviceId }),
  });
  const video = document.createElement('video');
  try {
    video.muted = true;
    video.playsInline = true;
    track.attach(video);
    await shows(video);
    return await encode(video);
  } finally {
    track.detach(video);
    track.stop();
  }
}

function shows(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The camera gives no picture.')), patience);
    video.addEventListener('timeupdate', () => {
      if (video.currentTime < settled || video.videoWidth === 0) return;
      clearTimeout(timer);
      resolve();
    });
    video.play().catch(reject);
  });
}

async function encode(video: HTMLVideoElement): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement('canvas');
  const { videoWidth: width, videoHeight: height } = video;
  const from = Math.min(width, height);
  for (const [side, quality] of attempts) {
    canvas.width = side;
    canvas.height = side;
    canvas
      .getContext('2d')
      ?.drawImage(video, (width - from) / 2, (height - from) / 2, from, from, 0, 0, side, side);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    if (blob && blob.size <= pictureBytesAtMost) return new Uint8Array(await blob.arrayBuffer());
  }
  throw new Error('The picture does not become small enough.');
}
