import { Icon } from '../../ui/icons.tsx';
import { EmptyState } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Waiting } from '../../ui/status.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { currentCall, enterCall, leaveCall, loadCalls } from '../../models/current-call.ts';
import { titleWords } from '../../models/room-words.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { PersonFace } from '../faces.tsx';
import { InCall } from './in-call.tsx';
import { Lobby } from './lobby.tsx';
import { isOver, overWords } from './over.ts';
import type { JoinOptions } from '../../calls/door.ts';

/** The meeting of a room: first the lobby, then the meeting itself. */
export function MeetingScreen({ roomId }: { roomId: string }) {
  const room = client.rooms.summary(roomId).value;
  const current = currentCall.value;
  const own = client.people.own.value;
  const call = current?.roomId === roomId ? current.call : undefined;
  const name = room ? titleWords(room.title, say) : say('meetingTitle');
  if (call) {
    const state = call.state.value;
    if (!isOver(state)) {
      return (
        <InCall call={call} title={name} roomId={roomId} onMinimise={() => navigate(paths.room(roomId))} />
      );
    }
    return <Over words={overWords(state)} roomId={roomId} />;
  }
  if (client.encryption.state.value === 'loading') return <Waiting words={say('encryptionLoading')} />;
  const join = async (options: JoinOptions) => (await loadCalls()).join(roomId, options);
  const enter = (options: JoinOptions) =>
    void attempt(async () => enterCall({ call: await join(options), roomId, again: join }));
  return (
    <Lobby
      title={name}
      detail={
        room && room.inCall.length > 0 ? say('inMeeting', { count: room.inCall.length }) : say('aloneHere')
      }
      face={own && <PersonFace person={own} size={96} />}
      head={
        <header class="header">
          <a
            class="button button-icon"
            href={room ? paths.room(roomId) : paths.meetings}
            aria-label={say('back')}
            title={say('back')}
          >
            <Icon name="back" />
          </a>
          <span class="header-words t-heading">{say('meetingTitle')}</span>
        </header>
      }
      onEnter={enter}
    />
  );
}

function Over({
  words,
  roomId,
}: {
  words: { readonly title: string; readonly detail: string };
  roomId: string;
}) {
  const close = async () => {
    await leaveCall();
    navigate(paths.room(roomId), { replace: true });
  };
  return (
    <main class="app">
      <p class="unseen" role="alert">
        {words.title}
      </p>
      <EmptyState
        tall
        title={words.title}
        detail={words.detail}
        actions={
          <>
            <Button kind="primary" onClick={() => void leaveCall()}>
              {say('enterAgain')}
            </Button>
            <Button kind="quiet" onClick={() => void close()}>
              {say('close')}
            </Button>
          </>
        }
      />
    </main>
  );
}
