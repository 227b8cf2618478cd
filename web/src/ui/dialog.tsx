import { useId, useRef } from 'preact/hooks';
import { useFocusTrap } from './focus.ts';
import type { ComponentChildren } from 'preact';

export interface DialogProps {
  /** The title asks, the buttons answer. */
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly buttons: ComponentChildren;
  readonly onClose: () => void;
  readonly wide?: boolean;
}

/** A question in the middle of the screen. Esc and a press outside close it. */
export function Dialog({ title, children, buttons, onClose, wide }: DialogProps) {
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();
  useFocusTrap(panel, onClose);
  return (
    <div
      class="veil"
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div
        ref={panel}
        class={`dialog ${wide ? 'dialog-wide' : ''}`}
        role="dialog"
        aria-modal="true"
        aria-labelledby={id}
        tabIndex={-1}
      >
        <DialogInside id={id} title={title} buttons={buttons}>
          {children}
        </DialogInside>
      </div>
    </div>
  );
}

/** Title, words and buttons of a dialog; alone only in the gallery. */
export function DialogInside(props: {
  id: string;
  title: string;
  children?: ComponentChildren;
  buttons: ComponentChildren;
}) {
  return (
    <>
      <h2 id={props.id} class="t-title">
        {props.title}
      </h2>
      <div class="ink-2 dialog-words">{props.children}</div>
      <div class="dialog-buttons">{props.buttons}</div>
    </>
  );
}
