import { Icon } from '../../ui/icons.tsx';
import { paths } from '../../paths.ts';
import { currentCall } from '../../models/current-call.ts';
import { say } from '../../words/words.ts';

/** While a meeting goes on elsewhere: the way back to it, on every screen. */
export function CallStrip() {
  const current = currentCall.value;
  const state = current?.call.state.value;
  if (current?.roomId === undefined || (state !== 'live' && state !== 'reconnecting')) return null;
  return (
    <a class="call-strip" href={paths.meeting(current.roomId)}>
      <Icon name="video" size={20} />
      <span>{say('backToMeeting')}</span>
    </a>
  );
}
