import { useEffect, useRef, useState } from 'preact/hooks';
import { Header } from '../../ui/bar.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Item } from '../../ui/row.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { useMembers } from '../../models/members.ts';
import { useOpenRoom } from '../../models/open-room.ts';
import { titleWords } from '../../models/room-words.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { PersonFace, RoomFace } from '../faces.tsx';
import { focusPane } from '../page-facts.ts';
import { Files } from './files.tsx';
import { IgnoreDialog } from './ignore-dialog.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { MemberMenu } from './member-menu.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import type { Member, OpenRoom, Person, RoomSummary } from '../../matrix/door.ts';
import type { Route } from '../../paths.ts';
import type { Rectangle } from '../../ui/place.ts';

type Asking = 'ignore' | 'invite' | 'leave' | 'rename' | undefined;

/** Who is in a chat, what was sent in it, and what can be done with it; or all of its members, or all of its files. */
export function DetailsScreen({ roomId, at }: { roomId: string; at: Route['at'] }) {
  const room = useOpenRoom(roomId);
  const [asking, setAsking] = useState<Asking>();
  const people = useMembers(room);
  useFocusOnPage(at);
  const summary = room.summary.value;
  if (!summary) return null;
  return (
    <>
      <DetailsHeader roomId={roomId} at={at} />
      <div class="scroll" key={at}>
        {at === 'members' && <Members room={room} everyone={people} all />}
        {at === 'files' && <Files room={room} all />}
        {at === 'details' && (
          <>
            <About room={room} summary={summary} onAsk={setAsking} />
            <Members room={room} everyone={people} all={false} />
            <Files room={room} all={false} />
            <ul class="details-end">
              {summary.direct && <IgnoreItem person={summary.direct} onAsk={() => setAsking('ignore')} />}
              <li>
                <Item
                  danger
                  icon="leave"
                  title={say(summary.direct ? 'leave' : 'leaveGroup')}
                  onClick={() => setAsking('leave')}
                />
              </li>
            </ul>
          </>
        )}
      </div>
      {asking === 'invite' && <InviteDialog room={room} onClose={() => setAsking(undefined)} />}
      {asking === 'ignore' && summary.direct && (
        <IgnoreDialog person={summary.direct} onClose={() => setAsking(undefined)} />
      )}
      {asking === 'rename' && <RenameDialog room={room} onClose={() => setAsking(undefined)} />}
      {asking === 'leave' && <LeaveDialog summary={summary} onClose={() => setAsking(undefined)} />}
    </>
  );
}

/** The link that led from one page of the details to another is gone with its page: the keyboard goes to the top of the new one. */
function useFocusOnPage(at: Route['at']): void {
  const before = useRef(at);
  useEffect(() => {
    if (before.current !== at) focusPane('.pane-details');
    before.current = at;
  }, [at]);
}

function IgnoreItem({ person, onAsk }: { person: Person; onAsk: () => void }) {
  const { userId } = person;
  const ignored = client.people.ignored.value.has(userId);
  const hear = () => void attempt(() => client.people.setIgnored(userId, false));
  return (
    <li>
      <Item
        icon={ignored ? 'eye' : 'eye-off'}
        title={say(ignored ? 'stopIgnoring' : 'ignorePerson')}
        onClick={ignored ? hear : onAsk}
      />
    </li>
  );
}

function DetailsHeader({ roomId, at }: { roomId: string; at: Route['at'] }) {
  return (
    <Header
      raised
      small
      back={at === 'details' ? undefined : { href: paths.details(roomId), label: say('back') }}
      title={say(at === 'members' || at === 'files' ? at : 'details')}
      actions={
        <a
          class="button button-icon"
          href={paths.room(roomId)}
          aria-label={say('close')}
          title={say('close')}
        >
          <Icon name="close" />
        </a>
      }
    />
  );
}

interface AboutProps {
  readonly room: OpenRoom;
  readonly summary: RoomSummary;
  readonly onAsk: (asking: Asking) => void;
}

function About({ room, summary, onAsk }: AboutProps) {
  const { roomId } = room;
  const permissions = room.permissions.value;
  const name = titleWords(summary.title, say);
  return (
    <div class="details-about">
      <div class="details-head">
        <RoomFace room={summary} size={64} />
        <div class="grow">
          <h2 class="t-heading aligned" dir="auto">
            {name}
          </h2>
          <p class="t-small ink-3">
            {summary.direct ? <Handle text={summary.direct.userId} /> : say('group')}
          </p>
        </div>
      </div>
      {summary.topic && (
        <p class="t-small ink-2 aligned" dir="auto">
          {summary.topic}
        </p>
      )}
      <div class="details-actions">
        <button
          type="button"
          class="action-tile"
          aria-pressed={summary.muted}
          onClick={() => void attempt(() => client.rooms.setMuted(roomId, !summary.muted))}
        >
          <Icon name={summary.muted ? 'bell-off' : 'bell'} size={20} />
          {say(summary.muted ? 'unmute' : 'mute')}
        </button>
        <button
          type="button"
          class="action-tile"
          aria-pressed={summary.pinned}
          onClick={() => void attempt(() => client.rooms.setPinned(roomId, !summary.pinned))}
        >
          <Icon name="pin" size={20} />
          {say(summary.pinned ? 'unpin' : 'pin')}
        </button>
        {permissions.invite && !summary.direct && (
          <button type="button" class="action-tile" onClick={() => onAsk('invite')}>
            <Icon name="person-add" size={20} />
            {say('invite')}
          </button>
        )}
        {permissions.rename && !summary.direct && (
          <button type="button" class="action-tile" onClick={() => onAsk('rename')}>
            <Icon name="pencil" size={20} />
            {say('rename')}
          </button>
        )}
      </div>
      <p class={`t-small ${summary.encrypted ? 'ink-3' : 'ink-warn'}`}>
        {say(summary.encrypted ? 'whoCanRead' : 'everyoneCanRead')}
      </p>
    </div>
  );
}

const few = 6;

function roleWords(member: Member): string {
  if (member.membership === 'invite') return say('roleInvited');
  if (member.role === 'owner') return say('roleOwner');
  return member.role === 'moderator' ? say('roleModerator') : '';
}

interface MembersProps {
  readonly room: OpenRoom;
  readonly everyone: readonly Member[];
  readonly all: boolean;
}

function Members({ room, everyone, all }: MembersProps) {
  const [menu, setMenu] = useState<{ readonly member: Member; readonly at: Rectangle }>();
  const heading = useRef<HTMLHeadingElement>(null);
  const list = everyone.filter((one) => one.membership === 'join' || one.membership === 'invite');
  const banned = room.permissions.value.ban ? everyone.filter((one) => one.membership === 'ban') : [];
  const shown = all ? list : list.slice(0, few);
  const open = (member: Member, at: Rectangle) => setMenu({ member, at });
  return (
    <section aria-label={say('members')}>
      <h2 ref={heading} tabIndex={-1} class="details-title t-label bold">
        <span class="grow">{say('members')}</span>
        <span class="t-small ink-3">{format.value.number(list.length)}</span>
      </h2>
      <MemberRows members={shown} onMenu={open} />
      {!all && list.length > few && (
        <a class="item item-short see-all" href={paths.members(room.roomId)}>
          <b class="grow t-small">{say('seeAllMembers')}</b>
          <Icon name="forward" size={18} />
        </a>
      )}
      {banned.length > 0 && (
        <>
          <h2 class="details-title t-label bold">
            <span class="grow">{say('bannedPeople')}</span>
            <span class="t-small ink-3">{format.value.number(banned.length)}</span>
          </h2>
          <MemberRows members={banned} onMenu={open} />
        </>
      )}
      {menu && (
        <MemberMenu
          room={room}
          member={everyone.find((one) => one.userId === menu.member.userId) ?? menu.member}
          at={menu.at}
          onClose={() => setMenu(undefined)}
          onGone={() => heading.current?.focus()}
        />
      )}
    </section>
  );
}

interface MemberRowsProps {
  readonly members: readonly Member[];
  readonly onMenu: (member: Member, at: Rectangle) => void;
}

function MemberRows({ members, onMenu }: MemberRowsProps) {
  return (
    <ul>
      {members.map((member) => (
        <li key={member.userId} class="member">
          <button
            type="button"
            class="item item-short"
            aria-haspopup="menu"
            onClick={(event) => onMenu(member, event.currentTarget.getBoundingClientRect())}
          >
            <PersonFace person={member} size={32} />
            <bdi class="grow clip">{member.name}</bdi>
            <span class="t-meta ink-3">{roleWords(member)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
