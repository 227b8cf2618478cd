import { useState } from 'preact/hooks';
import { Menu } from '../../ui/menu.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { mayActOn } from '../../models/moderation.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { IgnoreDialog } from './ignore-dialog.tsx';
import { RemoveMember } from './remove-member.tsx';
import { RoleDialog } from './role-dialog.tsx';
import type { Member, OpenRoom } from '../../matrix/door.ts';
import type { MenuEntry } from '../../ui/menu.tsx';
import type { Rectangle } from '../../ui/place.ts';

interface MemberMenuProps {
  readonly room: OpenRoom;
  readonly member: Member;
  readonly at: Rectangle;
  readonly onClose: () => void;
  /** After something was done that may take the member's row away. */
  readonly onGone: () => void;
}

type Asking = 'ignore' | 'role' | 'remove' | 'ban' | undefined;

/** What can be done about one member; the rest is not shown. */
export function MemberMenu({ room, member, at, onClose, onGone }: MemberMenuProps) {
  const [asking, setAsking] = useState<Asking>();
  const { userId } = member;
  const own = client.session.value?.userId;
  const may = mayActOn(member, room.members.value, own, room.permissions.value);
  const asks = new Set<MenuEntry>();
  const ask = (entry: Omit<MenuEntry, 'onPick'>, question: Asking) => {
    const whole = { ...entry, onPick: () => setAsking(question) };
    asks.add(whole);
    return whole;
  };
  const entries: MenuEntry[] = [];
  if (own !== userId) {
    entries.push({
      label: say('chatWith'),
      icon: 'chat',
      onPick: () => void attempt(async () => navigate(paths.room(await client.rooms.startDirect(userId)))),
    });
    if (member.membership !== 'ban') {
      entries.push({
        label: say('verifyPerson'),
        icon: 'shield',
        onPick: () => void attempt(() => client.encryption.verification.startWithPerson(userId)),
      });
    }
    if (client.people.ignored.value.has(userId)) {
      entries.push({
        label: say('stopIgnoring'),
        icon: 'eye',
        onPick: () => void attempt(() => client.people.setIgnored(userId, false)),
      });
    } else entries.push(ask({ label: say('ignorePerson'), icon: 'eye-off' }, 'ignore'));
  }
  if (may.roles.length > 1) entries.push(ask({ label: say('changeRole'), icon: 'person' }, 'role'));
  if (may.unban) {
    const unban = async () => {
      if (!(await attempt(() => room.unban(userId)))) return;
      tell(say('unbanned'));
      onGone();
    };
    entries.push({ label: say('unban'), icon: 'check', onPick: () => void unban() });
  }
  if (may.remove) {
    const label = say(member.membership === 'invite' ? 'withdrawInvitation' : 'removeMember');
    entries.push(ask({ label, icon: 'leave', danger: true }, 'remove'));
  }
  if (may.ban) entries.push(ask({ label: say('banMember'), icon: 'close', danger: true }, 'ban'));
  if (asking === 'role') {
    return <RoleDialog room={room} member={member} roles={may.roles} onClose={onClose} />;
  }
  if (asking === 'ignore') return <IgnoreDialog person={member} onClose={onClose} />;
  if (asking) {
    return <RemoveMember room={room} member={member} how={asking} onClose={onClose} onGone={onGone} />;
  }
  return (
    <Menu
      label={member.name}
      at={at}
      entries={entries}
      onClose={onClose}
      onPick={(entry) => {
        if (!asks.has(entry)) onClose();
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
