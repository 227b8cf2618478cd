import { useState } from 'preact/hooks';
import { Header } from '../../ui/bar.tsx';
import { EmptyState } from '../../ui/blank.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { MeetCard } from '../../ui/card.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { firstName, titleWords } from '../../models/room-words.ts';
import { say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';
import { ChooseRoom } from './choose-room.tsx';

/** The meetings that are going on in the user's chats, and the way to begin one. */
export function MeetingsList() {
  const [choosing, setChoosing] = useState<'start' | 'link'>();
  const rooms = client.rooms.all.value.filter((room) => room.membership === 'join');
  const live = rooms.filter((room) => room.inCall.length > 0);
  return (
    <>
      <Header title={say('meetings')} />
      <div class="scroll page stack">
        {live.map((room) => (
          <MeetCard
            key={room.roomId}
            start={<RoomFace room={room} />}
            title={titleWords(room.title, say)}
            detail={room.inCall.map((person) => firstName(person.name)).join(' · ')}
            action={
              <ButtonLink kind="soft" href={paths.meeting(room.roomId)}>
                {say('join')}
              </ButtonLink>
            }
          />
        ))}
        {live.length === 0 && (
          <span class="only-phone">
            <EmptyState title={say('noMeetings')} detail={say('noMeetingsDetail')} />
          </span>
        )}
        {rooms.length > 0 && (
          <>
            <Button kind="primary" icon="video" wide tall onClick={() => setChoosing('start')}>
              {say('startMeeting')}
            </Button>
            <Button kind="quiet" icon="link" wide tall onClick={() => setChoosing('link')}>
              {say('createLink')}
            </Button>
          </>
        )}
      </div>
      {choosing && <ChooseRoom rooms={rooms} purpose={choosing} onClose={() => setChoosing(undefined)} />}
    </>
  );
}
