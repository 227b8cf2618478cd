import { useEffect, useRef } from 'preact/hooks';
import { client } from '../models/client.ts';
import { titleWords } from '../models/room-words.ts';
import { format, say } from '../words/words.ts';
import type { Route } from '../paths.ts';

/** Does something when the browser has nothing more urgent. Answers how to call it off. */
export function afterFirstPaint(action: () => void): () => void {
  const timer = setTimeout(action, 400);
  return () => clearTimeout(timer);
}

/** The title of the tab: what is open, and how much is unread. */
export function useTitle(here: Route): void {
  const room = 'roomId' in here ? client.rooms.summary(here.roomId).value : undefined;
  const unread = client.rooms.unread.value;
  const name = room ? titleWords(room.title, say) : '';
  const count = unread > 0 ? `(${format.value.badge(unread)}) ` : '';
  const title = `${count}${name === '' ? '' : `${name} · `}${say('appName')}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Puts the keyboard at the beginning of a pane. */
export function focusPane(selector: string): void {
  const pane =
    document.querySelector<HTMLElement>(`${selector} h1`) ?? document.querySelector<HTMLElement>(selector);
  if (!pane) return;
  pane.tabIndex = -1;
  pane.focus({ preventScroll: true });
}

/**
 * On a phone a link changes the whole screen: the keyboard, and with it the screen reader, goes to the top of the new
 * one. On wider screens it stays where it is, beside what it opened.
 */
export function useFocusOnPane(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    if (!matchMedia('(max-width: 599px)').matches) return;
    for (const place of ['list', 'main', 'details']) {
      if (document.querySelector(`.at-${place}`)) focusPane(`.pane-${place}`);
    }
  }, [path]);
}
