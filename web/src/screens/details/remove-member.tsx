import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { Member, OpenRoom } from '../../matrix/door.ts';

interface RemoveMemberProps {
  readonly room: OpenRoom;
  readonly member: Member;
  readonly how: 'remove' | 'ban';
  readonly onClose: () => void;
  readonly onGone: () => void;
}

/** Asks before somebody is put out of a group, for now or until they are unblocked. */
export function RemoveMember({ room, member, how, onClose, onGone }: RemoveMemberProps) {
  const { userId, name } = member;
  const ban = how === 'ban';
  const act = async () => {
    onClose();
    if (await attempt(() => (ban ? room.ban(userId) : room.kick(userId)))) onGone();
  };
  return (
    <Dialog
      title={say(ban ? 'banMemberQuestion' : 'removeMemberQuestion', { name })}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button kind="leave" onClick={() => void act()}>
            {say(ban ? 'ban' : 'remove')}
          </Button>
        </>
      }
    >
      {say(ban ? 'banMemberDetail' : 'removeMemberDetail')}
    </Dialog>
  );
}
