import { useEffect, useMemo, useRef } from 'preact/hooks';
import '../../styles/bubbles.css';
import '../../styles/attachments.css';
import '../../styles/room.css';
import { SystemLine } from '../../ui/bubble.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Spinner } from '../../ui/star.tsx';
import { BubbleSkeletons } from '../../ui/status.tsx';
import { callWords, changeWords } from '../../models/change-words.ts';
import { useNow } from '../../models/now.ts';
import { previewOf } from '../../models/preview-of.ts';
import { previewWords } from '../../models/room-words.ts';
import { useReadingPlace } from '../../models/stay-put.ts';
import { timelineRows } from '../../models/timeline-rows.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { Message } from './message.tsx';
import type { OpenRoom, TimelineItem } from '../../matrix/door.ts';
import type { TimelineRow } from '../../models/timeline-rows.ts';
import type { About } from './about.ts';

/** The messages of a room, oldest above. */
export function Timeline({ room, onAbout }: { room: OpenRoom; onAbout: (about: About) => void }) {
  const items = room.items.value;
  const readUpTo = room.readUpTo.value;
  const rows = useMemo(() => timelineRows(items, readUpTo), [items, readUpTo]);
  const now = useNow();
  const older = () => {
    if (room.older.value === 'idle') void room.loadOlder();
  };
  const place = useReadingPlace(rows[0]?.key, rows[rows.length - 1]?.key, older);
  useMarkRead(room, items, place.atEnd);
  const goTo = async (eventId: string) => {
    for (let page = 0; page < 6; page += 1) {
      const element = document.getElementById(`message ${eventId}`);
      if (element) {
        element.scrollIntoView({ block: 'center' });
        element.classList.add('message-found');
        setTimeout(() => element.classList.remove('message-found'), 1500);
        return;
      }
      if (room.older.value === 'end') break;
      await room.loadOlder();
      await new Promise((resolve) => {
        requestAnimationFrame(resolve);
      });
    }
    tell(say('quotedMissing'));
  };
  return (
    <div class="timeline-frame">
      <div
        ref={place.scroller}
        class={`scroll timeline ${room.summary.value?.direct ? 'timeline-direct' : ''}`}
        tabIndex={0}
        role="region"
        aria-label={say('messages')}
        onScroll={place.onScroll}
      >
        <div class="timeline-inside">
          <Start room={room} empty={items.length === 0} made={isMaking(items[0])} />
          {rows.map((row) => (
            <Row
              key={row.key}
              row={row}
              room={room}
              now={now}
              onAbout={onAbout}
              onGoTo={(id) => void goTo(id)}
            />
          ))}
        </div>
      </div>
      {!place.atEnd && (
        <span class="to-end">
          <IconButton icon="down" label={say('toNewest')} onClick={place.toEnd} />
        </span>
      )}
      <Announcer items={items} />
    </div>
  );
}

/** Marks everything read while the end is on screen and the window has the reader's attention. */
function useMarkRead(room: OpenRoom, items: readonly TimelineItem[], atEnd: boolean): void {
  const last = items[items.length - 1];
  useEffect(() => {
    const mark = () => {
      if (!atEnd || document.visibilityState !== 'visible' || !document.hasFocus()) return;
      // A receipt that fails is sent with the next one.
      room.markRead().catch(() => undefined);
    };
    mark();
    addEventListener('focus', mark);
    return () => removeEventListener('focus', mark);
  }, [room, last?.key, atEnd]);
}

/** The first line already says that the chat began. */
function isMaking(item: TimelineItem | undefined): boolean {
  return item?.type === 'system' && item.change.is === 'created';
}

function Start({ room, empty, made }: { room: OpenRoom; empty: boolean; made: boolean }) {
  switch (room.older.value) {
    case 'end':
      return made ? null : <SystemLine>{say('beginning')}</SystemLine>;
    case 'failed':
      return (
        <p class="timeline-start t-small ink-2">
          {say('olderFailed')}
          <Button kind="text" onClick={() => void attempt(() => room.loadOlder())}>
            {say('retry')}
          </Button>
        </p>
      );
    case 'loading':
      return empty ? (
        <BubbleSkeletons />
      ) : (
        <p class="timeline-start">
          <Spinner size={24} label={say('loading')} />
        </p>
      );
    case 'idle':
      return null;
  }
}

interface RowProps {
  readonly row: TimelineRow;
  readonly room: OpenRoom;
  readonly now: number;
  readonly onAbout: (about: About) => void;
  readonly onGoTo: (eventId: string) => void;
}

function Row({ row, room, now, onAbout, onGoTo }: RowProps) {
  switch (row.kind) {
    case 'day':
      return <SystemLine>{format.value.day(row.time, now)}</SystemLine>;
    case 'new':
      return <SystemLine fresh>{say('newMessages', { count: row.count })}</SystemLine>;
    case 'gap':
      return (
        <p class="timeline-start">
          <Button kind="text" onClick={() => void attempt(() => room.loadOlder())}>
            {say('loadOlder')}
          </Button>
        </p>
      );
    case 'system':
      return (
        <SystemLine>
          {row.item.type === 'call'
            ? callWords(row.item, say)
            : changeWords(row.item.change, row.item.sender.name, say)}
        </SystemLine>
      );
    case 'message':
      return (
        <Message
          item={row.item}
          first={row.first}
          last={row.last}
          room={room}
          onAbout={onAbout}
          onGoTo={onGoTo}
        />
      );
  }
}

/** Reads new messages of others aloud, politely; history that is loaded stays silent. */
function Announcer({ items }: { items: readonly TimelineItem[] }) {
  const last = items[items.length - 1];
  const opened = useRef(Date.now());
  const fresh =
    last?.type === 'message' && !last.own && last.time > opened.current
      ? `${last.sender.name}: ${previewWords(previewOf(last.content), last.sender.name, say, format.value.duration).text}`
      : '';
  return (
    <p class="unseen" aria-live="polite">
      {fresh}
    </p>
  );
}
