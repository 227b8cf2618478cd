import { Header } from '../../ui/bar.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Icon } from '../../ui/icons.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { ownMeeting } from '../../models/current-call.ts';
import { firstName, titleWords } from '../../models/room-words.ts';
import { say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';
import type { OpenRoom, RoomSummary } from '../../matrix/door.ts';

function typingWords(room: OpenRoom): string | undefined {
  const people = room.typing.value;
  const [first] = people;
  if (!first) return undefined;
  return people.length === 1
    ? say('typingOne', { name: firstName(first.name) })
    : say('typingMany', { count: people.length });
}

/** The username without the own server's name, which everybody here shares. */
function shortHandle(userId: string): string {
  const own = client.session.value?.serverName;
  return own !== undefined && userId.endsWith(`:${own}`) ? userId.slice(0, -own.length - 1) : userId;
}

function Detail({ room, summary }: { room: OpenRoom; summary: RoomSummary }) {
  const typing = typingWords(room);
  if (summary.direct) {
    return typing ? (
      <span class="ink-accent">{typing}</span>
    ) : (
      <Handle text={shortHandle(summary.direct.userId)} />
    );
  }
  return (
    <>
      {say('membersCount', { count: summary.members })}
      {typing && <span class="ink-accent"> · {typing}</span>}
    </>
  );
}

/** Name, who is there, who is writing; the meeting and the details. */
export function RoomHeader({ room, detailsOpen }: { room: OpenRoom; detailsOpen: boolean }) {
  const summary = room.summary.value;
  if (!summary) return null;
  const { roomId } = room;
  const live = summary.inCall.length > 0;
  const here = ownMeeting() === roomId;
  return (
    <Header
      raised
      back={{ href: paths.chats, label: say('toChats') }}
      backOnlyNarrow
      start={<RoomFace room={summary} size={36} />}
      title={titleWords(summary.title, say)}
      detail={<Detail room={room} summary={summary} />}
      href={paths.details(roomId)}
      actions={
        <>
          {room.permissions.value.startCall && (
            <a
              class={`button ${live && !here ? 'button-primary' : 'button-soft'} meet-button`}
              href={paths.meeting(roomId)}
              aria-label={say(live ? 'join' : 'meetNow')}
            >
              <Icon name="video" size={22} />
              <span class="button-words">{say(live ? 'join' : 'meetNow')}</span>
            </a>
          )}
          <a
            class={`button button-icon details-button ${detailsOpen ? 'details-open' : ''}`}
            href={detailsOpen ? paths.room(roomId) : paths.details(roomId)}
            aria-label={say('details')}
            title={say('details')}
            aria-expanded={detailsOpen}
          >
            <Icon name="information" />
          </a>
        </>
      }
    />
  );
}
