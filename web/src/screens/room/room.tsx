import { useRef, useState } from 'preact/hooks';
import { ErrorState } from '../../ui/blank.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Waiting } from '../../ui/status.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { useOpenRoom } from '../../models/open-room.ts';
import { say } from '../../words/words.ts';
import { ConnectionStrip } from '../chats/connection-strip.tsx';
import { FilesDialog } from './files-dialog.tsx';
import { Invitation } from './invitation.tsx';
import { RoomComposer } from './room-composer.tsx';
import { PictureView } from './picture-view.tsx';
import { RoomHeader } from './room-header.tsx';
import { Timeline } from './timeline.tsx';
import type { About } from './about.ts';

/** One conversation. */
export function RoomScreen({ roomId, detailsOpen }: { roomId: string; detailsOpen: boolean }) {
  const summary = client.rooms.summary(roomId).value;
  if (!summary) return <UnknownRoom />;
  if (summary.membership === 'invite') return <Invitation room={summary} />;
  return <Conversation roomId={roomId} detailsOpen={detailsOpen} />;
}

function UnknownRoom() {
  if (!client.rooms.loaded.value) return <Waiting words={say('loading')} />;
  return (
    <ErrorState
      tall
      title={say('notFoundTitle')}
      detail={say('notFoundDetail')}
      actions={<ButtonLink href={paths.chats}>{say('toChats')}</ButtonLink>}
    />
  );
}

function Conversation({ roomId, detailsOpen }: { roomId: string; detailsOpen: boolean }) {
  const room = useOpenRoom(roomId);
  const [about, setAbout] = useState<About>();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [over, setOver] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const take = (next: About | undefined) => {
    setAbout(next);
    field.current?.focus();
  };
  const lastOwn = () => {
    const own = room.items.value.filter((one) => one.type === 'message' && one.own && one.canEdit);
    const item = own[own.length - 1];
    if (item?.type === 'message' && 'body' in item.content) {
      take({ is: 'edit', item, text: item.content.body ?? '' });
    }
  };
  return (
    <div
      class={`pane ${over ? 'pane-over' : ''}`}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        setFiles(Array.from(event.dataTransfer.files));
      }}
    >
      <RoomHeader room={room} detailsOpen={detailsOpen} />
      <span class="only-phone">
        <ConnectionStrip />
      </span>
      <Timeline room={room} onAbout={take} />
      <RoomComposer
        room={room}
        about={about}
        field={field}
        onDone={() => take(undefined)}
        onFiles={setFiles}
        onRecall={lastOwn}
      />
      <PictureView />
      {files.length > 0 && (
        <FilesDialog
          room={room}
          files={files}
          replyTo={about?.is === 'reply' ? about.item.eventId : undefined}
          onClose={(sent) => {
            setFiles([]);
            if (sent) setAbout(undefined);
          }}
        />
      )}
    </div>
  );
}
