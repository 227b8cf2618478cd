import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { IconButton } from '../../ui/button.tsx';
import { useFocusTrap } from '../../ui/focus.ts';
import { say } from '../../words/words.ts';

interface Shown {
  readonly url: string;
  readonly name: string;
  readonly video: boolean;
}

const shown = signal<Shown | undefined>(undefined);

/** Shows one picture or video over everything. */
export function showPicture(picture: Shown): void {
  shown.value = picture;
}

/** Where a picture is shown large; Esc or a press beside it closes it. */
export function PictureView() {
  return shown.value ? <Large picture={shown.value} /> : null;
}

function close(): void {
  shown.value = undefined;
}

function Large({ picture }: { picture: Shown }) {
  const panel = useRef<HTMLDivElement>(null);
  useFocusTrap(panel, close);
  return (
    <div
      ref={panel}
      class="large"
      data-theme="dark"
      role="dialog"
      aria-modal="true"
      aria-label={picture.name}
    >
      <div class="large-bar">
        <IconButton icon="close" label={say('close')} onClick={close} />
        <a
          class="button button-icon"
          href={picture.url}
          download={picture.name}
          aria-label={say('save')}
          title={say('save')}
        >
          <bdi dir="ltr" class="clip large-name">
            {picture.name}
          </bdi>
        </a>
      </div>
      <div class="large-ground" onClick={(event) => event.target === event.currentTarget && close()}>
        {picture.video ? (
          <video src={picture.url} controls autoPlay />
        ) : (
          <img src={picture.url} alt={picture.name} />
        )}
      </div>
    </div>
  );
}
