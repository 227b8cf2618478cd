import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { titleWords } from '../../models/room-words.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { RoomSummary } from '../../matrix/door.ts';

/** Asks before leaving. */
export function LeaveDialog({ summary, onClose }: { summary: RoomSummary; onClose: () => void }) {
  const leave = async () => {
    onClose();
    if (await attempt(() => client.rooms.leave(summary.roomId))) navigate(paths.chats, { replace: true });
  };
  return (
    <Dialog
      title={say('leaveQuestion')}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('stay')}
          </Button>
          <Button kind="leave" onClick={() => void leave()}>
            {say('leave')}
          </Button>
        </>
      }
    >
      {say('leaveDetail', { room: titleWords(summary.title, say) })}
    </Dialog>
  );
}
