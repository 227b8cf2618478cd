import type { PreparedFile } from './attachments.ts';

/** Longest sides, pixels: of a photograph that is sent, and of its preview. */
const photoSide = 2560;
const previewSide = 640;
const previewFrom = 60_000;

/**
 * Readies a picture or film in the browser: its size, a preview, and for photographs a fresh encoding, which leaves out the place and the
 * camera that the file names. Files that cannot be read go as they are.
 */
export async function prepareFile(blob: Blob): Promise<PreparedFile> {
  try {
    if (blob.type.startsWith('image/') && blob.type !== 'image/svg+xml') return await prepareImage(blob);
    if (blob.type.startsWith('video/')) return await prepareVideo(blob);
  } catch (thrown) {
    console.warn('The file goes without a preview.', thrown instanceof Error ? thrown.message : thrown);
  }
  return { blob };
}

async function prepareImage(original: Blob): Promise<PreparedFile> {
  const image = await createImageBitmap(original);
  const photograph = original.type === 'image/jpeg';
  const long = Math.max(image.width, image.height) > photoSide;
  const again = photograph || (long && original.type !== 'image/gif');
  const full = again ? await draw(image, image.width, image.height, photoSide, 0.85) : undefined;
  const blob = full?.blob ?? original;
  const size = full ?? { width: image.width, height: image.height };
  const worth = blob.size > previewFrom;
  const thumbnail = worth ? await draw(image, image.width, image.height, previewSide, 0.7) : undefined;
  image.close();
  return {
    blob,
    width: size.width,
    height: size.height,
    ...(thumbnail === undefined ? {} : { thumbnail }),
  };
}

async function prepareVideo(blob: Blob): Promise<PreparedFile> {
  const url = URL.createObjectURL(blob);
  const video = document.createElement('video');
  try {
    video.muted = true;
    video.preload = 'auto';
    video.src = url;
    await happens(video, 'loadeddata');
    const { videoWidth: width, videoHeight: height } = video;
    const thumbnail = await draw(video, width, height, previewSide, 0.7);
    const duration = Number.isFinite(video.duration) ? { duration: video.duration * 1000 } : {};
    return { blob, width, height, thumbnail, ...duration };
  } finally {
    video.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}

async function draw(
  source: CanvasImageSource,
  sourceWidth: number,
  sourceHeight: number,
  longest: number,
  quality: number,
): Promise<{ blob: Blob; width: number; height: number }> {
  const scale = Math.min(1, longest / Math.max(sourceWidth, sourceHeight));
  const width = Math.max(1, Math.round(sourceWidth * scale));
  const height = Math.max(1, Math.round(sourceHeight * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.drawImage(source, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  if (blob === null) throw new Error('The picture cannot be encoded.');
  return { blob, width, height };
}

function happens(video: HTMLVideoElement, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The film does not load.')), 10_000);
    video.addEventListener(name, () => resolve(clearTimeout(timer)), { once: true });
    video.addEventListener('error', () => reject(new Error('The film cannot be read.')), { once: true });
  });
}
