import type { MessageItem } from '../../matrix/door.ts';

/** A message of a timeline that has arrived and has nothing special to it; its text is its id. `more` says what differs. */
export function messageItem(
  id: string,
  more: Pick<MessageItem, 'sender' | 'time'> & Partial<MessageItem>,
): MessageItem {
  return {
    type: 'message',
    key: id,
    eventId: id,
    own: false,
    readers: [],
    content: { kind: 'text', body: id },
    edited: false,
    reactions: [],
    send: { is: 'sent' },
    authenticity: 'ok',
    mentionsMe: false,
    canEdit: false,
    canRedact: false,
    ...more,
  };
}
