import { render } from 'preact';
import { startRouter } from './platform/router.ts';
import { applyTheme } from './platform/theme.ts';
import { speakAsTheBrowser } from './words/words.ts';
import { Routes } from './routes.tsx';

async function start(): Promise<void> {
  applyTheme();
  startRouter();
  await speakAsTheBrowser();
  const root = document.getElementById('app');
  if (!root) throw new Error('The page has no #app.');
  root.replaceChildren();
  render(<Routes />, root);
}

void start();
