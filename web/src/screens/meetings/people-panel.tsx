import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { client } from '../../models/client.ts';
import { useLasting } from '../../models/lasting.ts';
import { useMembers } from '../../models/members.ts';
import { mayModerateCall } from '../../models/moderation.ts';
import { useOpenRoom } from '../../models/open-room.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { OpenLinks } from './open-links.tsx';
import { RemovePerson } from './remove-person.tsx';
import { CallFace } from './stage.tsx';
import type { ComponentChildren } from 'preact';
import type { MenuEntry } from '../../ui/menu.tsx';
import type { Call, CallPerson, LobbyRequest } from '../../calls/door.ts';
import type { Rectangle } from '../../ui/place.ts';

interface PeoplePanelProps {
  readonly call: Call;
  readonly roomId: string | undefined;
  readonly onClose: () => void;
}

/** Who is there; above them who waits. */
export function PeoplePanel({ roomId, ...rest }: PeoplePanelProps) {
  if (roomId === undefined) return <Panel {...rest} may={() => false} />;
  return <MembersPanel {...rest} roomId={roomId} />;
}

interface MembersPanelProps extends PeoplePanelProps {
  readonly roomId: string;
}

/** As members see it: with what their role lets them do. */
function MembersPanel({ roomId, ...rest }: MembersPanelProps) {
  const room = useOpenRoom(roomId);
  const members = useMembers(room);
  const own = client.session.value?.userId;
  const may = (person: CallPerson) =>
    !person.own && mayModerateCall(person.userId, members, own, room.permissions.value);
  return <Panel {...rest} may={may} foot={<OpenLinks roomId={roomId} />} />;
}

interface PanelProps {
  readonly call: Call;
  readonly onClose: () => void;
  /** Whether the own person may mute and remove somebody. */
  readonly may: (person: CallPerson) => boolean;
  readonly foot?: ComponentChildren;
}

function Panel({ call, may, foot, onClose }: PanelProps) {
  const [menu, setMenu] = useState<{ readonly id: string; readonly at: Rectangle }>();
  const [removing, setRemoving] = useState<string>();
  const panel = useRef<HTMLElement>(null);
  const people = call.people.value;
  const waiting = call.waiting.value;
  const person = menu && people.find((one) => one.id === menu.id);
  const unwanted = people.find((one) => one.id === removing);
  // The keyboard stays in the list when the row that it stood on is gone.
  const focusPanel = () => panel.current?.focus();
  // Who left meanwhile is asked about no more, not even when they come back.
  const stale = (menu !== undefined && !person) || (removing !== undefined && !unwanted);
  useEffect(() => {
    if (!stale) return;
    setMenu(undefined);
    setRemoving(undefined);
    focusPanel();
  }, [stale]);
  return (
    <aside ref={panel} class="side" aria-label={say('people')} tabIndex={-1}>
      <header class="header">
        <h2 class="header-words t-heading">
          {say('people')}&nbsp;<span class="ink-3">{format.value.number(people.length)}</span>
        </h2>
        <IconButton icon="close" label={say('close')} onClick={onClose} />
      </header>
      <div class="side-people">
        {waiting.length > 0 && <WaitingPeople call={call} waiting={waiting} />}
        <ul class={people.some(may) ? 'people-with-menus' : ''}>
          {people.map((one) => (
            <li key={one.id}>
              <Row person={one} onMenu={may(one) ? (at) => setMenu({ id: one.id, at }) : undefined} />
            </li>
          ))}
        </ul>
        {people.length > 1 && <p class="side-note t-small ink-3">{say('whoMayMute')}</p>}
      </div>
      {foot}
      {menu && person && (
        <Menu
          label={person.name}
          at={menu.at}
          onClose={() => setMenu(undefined)}
          entries={entriesFor(call, person, () => setRemoving(person.id))}
        />
      )}
      {unwanted && (
        <RemovePerson
          call={call}
          person={unwanted}
          onClose={() => setRemoving(undefined)}
          onGone={focusPanel}
        />
      )}
    </aside>
  );
}

/** What may be done about somebody by those who may. */
function entriesFor(call: Call, person: CallPerson, onRemove: () => void): readonly MenuEntry[] {
  const { id, name } = person;
  const mute = async () => {
    if (await attempt(() => call.mute(id))) tell(say('otherMuted', { name }), { icon: 'microphone-off' });
  };
  const remove: MenuEntry = {
    label: say('removeFromCall'),
    icon: 'leave',
    danger: true,
    onPick: onRemove,
  };
  if (!person.microphone) return [remove];
  return [{ label: say('muteOther', { name }), icon: 'microphone-off', onPick: () => void mute() }, remove];
}

function stateWords(person: CallPerson): string {
  if (person.speaking) return say('speaking');
  if (person.hand) return say('handRaised');
  if (person.sharing) return say('sharing');
  if (person.still) return say('stillShown');
  return person.guest ? say('guestByLink') : '';
}

function Row({ person, onMenu }: { person: CallPerson; onMenu: ((at: Rectangle) => void) | undefined }) {
  const detail = stateWords(person);
  return (
    <div class="item">
      <CallFace person={person} size={36} />
      <span class="grow">
        <bdi class="clip">{person.own ? say('you2') : person.name}</bdi>
        {detail && <span class="t-meta ink-3">{detail}</span>}
      </span>
      <span class="item-icon people-marks">
        <Icon
          name={person.microphone ? 'microphone' : 'microphone-off'}
          size={18}
          label={say(person.microphone ? 'microphone' : 'microphoneOff')}
        />
        <Icon
          name={person.camera ? 'video' : 'video-off'}
          size={18}
          label={say(person.camera ? 'camera' : 'cameraOff')}
        />
      </span>
      {onMenu && (
        <button
          type="button"
          class="button button-icon"
          aria-label={`${say('more')}: ${person.name}`}
          aria-haspopup="menu"
          onClick={(event) => onMenu(event.currentTarget.getBoundingClientRect())}
        >
          <Icon name="dots" size={20} />
        </button>
      )}
    </div>
  );
}

function WaitingPeople({ call, waiting }: { call: Call; waiting: readonly LobbyRequest[] }) {
  return (
    <section class="waiting-people" aria-label={say('waitingCount', { count: waiting.length })}>
      <div class="row-line">
        <b class="t-small grow">{say('waitingCount', { count: waiting.length })}</b>
        {waiting.length > 1 && (
          <Button kind="text" onClick={() => void attempt(() => call.admitAll())}>
            {say('admitAll')}
          </Button>
        )}
      </div>
      {waiting.map((request) => (
        <WaitingGuest key={request.id} call={call} request={request} />
      ))}
    </section>
  );
}

/** How long this device may take to learn a link's secret before a guest is said to have come without it, milliseconds. */
const patience = 6000;

function WaitingGuest({ call, request }: { call: Call; request: LobbyRequest }) {
  const keyless = useLasting(!request.hasKey, patience) === true;
  return (
    <div class="item">
      <Avatar id={request.avatarId} name={request.name} size={36} />
      <span class="grow">
        <bdi class="clip">{request.name}</bdi>
        <span class={`t-meta ${keyless ? 'ink-warn' : 'ink-3'}`}>
          {say(keyless ? 'hasNoKey' : 'guestByLink')}
        </span>
      </span>
      <IconButton
        icon="close"
        size={20}
        label={say('refuseGuest', { name: request.name })}
        onClick={() => void attempt(() => call.refuse(request.id))}
      />
      <Button kind="primary" onClick={() => void attempt(() => call.admit(request.id))}>
        {say('admit')}
      </Button>
    </div>
  );
}
