import { render } from 'preact';
import { client } from './models/client.ts';
import { tellFaults } from './models/toasts.ts';
import { startRouter } from './platform/router.ts';
import { applyTheme } from './platform/theme.ts';
import { keepShellOffline } from './platform/offline-shell.ts';
import { speakAsTheBrowser } from './words/words.ts';
import { Routes } from './routes.tsx';

async function start(): Promise<void> {
  applyTheme();
  startRouter();
  // The saved session is read while the words arrive.
  const [, started] = await Promise.allSettled([speakAsTheBrowser(), client.start()]);
  const root = document.getElementById('app');
  if (!root) throw new Error('The page has no #app.');
  root.replaceChildren();
  render(<Routes />, root);
  keepShellOffline();
  tellFaults(client.fault);
  if (started.status === 'rejected') throw started.reason;
}

void start();
