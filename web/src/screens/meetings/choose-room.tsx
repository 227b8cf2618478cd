import { useState } from 'preact/hooks';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Item } from '../../ui/row.tsx';
import { Waiting } from '../../ui/status.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { loadCalls } from '../../models/current-call.ts';
import { titleWords } from '../../models/room-words.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';
import type { RoomSummary } from '../../matrix/door.ts';

interface ChooseRoomProps {
  readonly rooms: readonly RoomSummary[];
  readonly purpose: 'start' | 'link';
  readonly onClose: () => void;
}

/** A meeting belongs to a chat: in which one to meet, or for which one to make a link. */
export function ChooseRoom({ rooms, purpose, onClose }: ChooseRoomProps) {
  const [made, setMade] = useState<'making' | { readonly address: string }>();
  const pick = async (roomId: string) => {
    if (purpose === 'start') {
      onClose();
      navigate(paths.meeting(roomId));
      return;
    }
    setMade('making');
    const done = await attempt(async () =>
      setMade({ address: await (await loadCalls()).createLink(roomId) }),
    );
    if (!done) setMade(undefined);
  };
  return (
    <Dialog
      title={say(made && made !== 'making' ? 'linkReady' : 'startIn')}
      onClose={onClose}
      buttons={
        <Button kind="quiet" onClick={onClose}>
          {say(made && made !== 'making' ? 'done' : 'cancel')}
        </Button>
      }
    >
      {made === 'making' && <Waiting words={say('loading')} />}
      {made && made !== 'making' && <Ready address={made.address} />}
      {!made && (
        <ul class="dialog-list">
          {rooms.map((room) => (
            <li key={room.roomId}>
              <Item
                start={<RoomFace room={room} size={40} />}
                title={<bdi>{titleWords(room.title, say)}</bdi>}
                onClick={() => void pick(room.roomId)}
              />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function Ready({ address }: { address: string }) {
  return (
    <div class="stack">
      <p>{say('linkDetail')}</p>
      <p class="row-line">
        <bdi dir="ltr" class="code grow">
          {address}
        </bdi>
        <IconButton
          icon="copy"
          label={say('copyLink')}
          onClick={() =>
            void attempt(async () => {
              await navigator.clipboard.writeText(address);
              tell(say('linkCopied'));
            })
          }
        />
      </p>
    </div>
  );
}
