import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
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

async function copy(address: string): Promise<void> {
  await navigator.clipboard.writeText(address);
  tell(say('linkCopied'));
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
  const address = made === undefined || made === 'making' ? undefined : made.address;
  return (
    <Dialog
      title={say(address === undefined ? 'startIn' : 'linkReady')}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say(address === undefined ? 'cancel' : 'done')}
          </Button>
          {address !== undefined && (
            <Button kind="primary" icon="copy" onClick={() => void attempt(() => copy(address))}>
              {say('copyLink')}
            </Button>
          )}
        </>
      }
    >
      {made === 'making' && <Waiting words={say('loading')} />}
      {address !== undefined && (
        <div class="stack">
          <p>{say('linkDetail')}</p>
          <p>
            <bdi dir="ltr" class="code">
              {address}
            </bdi>
          </p>
        </div>
      )}
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
