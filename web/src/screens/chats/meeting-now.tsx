import { MeetCard } from '../../ui/card.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { paths } from '../../paths.ts';
import { ownMeeting } from '../../models/current-call.ts';
import { titleWords } from '../../models/room-words.ts';
import { client } from '../../models/client.ts';
import { say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';
import type { RoomSummary } from '../../matrix/door.ts';

/** The meeting that is going on, above the list. Without a connection "Join" turns soft and waits. */
export function MeetingNow({ rooms }: { rooms: readonly RoomSummary[] }) {
  // The way back to one's own meeting is above everything.
  const own = ownMeeting();
  const room = rooms.find((one) => one.membership === 'join' && one.inCall.length > 0 && one.roomId !== own);
  if (!room) return null;
  const offline = client.connection.state.value === 'offline';
  return (
    <div class="list-card">
      <MeetCard
        start={<RoomFace room={room} />}
        title={titleWords(room.title, say)}
        detail={
          <>
            <b class="ink-accent">{say('meetingNow')}</b> · {say('inMeeting', { count: room.inCall.length })}
          </>
        }
        action={
          <ButtonLink kind={offline ? 'soft' : 'primary'} href={paths.meeting(room.roomId)}>
            {say('join')}
          </ButtonLink>
        }
      />
    </div>
  );
}
