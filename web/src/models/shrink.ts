const longestSide = 1600;
const quality = 0.78;

/** Whether a picture can be made smaller here: drawings and animations are left alone. */
export function canShrink(file: Blob): boolean {
  return /^image\/(jpeg|png|webp|heic|heif|avif)$/.test(file.type) && file.size > 150_000;
}

/**
 * Makes a picture smaller for sending: at most 1,600 pixels, JPEG. Answers the given file when that is not smaller or when the
 * browser cannot read it. Place and camera data in the file are lost, which is meant.
 */
export async function shrink(file: File): Promise<Blob> {
  if (!canShrink(file) || typeof createImageBitmap !== 'function') return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch (error) {
    if (error instanceof DOMException) return file;
    throw error;
  }
  const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const smaller = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', quality);
  });
  return smaller && smaller.size < file.size ? smaller : file;
}

/** The name of a picture after it has become a JPEG. */
export function shrunkName(name: string, blob: Blob): string {
  return blob.type === 'image/jpeg' && !/\.jpe?g$/i.test(name) ? `${name.replace(/\.\w+$/, '')}.jpg` : name;
}
