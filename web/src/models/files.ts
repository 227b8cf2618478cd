import type { MessageContent, MessageItem, OlderState, OpenRoom, TimelineItem } from '../matrix/door.ts';

/** A message that carries a file. */
export type FileMessage = MessageItem & { readonly content: Extract<MessageContent, { file: unknown }> };

function isFile(item: TimelineItem): item is FileMessage {
  return item.type === 'message' && item.eventId !== undefined && 'file' in item.content;
}

/** The messages with files that were sent and not removed, newest first. */
export function filesOf(items: readonly TimelineItem[]): readonly FileMessage[] {
  return items.filter(isFile).reverse();
}

/** How much of a chat its files were looked for in. */
export interface Reach {
  /** From its beginning on, as far as this user may see it, without a gap. */
  readonly whole: boolean;
  /** Messages among it cannot be read, and may carry files. */
  readonly locked: boolean;
  /** Milliseconds: everything from then on was looked through. Undefined when nothing is here. */
  readonly since: number | undefined;
}

/** How far back the items of a chat go without a gap. */
export function reachOf(items: readonly TimelineItem[], older: OlderState): Reach {
  const gap = items.map((item) => item.type).lastIndexOf('gap');
  const oldest = items[gap + 1];
  return {
    whole: older === 'end' && gap < 0,
    locked: items.some((item) => item.type === 'undecryptable'),
    since: oldest && 'time' in oldest ? oldest.time : undefined,
  };
}

/** So many pages at one press: who looks for a file should not press ten times, nor pay for a whole history unasked. */
const pagesAtOnce = 5;

/** Reads further back until one more file is found, the beginning is reached or a few pages were read. Rejects as `loadOlder`. */
export async function readFurther(room: OpenRoom): Promise<void> {
  const before = filesOf(room.items.value).length;
  for (let page = 0; page < pagesAtOnce; page += 1) {
    if (room.older.value === 'loading' || room.older.value === 'end') return;
    await room.loadOlder();
    if (filesOf(room.items.value).length > before) return;
  }
}
