import { tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { showPicture } from './picture-view.tsx';
import type { MessageContent } from '../../matrix/door.ts';
import type { FileView } from '../../models/pictures.ts';

/** The object URL of a file, fetched when this device does not have it; undefined, and said so, when it does not arrive. */
export async function bring(view: FileView): Promise<string | undefined> {
  const url = view.url ?? (await view.load());
  if (url === undefined) tell(say('downloadFailed'), { failed: true });
  return url;
}

/**
 * Shows a picture or a video large. Any other file is handed to the browser's downloads and never opened in this page: it may be
 * anything.
 */
export function openFile(kind: MessageContent['kind'], url: string, name: string): void {
  if (kind === 'image' || kind === 'video') {
    showPicture({ url, name, video: kind === 'video' });
    return;
  }
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
