import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { Member, OpenRoom } from '../../matrix/door.ts';
import type { MenuEntry } from '../../ui/menu.tsx';
import type { Rectangle } from '../../ui/place.ts';

interface MemberMenuProps {
  readonly room: OpenRoom;
  readonly member: Member;
  readonly at: Rectangle;
  readonly onClose: () => void;
}

/** What can be done about one member. */
export function MemberMenu({ room, member, at, onClose }: MemberMenuProps) {
  const [removing, setRemoving] = useState(false);
  const { userId } = member;
  const own = client.session.value?.userId === userId;
  const permissions = room.permissions.value;
  const ownPower = room.members.value.find((one) => one.userId === client.session.value?.userId)?.power ?? 0;
  const below = !own && member.power < ownPower;
  const entries: MenuEntry[] = [];
  if (!own) {
    entries.push({
      label: say('chatWith'),
      icon: 'chat',
      onPick: () => void attempt(async () => navigate(paths.room(await client.rooms.startDirect(userId)))),
    });
    entries.push({
      label: say('verifyPerson'),
      icon: 'shield',
      onPick: () => void attempt(() => client.encryption.verification.startWithPerson(userId)),
    });
  }
  if (permissions.changeRoles && below) {
    const moderator = member.role === 'moderator';
    entries.push({
      label: say(moderator ? 'makeMember' : 'makeModerator'),
      icon: 'person',
      onPick: () => void attempt(() => room.setRole(userId, moderator ? 0 : 50)),
    });
  }
  const remove: MenuEntry = {
    label: say('removeMember'),
    icon: 'leave',
    danger: true,
    onPick: () => setRemoving(true),
  };
  if (permissions.kick && below) entries.push(remove);
  if (removing) return <RemoveMember room={room} member={member} onClose={onClose} />;
  return (
    <Menu
      label={member.name}
      at={at}
      entries={entries}
      onClose={onClose}
      onPick={(entry) => {
        if (entry !== remove) onClose();
      }}
    >
      <p class="menu-head">
        <bdi class="bold">{member.name}</bdi>
        <br />
        <bdi dir="ltr" class="t-meta ink-3">
          {userId}
        </bdi>
      </p>
    </Menu>
  );
}

function RemoveMember({ room, member, onClose }: { room: OpenRoom; member: Member; onClose: () => void }) {
  return (
    <Dialog
      title={say('removeMemberQuestion', { name: member.name })}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button
            kind="leave"
            onClick={() => {
              onClose();
              void attempt(() => room.kick(member.userId));
            }}
          >
            {say('remove')}
          </Button>
        </>
      }
    >
      {say('removeMemberDetail')}
    </Dialog>
  );
}
