import { useRef, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { say } from '../../words/words.ts';

const side = 512;

/** The middle square of a picture as a JPEG of 512 pixels: a face needs no more. */
async function square(file: File): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const edge = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.min(side, edge);
  canvas
    .getContext('2d')
    ?.drawImage(
      bitmap,
      (bitmap.width - edge) / 2,
      (bitmap.height - edge) / 2,
      edge,
      edge,
      0,
      0,
      canvas.width,
      canvas.height,
    );
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))),
      'image/jpeg',
      0.82,
    );
  });
}

interface PictureChooserProps {
  readonly hasPicture: boolean;
  readonly onPicture: (picture: Blob | undefined) => Promise<unknown>;
}

/** Chooses a face from the device's pictures, or goes back to the star. */
export function PictureChooser({ hasPicture, onPicture }: PictureChooserProps) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const set = async (picture: () => Promise<Blob | undefined>) => {
    setBusy(true);
    try {
      await onPicture(await picture());
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="row-line">
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-hidden="true"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) void set(() => square(file));
        }}
      />
      <Button kind="quiet" icon="image" busy={busy} onClick={() => input.current?.click()}>
        {say('changePicture')}
      </Button>
      {hasPicture && (
        <Button kind="text" disabled={busy} onClick={() => void set(() => Promise.resolve(undefined))}>
          {say('removePicture')}
        </Button>
      )}
    </div>
  );
}
