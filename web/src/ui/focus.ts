import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';

const focusable =
  'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),[tabindex="0"]';

/**
 * Keeps the keyboard inside an element while it is shown: Tab goes round, Esc calls `onClose`, and when it goes the
 * focus returns to where it was, unless what was picked has put it elsewhere. The first `[data-first]` or else the first control gets the focus.
 */
export function useFocusTrap(element: RefObject<HTMLElement | null>, onClose: () => void): void {
  const close = useRef(onClose);
  close.current = onClose;
  // Before it is drawn: a key pressed right after must not go to what is under it.
  useLayoutEffect(() => {
    const root = element.current;
    if (!root) return undefined;
    const before = document.activeElement;
    const controls = () => Array.from(root.querySelectorAll<HTMLElement>(focusable)).filter(reachedByTab);
    (root.querySelector<HTMLElement>('[data-first]') ?? controls()[0] ?? root).focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        close.current();
      }
      if (event.key === 'Tab') goRound(event, controls());
    };
    root.addEventListener('keydown', onKey);
    return () => {
      root.removeEventListener('keydown', onKey);
      const now = document.activeElement;
      const left = now === null || now === document.body || root.contains(now);
      if (left && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [element]);
}

/** Of radio buttons that belong together Tab reaches only the chosen one. */
function reachedByTab(control: HTMLElement, _at: number, all: readonly HTMLElement[]): boolean {
  if (!(control instanceof HTMLInputElement) || control.type !== 'radio' || control.checked) return true;
  return !all.some(
    (other) =>
      other instanceof HTMLInputElement &&
      other.type === 'radio' &&
      other.checked &&
      other.name === control.name,
  );
}

function goRound(event: KeyboardEvent, controls: readonly HTMLElement[]): void {
  const first = controls[0];
  const last = controls[controls.length - 1];
  if (!first || !last) return;
  if (event.shiftKey && document.activeElement === first) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first.focus();
  }
}

/** Up and Down move the focus among an element's items, Home and End to its ends. */
export function moveFocus(event: KeyboardEvent, items: readonly HTMLElement[]): void {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const target =
    event.key === 'ArrowDown'
      ? items[(at + 1) % items.length]
      : event.key === 'ArrowUp'
        ? items[(at - 1 + items.length) % items.length]
        : event.key === 'Home'
          ? items[0]
          : event.key === 'End'
            ? items[items.length - 1]
            : undefined;
  if (!target) return;
  event.preventDefault();
  target.focus();
}
