import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { ReactionPicker } from '../../ui/reaction.tsx';
import { attempt, tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { MessageItem, OpenRoom } from '../../matrix/door.ts';
import type { MenuEntry } from '../../ui/menu.tsx';
import type { Rectangle } from '../../ui/place.ts';
import type { About } from './about.ts';

interface MessageMenuProps {
  readonly item: MessageItem;
  readonly room: OpenRoom;
  readonly at: Rectangle;
  readonly onAbout: (about: About) => void;
  readonly onClose: () => void;
}

function bodyOf(item: MessageItem): string | undefined {
  const { content } = item;
  if (content.kind === 'text' || content.kind === 'emote' || content.kind === 'notice') return content.body;
  return 'caption' in content ? content.caption : undefined;
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  tell(say('copied'));
}

/** What can be done with one message: reactions above, then the list. */
export function MessageMenu({ item, room, at, onAbout, onClose }: MessageMenuProps) {
  const [removing, setRemoving] = useState(false);
  const { eventId } = item;
  const body = bodyOf(item);
  const pending = item.send.is === 'queued' || item.send.is === 'sending' || item.send.is === 'failed';
  const entries: MenuEntry[] = [];
  if (item.send.is === 'failed') {
    entries.push({
      label: say('sendAgain'),
      icon: 'retry',
      onPick: () => void attempt(() => room.retry(item.key)),
    });
  }
  if (pending && !eventId) {
    entries.push({
      label: say('discard'),
      icon: 'trash',
      danger: true,
      onPick: () => void attempt(() => room.cancel(item.key)),
    });
  }
  if (eventId && room.permissions.value.send)
    entries.push({ label: say('reply'), icon: 'reply', onPick: () => onAbout({ is: 'reply', item }) });
  if (item.canEdit && body !== undefined) {
    entries.push({
      label: say('edit'),
      icon: 'pencil',
      onPick: () => onAbout({ is: 'edit', item, text: body }),
    });
  }
  if (body)
    entries.push({ label: say('copyText'), icon: 'copy', onPick: () => void attempt(() => copy(body)) });
  const remove: MenuEntry = {
    label: say('removeMessage'),
    icon: 'trash',
    danger: true,
    onPick: () => undefined,
  };
  if (removing && eventId) return <RemoveDialog room={room} eventId={eventId} onClose={onClose} />;
  return (
    <Menu
      label={say('messageActions')}
      at={at}
      entries={item.canRedact && eventId ? [...entries, remove] : entries}
      onClose={onClose}
      onPick={(entry) => {
        if (entry === remove) setRemoving(true);
        else onClose();
      }}
    >
      {eventId && room.permissions.value.send && (
        <ReactionPicker
          label={say('react')}
          names={[
            say('reactionThumb'),
            say('reactionHeart'),
            say('reactionCheck'),
            say('reactionSmile'),
            say('reactionHand'),
            say('reactionStar'),
          ]}
          onPick={(key) => {
            onClose();
            void attempt(() => room.toggleReaction(eventId, key));
          }}
        />
      )}
    </Menu>
  );
}

function RemoveDialog(props: { room: OpenRoom; eventId: string; onClose: () => void }) {
  const { room, eventId, onClose } = props;
  return (
    <Dialog
      title={say('removeQuestion')}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button
            kind="leave"
            onClick={() => {
              onClose();
              void attempt(() => room.redact(eventId));
            }}
          >
            {say('removeMessage')}
          </Button>
        </>
      }
    >
      {say('removeDetail')}
    </Dialog>
  );
}
