import sharp from 'sharp';
import { Places } from '../places.ts';

export interface ThumbnailShape {
  readonly width: number;
  readonly height: number;
  readonly method: 'crop' | 'scale';
  readonly animated: boolean;
}

/** The shapes that are made; a request gets the next larger one, so that few are made of each picture. */
const shapes: readonly Omit<ThumbnailShape, 'animated'>[] = [
  { width: 32, height: 32, method: 'crop' },
  { width: 96, height: 96, method: 'crop' },
  { width: 256, height: 256, method: 'crop' },
  { width: 320, height: 240, method: 'scale' },
  { width: 640, height: 480, method: 'scale' },
  { width: 800, height: 600, method: 'scale' },
  { width: 1_600, height: 1_200, method: 'scale' },
];

/** Pictures decoded at one time. */
const at_once_max = 2;

sharp.cache(false);
sharp.concurrency(1);

/** The smallest shape of this method that covers what is asked, else the largest. */
export function shapeFor(asked: ThumbnailShape): ThumbnailShape {
  const fitting = shapes.filter(({ method }) => method === asked.method);
  const found =
    fitting.find(({ width, height }) => width >= asked.width && height >= asked.height) ?? fitting.at(-1);
  return { ...(found ?? asked), animated: asked.animated };
}

/** The picture has more pixels than the operator lets be decoded. */
export class TooManyPixels extends Error {
  override readonly name = 'TooManyPixels';
}

/** The bytes are no picture that can be read. */
export class NotAPicture extends Error {
  override readonly name = 'NotAPicture';
}

/** Makes thumbnails, a few at a time. What the camera noted beside the picture (place, time) is left out. */
export class Thumbnails {
  readonly #pixelsMax: number;
  readonly #places = new Places(at_once_max);

  constructor(pixelsMax: number) {
    this.#pixelsMax = pixelsMax;
  }

  /**
   * @param read gives the picture when its turn has come: those that wait take no memory.
   * @throws TooManyPixels, NotAPicture, what `read` throws.
   */
  async make(
    read: () => Promise<Buffer>,
    shape: ThumbnailShape,
  ): Promise<{ bytes: Buffer; contentType: string }> {
    return this.#places.take(async () => this.#render(await read(), shape));
  }

  async #render(picture: Buffer, shape: ThumbnailShape): Promise<{ bytes: Buffer; contentType: string }> {
    try {
      const facts = await sharp(picture, { limitInputPixels: false, animated: true }).metadata();
      const frame = facts.width * (facts.pageHeight ?? facts.height);
      if (frame > this.#pixelsMax) throw new TooManyPixels('the picture has too many pixels');
      const animated =
        shape.animated && (facts.pages ?? 1) > 1 && frame * (facts.pages ?? 1) <= this.#pixelsMax;
      const image = sharp(picture, { limitInputPixels: this.#pixelsMax, animated })
        .autoOrient()
        .resize({
          width: shape.width,
          height: shape.height,
          fit: shape.method === 'crop' ? 'cover' : 'inside',
          withoutEnlargement: true,
        });
      if (animated) return { bytes: await image.webp({ quality: 70 }).toBuffer(), contentType: 'image/webp' };
      return facts.hasAlpha
        ? { bytes: await image.png({ compressionLevel: 9 }).toBuffer(), contentType: 'image/png' }
        : { bytes: await image.jpeg({ quality: 80 }).toBuffer(), contentType: 'image/jpeg' };
    } catch (error) {
      if (error instanceof TooManyPixels) throw error;
      throw new NotAPicture('the picture cannot be read', { cause: error });
    }
  }
}
