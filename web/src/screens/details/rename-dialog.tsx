import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { AreaField, TextField } from '../../ui/field.tsx';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { PictureChooser } from '../you/picture-chooser.tsx';
import type { OpenRoom } from '../../matrix/door.ts';

/** Name, description and picture of a group. */
export function RenameDialog({ room, onClose }: { room: OpenRoom; onClose: () => void }) {
  const summary = room.summary.value;
  const before = summary?.title.kind === 'named' ? summary.title.text : '';
  const [name, setName] = useState(before);
  const [topic, setTopic] = useState(summary?.topic ?? '');
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const done = await attempt(async () => {
      if (name.trim() !== before && name.trim() !== '') await room.rename(name.trim());
      if (topic.trim() !== (summary?.topic ?? '')) await room.setTopic(topic.trim());
    });
    setBusy(false);
    // What could not be saved stays to be tried again.
    if (done) onClose();
  };
  return (
    <Dialog
      title={say('rename')}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button kind="primary" busy={busy} onClick={() => void save()}>
            {say('save')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <TextField label={say('groupName')} value={name} maxLength={100} onValue={setName} />
        <AreaField label={say('groupTopic')} value={topic} maxLength={500} onValue={setTopic} />
        {room.permissions.value.changePicture && (
          <PictureChooser
            hasPicture={summary?.avatar.picture !== undefined}
            onPicture={(picture) => attempt(() => room.setPicture(picture))}
          />
        )}
      </div>
    </Dialog>
  );
}
