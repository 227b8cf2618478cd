import { EmptyState } from '../../ui/blank.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { say } from '../../words/words.ts';

/** The middle of a wide screen before a chat is chosen. */
export function NoChatChosen() {
  const { loaded, all } = client.rooms;
  if (loaded.value && all.value.length === 0) return <NoChats tall />;
  return <EmptyState tall title={say('chooseChat')} detail={say('chooseChatDetail')} />;
}

/** No chats at all, and how to begin one. */
export function NoChats({ tall }: { tall?: boolean }) {
  return (
    <EmptyState
      tall={tall === true}
      title={say('noChats')}
      detail={say('noChatsDetail')}
      actions={
        <>
          <ButtonLink kind="primary" href={paths.new}>
            {say('newChat')}
          </ButtonLink>
          <ButtonLink kind="quiet" href={paths.newGroup}>
            {say('newGroup')}
          </ButtonLink>
        </>
      }
    />
  );
}

/** The middle of a wide screen beside the list of meetings. */
export function NoMeetingChosen() {
  const live = client.rooms.all.value.some((room) => room.inCall.length > 0);
  return <EmptyState tall title={say(live ? 'meetings' : 'noMeetings')} detail={say('noMeetingsDetail')} />;
}
