import { Header } from '../../ui/bar.tsx';
import { EmptyState } from '../../ui/blank.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { MeetCard } from '../../ui/card.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { firstName, titleWords } from '../../models/room-words.ts';
import { say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';

/** The meetings that are going on in the user's chats. */
export function MeetingsList() {
  const rooms = client.rooms.all.value.filter((room) => room.inCall.length > 0);
  return (
    <>
      <Header title={say('meetings')} />
      <div class="scroll page stack">
        {rooms.length === 0 && <EmptyState title={say('noMeetings')} detail={say('noMeetingsDetail')} />}
        {rooms.map((room) => (
          <MeetCard
            key={room.roomId}
            start={<RoomFace room={room} />}
            title={titleWords(room.title, say)}
            detail={room.inCall.map((person) => firstName(person.name)).join(' · ')}
            action={
              <ButtonLink kind="primary" href={paths.meeting(room.roomId)}>
                {say('join')}
              </ButtonLink>
            }
          />
        ))}
      </div>
    </>
  );
}
