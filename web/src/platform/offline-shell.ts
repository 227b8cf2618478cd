function register(): void {
  // A browser that refuses (private windows) only loses opening offline.
  install().catch(() => undefined);
}

/** Installs the service worker once the page has nothing more urgent to load. */
export function keepShellOffline(): void {
  if (!('serviceWorker' in navigator) || location.pathname === '/gallery') return;
  if ('requestIdleCallback' in globalThis) requestIdleCallback(register, { timeout: 5000 });
  else setTimeout(register, 2000);
}

async function install(): Promise<void> {
  await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance
    .getEntriesByType('resource')
    .map((entry) => new URL(entry.name).pathname)
    .filter((path) => /^\/assets\/[\w-]+\.(js|css)$/.test(path));
  active?.postMessage(loaded);
}
