import { useRef, useState } from 'preact/hooks';
import { IconButton } from '../../ui/button.tsx';
import { useOpenRoom } from '../../models/open-room.ts';
import { say } from '../../words/words.ts';
import { FilesDialog } from '../room/files-dialog.tsx';
import { PictureView } from '../room/picture-view.tsx';
import { RoomComposer } from '../room/room-composer.tsx';
import { Timeline } from '../room/timeline.tsx';
import type { About } from '../room/about.ts';

/** The room's own timeline beside its meeting. */
export function ChatPanel({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const room = useOpenRoom(roomId);
  const [about, setAbout] = useState<About>();
  const [files, setFiles] = useState<readonly File[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <aside class="side" aria-label={say('chat')}>
      <header class="header">
        <h2 class="header-words t-heading">{say('chat')}</h2>
        <IconButton icon="close" label={say('close')} onClick={onClose} />
      </header>
      <Timeline room={room} onAbout={setAbout} />
      <RoomComposer
        room={room}
        about={about}
        field={field}
        onDone={() => setAbout(undefined)}
        onFiles={setFiles}
        onRecall={() => undefined}
      />
      {files.length > 0 && (
        <FilesDialog room={room} files={files} replyTo={undefined} onClose={() => setFiles([])} />
      )}
      <PictureView />
    </aside>
  );
}
