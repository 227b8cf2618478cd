import { useEffect } from 'preact/hooks';
import { Places } from '../ui/bar.tsx';
import { Toasts } from '../ui/toast.tsx';
import { currentPath, route } from '../platform/router.ts';
import { paths } from '../paths.ts';
import { client } from '../models/client.ts';
import { toasts } from '../models/toasts.ts';
import { format, say } from '../words/words.ts';
import { listenForKeys } from '../models/keys.ts';
import { afterFirstPaint, focusPane, useFocusOnPane, useTitle } from './page-facts.ts';
import { PersonFace } from './faces.tsx';
import { ChatList } from './chats/chat-list.tsx';
import { NoChatChosen, NoMeetingChosen } from './chats/no-chat.tsx';
import { Verifications } from './verification/verifications.tsx';
import {
  DetailsScreen,
  LinkScreen,
  MeetingScreen,
  MeetingsList,
  NewPane,
  RoomScreen,
  YouMenu,
  YouPage,
} from './later.tsx';
import { CallStrip } from './meetings/call-strip.tsx';
import type { Route } from '../paths.ts';
import type { Place } from '../ui/bar.tsx';

type Pane = 'list' | 'main' | 'details';

/** Which pane a phone shows. */
function paneOf(here: Route): Pane {
  switch (here.at) {
    case 'room':
    case 'profile':
    case 'appearance':
    case 'data':
    case 'devices':
    case 'ignored':
    case 'recovery':
    case 'password':
      return 'main';
    case 'details':
    case 'members':
    case 'files':
      return 'details';
    default:
      return 'list';
  }
}

type Section = 'chats' | 'meetings' | 'you';

function sectionOf(here: Route): Section {
  if (here.at === 'meetings' || here.at === 'meeting') return 'meetings';
  const own = ['you', 'profile', 'appearance', 'data', 'devices', 'ignored', 'recovery', 'password'];
  return own.includes(here.at) ? 'you' : 'chats';
}

function badge(count: number, key: 'unreadMessages' | 'inMeeting'): Place['badge'] {
  return count > 0 ? { text: format.value.badge(count), label: say(key, { count }) } : undefined;
}

function places(section: Section): readonly Place[] {
  const unread = client.rooms.unread.value;
  const inCall = client.rooms.all.value.filter((room) => room.inCall.length > 0).length;
  const own = client.people.own.value;
  return [
    {
      href: paths.chats,
      icon: 'chat',
      label: say('chats'),
      chosen: section === 'chats',
      badge: badge(unread, 'unreadMessages'),
    },
    {
      href: paths.meetings,
      icon: 'video',
      label: say('meetings'),
      chosen: section === 'meetings',
      badge:
        inCall > 0
          ? { text: format.value.badge(inCall), label: say('inMeeting', { count: inCall }) }
          : undefined,
    },
    {
      href: paths.you,
      icon: 'person',
      face: own && <PersonFace person={own} size={32} />,
      label: say('you'),
      chosen: section === 'you',
    },
  ];
}

/** Everything a signed-in user sees: places, and one to three panes. */
export function Shell() {
  const here = route.value;
  useEffect(listenForKeys, []);
  useEffect(() => afterFirstPaint(RoomScreen.preload), []);
  useTitle(here);
  useFocusOnPane(currentPath.value);
  if (here.at === 'meeting' || here.at === 'link') return <WholeScreen here={here} />;
  const pane = paneOf(here);
  const section = sectionOf(here);
  const roomId = 'roomId' in here ? here.roomId : undefined;
  return (
    <div class={`app shell at-${pane} ${roomId ? 'shell-inside' : ''}`}>
      <button type="button" class="skip" onClick={() => focusPane('.pane-main')}>
        {say('skipToContent')}
      </button>
      <Places label={say('places')} list={places(section)} />
      <div class="shell-work">
        <CallStrip />
        <div class="panes">
          <section class="pane pane-list" aria-label={say('listOfChats')}>
            <ListPane here={here} section={section} roomId={roomId} />
          </section>
          <main class="pane pane-main">
            {section === 'you' ? (
              <YouPage at={here.at} />
            ) : roomId ? (
              <RoomScreen key={roomId} roomId={roomId} detailsOpen={pane === 'details'} />
            ) : section === 'meetings' ? (
              <NoMeetingChosen />
            ) : (
              <NoChatChosen />
            )}
          </main>
          {pane === 'details' && roomId && (
            <aside class="pane pane-details" aria-label={say('details')}>
              <DetailsScreen key={roomId} roomId={roomId} at={here.at} />
            </aside>
          )}
        </div>
      </div>
      <Verifications />
      <Toasts list={toasts.value} />
    </div>
  );
}

/** A meeting takes the whole screen. */
function WholeScreen({ here }: { here: Extract<Route, { at: 'meeting' | 'link' }> }) {
  return (
    <div class="app">
      {here.at === 'meeting' ? (
        <MeetingScreen key={here.roomId} roomId={here.roomId} />
      ) : (
        <LinkScreen key={here.token} token={here.token} />
      )}
      <Verifications />
      <Toasts list={toasts.value} />
    </div>
  );
}

function ListPane(props: { here: Route; section: Section; roomId: string | undefined }) {
  const { here, section, roomId } = props;
  if (here.at === 'new' || here.at === 'newGroup') return <NewPane group={here.at === 'newGroup'} />;
  if (section === 'meetings') return <MeetingsList />;
  if (section === 'you') return <YouMenu />;
  return <ChatList chosen={roomId} />;
}
