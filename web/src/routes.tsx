import { route } from './platform/router.ts';
import { App } from './screens/app.tsx';
import { lazy } from './screens/lazy.tsx';

const Gallery = lazy(async () => (await import('./screens/gallery/gallery.tsx')).Gallery);

/** The screen of the address. The gallery of parts needs no engine; everything else depends on the session. */
export function Routes() {
  return route.value.at === 'gallery' ? <Gallery /> : <App />;
}
