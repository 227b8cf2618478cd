import { useLayoutEffect, useRef } from 'preact/hooks';
import { moveFocus, useFocusTrap } from './focus.ts';
import { placeBeside } from './place.ts';
import { Item } from './row.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';
import type { Rectangle } from './place.ts';

export interface MenuEntry {
  readonly label: string;
  readonly icon: IconName;
  readonly danger?: boolean;
  readonly onPick: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** Where it opens: the rectangle of the button, in the viewport. On a phone it rises from the bottom instead. */
  readonly at: Rectangle;
  readonly onClose: () => void;
  /** Decides what picking does besides the entry's own action; without it the menu closes. */
  readonly onPick?: (entry: MenuEntry) => void;
  /** Above the entries, such as reactions. */
  readonly children?: ComponentChildren;
}

/** A short list of things to do with one thing. */
export function Menu({ label, entries, at, onClose, onPick, children }: MenuProps) {
  const panel = useRef<HTMLDivElement>(null);
  useFocusTrap(panel, onClose);
  useLayoutEffect(() => {
    const element = panel.current;
    if (!element) return;
    const view = {
      width: document.documentElement.clientWidth,
      height: document.documentElement.clientHeight,
    };
    const size = { width: element.offsetWidth, height: element.offsetHeight };
    const place = placeBeside(at, size, view, getComputedStyle(element).direction === 'rtl');
    element.style.top = `${place.top}px`;
    element.style.left = `${place.left}px`;
  }, [at]);
  return (
    <>
      <div class="menu-ground" onClick={onClose} onContextMenu={(event) => event.preventDefault()} />
      <div
        ref={panel}
        class="menu"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={(event) =>
          moveFocus(event, Array.from(event.currentTarget.querySelectorAll<HTMLElement>('button')))
        }
      >
        {children}
        {entries.map((entry) => (
          <Item
            key={entry.label}
            role="menuitem"
            icon={entry.icon}
            title={entry.label}
            danger={entry.danger}
            onClick={() => {
              if (onPick) onPick(entry);
              else onClose();
              entry.onPick();
            }}
          />
        ))}
      </div>
    </>
  );
}
