import { useState } from 'preact/hooks';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { OpenLinks } from './open-links.tsx';
import { CallFace } from './stage.tsx';
import type { Call, CallPerson, LobbyRequest } from '../../calls/door.ts';
import type { Rectangle } from '../../ui/place.ts';

interface PeoplePanelProps {
  readonly call: Call;
  readonly roomId: string | undefined;
  readonly onClose: () => void;
}

/** Who is there; above them who waits. */
export function PeoplePanel({ call, roomId, onClose }: PeoplePanelProps) {
  const [menu, setMenu] = useState<{ readonly person: CallPerson; readonly at: Rectangle }>();
  const people = call.people.value;
  const waiting = call.waiting.value;
  return (
    <aside class="side" aria-label={say('people')}>
      <header class="header">
        <h2 class="header-words t-heading">
          {say('people')}&nbsp;<span class="ink-3">{format.value.number(people.length)}</span>
        </h2>
        <IconButton icon="close" label={say('close')} onClick={onClose} />
      </header>
      <div class="side-people">
        {waiting.length > 0 && <WaitingPeople call={call} waiting={waiting} />}
        <ul>
          {people.map((person) => (
            <li key={person.id}>
              <Row
                person={person}
                onMenu={roomId !== undefined && !person.own ? (at) => setMenu({ person, at }) : undefined}
              />
            </li>
          ))}
        </ul>
      </div>
      {roomId !== undefined && <OpenLinks roomId={roomId} />}
      {menu && (
        <Menu
          label={menu.person.name}
          at={menu.at}
          onClose={() => setMenu(undefined)}
          entries={[
            {
              label: say('muteOther', { name: menu.person.name }),
              icon: 'microphone-off',
              onPick: () => void attempt(() => call.mute(menu.person.id)),
            },
            {
              label: say('removeFromCall'),
              icon: 'leave',
              danger: true,
              onPick: () => void attempt(() => call.remove(menu.person.id)),
            },
          ]}
        />
      )}
    </aside>
  );
}

function stateWords(person: CallPerson): string {
  if (person.speaking) return say('speaking');
  if (person.hand) return say('handRaised');
  if (person.sharing) return say('sharing');
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
      <span class="item-icon">
        <Icon
          name={person.microphone ? 'microphone' : 'microphone-off'}
          size={18}
          label={say('microphone')}
        />
      </span>
      <span class="item-icon">
        <Icon name={person.camera ? 'video' : 'video-off'} size={18} label={say('camera')} />
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
        <div key={request.id} class="item">
          <Avatar id={request.avatarId} name={request.name} size={36} />
          <span class="grow">
            <bdi class="clip">{request.name}</bdi>
            <span class={`t-meta ${request.hasKey ? 'ink-3' : 'ink-warn'}`}>
              {say(request.hasKey ? 'guestByLink' : 'hasNoKey')}
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
      ))}
    </section>
  );
}
