import { EmptyState } from '../../ui/blank.tsx';
import { say } from '../../words/words.ts';

/** The middle of a wide screen before a chat is chosen. */
export function NoChatChosen() {
  return <EmptyState tall title={say('chooseChat')} detail={say('chooseChatDetail')} />;
}
