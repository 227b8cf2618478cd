import type { MessageItem } from '../../matrix/door.ts';

/** What the composer is about, besides a new message. */
export type About =
  | { readonly is: 'reply'; readonly item: MessageItem }
  | { readonly is: 'edit'; readonly item: MessageItem; readonly text: string };
