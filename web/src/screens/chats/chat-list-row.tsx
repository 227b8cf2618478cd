import { useState } from 'preact/hooks';
import { Tick } from '../../ui/bubble.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import { ChatRow } from '../../ui/row.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { lastWords, titleWords } from '../../models/room-words.ts';
import { ticks } from '../../models/ticks.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { RoomFace } from '../faces.tsx';
import type { ComponentChildren } from 'preact';
import type { RoomSummary } from '../../matrix/door.ts';
import type { MenuEntry } from '../../ui/menu.tsx';
import type { Rectangle } from '../../ui/place.ts';
import type { ChatRowProps } from '../../ui/row.tsx';

function signs(room: RoomSummary): NonNullable<ChatRowProps['signs']> {
  return [
    ...(room.pinned ? [{ icon: 'pin' as const, label: say('pinned') }] : []),
    ...(room.muted ? [{ icon: 'bell-off' as const, label: say('muted') }] : []),
  ];
}

function unread(room: RoomSummary): ChatRowProps['unread'] {
  if (room.membership === 'invite') return { text: '@', label: say('invitation'), quiet: false };
  if (room.unread > 0) {
    return {
      text: room.highlights > 0 ? `@ ${format.value.badge(room.unread)}` : format.value.badge(room.unread),
      label: say('unreadMessages', { count: room.unread }),
      quiet: room.muted && room.highlights === 0,
    };
  }
  return room.markedUnread ? { text: '', label: say('unreadMark'), quiet: room.muted } : undefined;
}

interface Line {
  readonly text: string;
  readonly lead?: string;
  readonly who?: string | undefined;
  readonly icon?: ComponentChildren;
}

function secondLine(room: RoomSummary): Line {
  if (room.invitation) return { text: say('invitedBy', { name: room.invitation.by.name }) };
  if (room.draft) return { lead: say('draft'), text: room.draft.replace(/\s+/g, ' ') };
  if (!room.last) return { text: '' };
  const { text, who, icon } = lastWords(room.last, room.direct !== undefined, say, format.value.duration);
  const told = room.last.preview.kind === 'system' || room.last.preview.kind === 'call';
  const tick = room.last.own && room.last.send && !told ? ticks[room.last.send] : undefined;
  if (tick) return { text, who, icon: <Tick state={tick.state} label={say(tick.label)} /> };
  return icon ? { text, who, icon: <Icon name={icon} size={16} /> } : { text, who };
}

function entries(room: RoomSummary): readonly MenuEntry[] {
  const { roomId, pinned, muted } = room;
  const unreadNow = room.unread > 0 || room.markedUnread;
  const { rooms } = client;
  return [
    {
      label: say(pinned ? 'unpin' : 'pin'),
      icon: 'pin',
      onPick: () => void attempt(() => rooms.setPinned(roomId, !pinned)),
    },
    {
      label: say(muted ? 'unmute' : 'mute'),
      icon: muted ? 'bell' : 'bell-off',
      onPick: () => void attempt(() => rooms.setMuted(roomId, !muted)),
    },
    {
      label: say(unreadNow ? 'markRead' : 'markUnread'),
      icon: 'chat',
      onPick: () => void attempt(() => rooms.setMarkedUnread(roomId, !unreadNow)),
    },
  ];
}

/** One chat of the list; a long press or the second mouse button opens what can be done with it. */
export function ChatListRow(props: { room: RoomSummary; chosen: boolean; now: number }) {
  const { room, chosen, now } = props;
  const [menu, setMenu] = useState<Rectangle>();
  const line = secondLine(room);
  const open = (event: MouseEvent) => {
    if (room.membership !== 'join') return;
    event.preventDefault();
    setMenu({ top: event.clientY, bottom: event.clientY, left: event.clientX, right: event.clientX });
  };
  return (
    <>
      {menu && (
        <Menu
          label={titleWords(room.title, say)}
          at={menu}
          entries={entries(room)}
          onClose={() => setMenu(undefined)}
        />
      )}
      <ChatRow
        onMenu={open}
        href={paths.room(room.roomId)}
        avatar={<RoomFace room={room} />}
        name={titleWords(room.title, say)}
        signs={signs(room)}
        time={room.time > 0 ? format.value.moment(room.time, now) : ''}
        preview={line.text}
        previewIcon={line.icon}
        who={line.who}
        {...(line.lead === undefined ? {} : { lead: line.lead })}
        unread={unread(room)}
        chosen={chosen}
      />
    </>
  );
}
