import { useId, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { RadioRow } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { rolePower } from '../../models/moderation.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { Member, OpenRoom } from '../../matrix/door.ts';
import type { Role } from '../../models/moderation.ts';
import type { WordKey } from '../../words/catalogue.ts';

const roleWords = {
  member: ['roleMember', 'roleMemberDetail'],
  moderator: ['roleModerator', 'roleModeratorDetail'],
  owner: ['roleOwner', 'roleOwnerDetail'],
} as const satisfies Record<Role, readonly [name: WordKey, detail: WordKey]>;

interface RoleDialogProps {
  readonly room: OpenRoom;
  readonly member: Member;
  /** Those that may be given. */
  readonly roles: readonly Role[];
  readonly onClose: () => void;
}

/** Gives a member a role, with what each may do. */
export function RoleDialog({ room, member, roles, onClose }: RoleDialogProps) {
  const [role, setRole] = useState(member.role);
  const [busy, setBusy] = useState(false);
  const group = useId();
  const save = async () => {
    setBusy(true);
    const done = role === member.role || (await attempt(() => room.setRole(member.userId, rolePower[role])));
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog
      title={say('roleOf', { name: member.name })}
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
      <div role="radiogroup" aria-label={say('roleOf', { name: member.name })}>
        {roles.map((one) => {
          const [name, detail] = roleWords[one];
          return (
            <RadioRow
              key={one}
              group={group}
              title={say(name)}
              detail={say(detail)}
              checked={one === role}
              onChecked={() => setRole(one)}
            />
          );
        })}
      </div>
    </Dialog>
  );
}
