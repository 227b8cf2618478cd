import { Icon } from '../../ui/icons.tsx';
import { paths } from '../../paths.ts';
import { ownMeeting } from '../../models/current-call.ts';
import { say } from '../../words/words.ts';

/** While a meeting goes on elsewhere: the way back to it, on every screen. */
export function CallStrip() {
  const roomId = ownMeeting();
  if (roomId === undefined) return null;
  return (
    <a class="call-strip" href={paths.meeting(roomId)}>
      <Icon name="video" size={20} />
      <span class="grow">{say('backToMeeting')}</span>
      <Icon name="forward" size={20} />
    </a>
  );
}
