import { route } from './platform/router.ts';
import { lazy } from './screens/lazy.tsx';

const Gallery = lazy(async () => (await import('./screens/gallery/gallery.tsx')).Gallery);

/** The screen of the address. */
export function Routes() {
  const here = route.value;
  if (here.at === 'gallery') return <Gallery />;
  return null;
}
