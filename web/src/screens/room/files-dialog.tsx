import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Switch } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FileName } from '../../ui/attachment.tsx';
import { Item } from '../../ui/row.tsx';
import { client } from '../../models/client.ts';
import { canShrink, shrink, shrunkName } from '../../models/shrink.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import type { OpenRoom } from '../../matrix/door.ts';

interface FilesDialogProps {
  readonly room: OpenRoom;
  readonly files: readonly File[];
  readonly replyTo: string | undefined;
  readonly onClose: (sent: boolean) => void;
}

function total(files: readonly Blob[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

/** The files as they are when pictures are made smaller; undefined until that is done. */
function useShrunk(files: readonly File[]): readonly Blob[] | undefined {
  const [shrunk, setShrunk] = useState<readonly Blob[]>();
  useEffect(() => {
    let gone = false;
    const show = (made: readonly Blob[]) => {
      if (!gone) setShrunk(made);
    };
    void Promise.all(files.map(shrink)).then(show, () => show(files));
    return () => {
      gone = true;
    };
  }, [files]);
  return shrunk;
}

/** Asks before files go: how much they cost, and whether pictures may be smaller. */
export function FilesDialog({ room, files, replyTo, onClose }: FilesDialogProps) {
  const [caption, setCaption] = useState('');
  const [small, setSmall] = useState(true);
  const shrunk = useShrunk(files);
  const shrinkable = files.some(canShrink);
  const send = async () => {
    const limit = await client.media.uploadLimit();
    const chosen = small && shrunk ? shrunk : files;
    if (limit !== undefined && chosen.some((blob) => blob.size > limit)) {
      tell(say('tooLarge'), { failed: true });
      return;
    }
    onClose(true);
    for (const [index, blob] of chosen.entries()) {
      const name = shrunkName(files[index]?.name ?? 'file', blob);
      const text = index === 0 ? caption.trim() : '';
      await room.sendFile({
        blob,
        name,
        ...(text === '' ? {} : { caption: text }),
        ...(index === 0 && replyTo !== undefined ? { replyTo } : {}),
      });
    }
  };
  const cost = total(small && shrunk ? shrunk : files);
  return (
    <Dialog
      title={say('filesToSend', { count: files.length })}
      onClose={() => onClose(false)}
      buttons={
        <>
          <Button kind="quiet" onClick={() => onClose(false)}>
            {say('cancel')}
          </Button>
          <Button kind="primary" busy={!shrunk} onClick={() => void attempt(send)}>
            {say('send')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <ul class="files-list">
          {files.slice(0, 8).map((file, at) => (
            <li key={at}>
              <FileName name={file.name} />
            </li>
          ))}
        </ul>
        <p class="t-small">{say('fileCost', { size: format.value.size(cost) })}</p>
        {shrinkable && shrunk && total(shrunk) < total(files) && (
          <Item
            short
            icon="leaf"
            title={say('sendSmaller')}
            detail={say('sendSmallerDetail', {
              size: format.value.size(total(shrunk)),
              full: format.value.size(total(files)),
            })}
            end={<Switch label={say('sendSmaller')} checked={small} onChecked={setSmall} />}
          />
        )}
        <TextField label={say('caption')} value={caption} maxLength={2000} onValue={setCaption} />
      </div>
    </Dialog>
  );
}
