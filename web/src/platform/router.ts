import { computed, signal } from '@preact/signals';
import { routeOf } from '../paths.ts';

const path = signal(location.pathname);

/** Where the app is. */
export const route = computed(() => routeOf(path.value));

/** The path as it is, for keys and comparisons. */
export const currentPath = computed(() => path.value);

/** Goes to a path of the app. `replace` leaves no step back. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (to === location.pathname + location.search + location.hash) return;
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  path.value = location.pathname;
}

/** One step back, or to `otherwise` when the app was opened here. */
export function goBack(otherwise: string): void {
  if (history.length > 1 && document.referrer === '' && history.state !== null) history.back();
  else navigate(otherwise, { replace: true });
}

/** Follows the browser's back and forward, and makes plain links of this origin change the screen. Call once. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    path.value = location.pathname;
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (routeOf(link.pathname).at === 'nowhere') return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}
