import { useState } from 'preact/hooks';
import { Header } from '../../ui/bar.tsx';
import { Button } from '../../ui/button.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { titleWords } from '../../models/room-words.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';
import type { RoomSummary } from '../../matrix/door.ts';

/** An invitation: who asks, to what, and two answers. */
export function Invitation({ room }: { room: RoomSummary }) {
  const [busy, setBusy] = useState(false);
  const by = room.invitation?.by;
  const name = titleWords(room.title, say);
  const answer = async (action: () => Promise<void>, after?: () => void) => {
    setBusy(true);
    const done = await attempt(action);
    setBusy(false);
    if (done) after?.();
  };
  return (
    <div class="pane">
      <Header
        raised
        back={{ href: paths.chats, label: say('toChats') }}
        backOnlyNarrow
        title={say('invitation')}
      />
      <div class="blank blank-tall">
        <RoomFace room={room} size={96} />
        <h2 class="t-title">
          {room.direct && by
            ? say('invitationDirect', { name: by.name })
            : say('invitationTitle', { room: name })}
        </h2>
        {by && (
          <p class="ink-2">
            {!room.direct && (
              <>
                {say('invitationDetail', { name: by.name })}
                <br />
              </>
            )}
            <bdi dir="ltr" class="t-small ink-3">
              {by.userId}
            </bdi>
          </p>
        )}
        <div class="blank-actions">
          <Button
            kind="primary"
            busy={busy}
            onClick={() => void answer(() => client.rooms.accept(room.roomId))}
          >
            {say('accept')}
          </Button>
          <Button
            kind="quiet"
            disabled={busy}
            onClick={() =>
              void answer(
                () => client.rooms.refuse(room.roomId),
                () => navigate(paths.chats),
              )
            }
          >
            {say('refuse')}
          </Button>
        </div>
      </div>
    </div>
  );
}
