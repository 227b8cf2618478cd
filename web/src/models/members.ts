import { useEffect } from 'preact/hooks';
import { attempt } from './toasts.ts';
import type { Member, OpenRoom, TimelineItem } from '../matrix/door.ts';

/** The last change of the room that is not a message: after it, who is there may be another list. */
function lastChange(items: readonly TimelineItem[]): string | undefined {
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const item = items[at];
    if (item?.type === 'system') return item.key;
  }
  return undefined;
}

/** The members of a room, fetched when the screen appears and again whenever somebody comes, goes or is put out. */
export function useMembers(room: OpenRoom): readonly Member[] {
  const joined = room.summary.value?.members;
  const change = lastChange(room.items.value);
  useEffect(() => {
    void attempt(() => room.loadMembers());
  }, [room, joined, change]);
  return room.members.value;
}
