import { client } from './client.ts';
import { letterKeys } from '../platform/theme.ts';
import { navigate, route } from '../platform/router.ts';
import { paths } from '../paths.ts';

/** Puts the keyboard into the search of the chat list; set by the list while it is shown. */
export const search: { focus: (() => void) | undefined } = { focus: undefined };

/** Whether a key belongs to a field. */
export function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && event.key.toLowerCase() === 'k') take(event, goToSearch);
  else if (event.altKey && event.key === 'ArrowUp') take(event, () => neighbour(-1));
  else if (event.altKey && event.key === 'ArrowDown') take(event, () => neighbour(1));
  else if (event.key === 'Escape' && !inField(event.target)) stepOut();
  else if (event.key === '/' && letterKeys.value && !command && !inField(event.target))
    take(event, goToSearch);
}

/** The keys that act everywhere: / search, Ctrl+K go to, Alt+↑↓ chats, Esc one step out. Answers how to stop. */
export function listenForKeys(): () => void {
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function take(event: KeyboardEvent, action: () => void): void {
  event.preventDefault();
  action();
}

function goToSearch(): void {
  if (!search.focus) navigate(paths.chats);
  // The list may be drawn only after this step.
  setTimeout(() => search.focus?.());
}

function neighbour(step: 1 | -1): void {
  const rooms = client.rooms.all.value;
  const here = route.value;
  const at = 'roomId' in here ? rooms.findIndex((room) => room.roomId === here.roomId) : -1;
  const next = rooms[at < 0 ? 0 : at + step];
  if (next) navigate(paths.room(next.roomId));
}

function stepOut(): void {
  const here = route.value;
  if (here.at === 'details') navigate(paths.room(here.roomId));
  else if (here.at === 'members' || here.at === 'files') navigate(paths.details(here.roomId));
  else if (here.at === 'new' || here.at === 'newGroup' || here.at === 'room') navigate(paths.chats);
}
