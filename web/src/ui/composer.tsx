import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from './button.tsx';
import { Icon } from './icons.tsx';
import type { ComponentChildren, RefObject } from 'preact';

export interface ComposerProps {
  readonly value: string;
  readonly placeholder: string;
  readonly onValue: (value: string) => void;
  readonly onSend: () => void;
  readonly onCancel?: (() => void) | undefined;
  /** ArrowUp in an empty field: edit the last own message. */
  readonly onRecall?: (() => void) | undefined;
  readonly onFiles: (files: readonly File[]) => void;
  readonly words: { readonly attach: string; readonly send: string };
  /** A quote of what is answered or edited. */
  readonly above?: ComponentChildren;
  /** Shown in place of "send" while the field is empty, such as the microphone. */
  readonly idle?: ComponentChildren;
  readonly field?: RefObject<HTMLTextAreaElement | null>;
  /** Enter sends with a keyboard; on a touch screen it makes a new line. */
  readonly enterSends: boolean;
}

/** Where one writes: grows to six lines, takes pasted and chosen files. */
export function Composer(props: ComposerProps) {
  const own = useRef<HTMLTextAreaElement>(null);
  const field = props.field ?? own;
  const picker = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [props.value, field]);
  const take = (list: FileList | null | undefined) => {
    if (list && list.length > 0) props.onFiles(Array.from(list));
  };
  return (
    <div class="composer-bar">
      {props.above}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          props.onSend();
        }}
      >
        <IconButton icon="plus" label={props.words.attach} onClick={() => picker.current?.click()} />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            take(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
        <div class="composer-field">
          <textarea
            ref={field}
            class="composer-text"
            rows={1}
            dir={props.value === '' ? undefined : 'auto'}
            value={props.value}
            placeholder={props.placeholder}
            aria-label={props.placeholder}
            maxLength={20_000}
            enterkeyhint={props.enterSends ? 'send' : 'enter'}
            onInput={(event) => props.onValue(event.currentTarget.value)}
            onKeyDown={(event) => onKey(event, props)}
            onPaste={(event) => {
              if (!event.clipboardData?.files.length) return;
              event.preventDefault();
              take(event.clipboardData.files);
            }}
          />
        </div>
        {props.value.trim() === '' && props.idle ? props.idle : <SendButton {...props} />}
      </form>
    </div>
  );
}

function SendButton({ value, words }: Pick<ComposerProps, 'value' | 'words'>) {
  return (
    <button
      type="submit"
      class="button button-icon ink-accent"
      aria-label={words.send}
      title={words.send}
      disabled={value.trim() === ''}
    >
      <Icon name="send" />
    </button>
  );
}

/** Enter sends, Esc gives an answer or edit up, ArrowUp in an empty field recalls the last own message. */
function onKey(event: KeyboardEvent, props: ComposerProps): void {
  if (event.isComposing) return;
  if (event.key === 'Enter' && !event.shiftKey && props.enterSends) {
    event.preventDefault();
    props.onSend();
  } else if (event.key === 'Escape' && props.onCancel) {
    event.stopPropagation();
    props.onCancel();
  } else if (event.key === 'ArrowUp' && !event.altKey && props.value === '' && props.onRecall) {
    event.preventDefault();
    props.onRecall();
  }
}
