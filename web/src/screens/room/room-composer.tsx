import { useEffect, useRef, useState } from 'preact/hooks';
import { Quote } from '../../ui/bubble.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Composer } from '../../ui/composer.tsx';
import { paths } from '../../paths.ts';
import { touchFirst } from '../../platform/online.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { previewOf } from '../../models/preview-of.ts';
import { previewWords, titleWords } from '../../models/room-words.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { toneOf } from '../faces.tsx';
import { VoiceRecorder, canRecord } from './voice-recorder.tsx';
import type { ComponentChildren, RefObject } from 'preact';
import type { OpenRoom } from '../../matrix/door.ts';
import type { About } from './about.ts';

type AboutEdit = Extract<About, { is: 'edit' }>;

interface RoomComposerProps {
  readonly room: OpenRoom;
  readonly about: About | undefined;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onDone: () => void;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onRecall: () => void;
}

/** Where one writes or speaks in a room. What is written and not sent is kept. */
export function RoomComposer(props: RoomComposerProps) {
  const { room, about, field, onDone } = props;
  const [recording, setRecording] = useState<boolean>();
  const microphone = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!touchFirst()) field.current?.focus();
  }, [room.roomId]);
  useEffect(() => {
    // The recorder had the keyboard; a touch screen's own keyboard should not come up for it.
    if (recording === false) (touchFirst() ? microphone.current : field.current)?.focus();
  }, [recording]);
  const replacedBy = room.summary.value?.replacedBy;
  if (replacedBy !== undefined) return <Moved to={replacedBy} />;
  if (!room.permissions.value.send) {
    const member = room.summary.value?.membership === 'join';
    return <p class="composer-bar composer-none">{say(member ? 'cannotSend' : 'noLongerMember')}</p>;
  }
  if (recording) {
    const endRecording = (sent: boolean) => {
      setRecording(false);
      if (sent && about?.is === 'reply') onDone();
    };
    const replyTo = about?.is === 'reply' ? about.item.eventId : undefined;
    return <VoiceRecorder room={room} replyTo={replyTo} onDone={endRecording} />;
  }
  const speak = canRecord() && (
    <span class="ink-accent">
      <IconButton
        anchor={microphone}
        icon="microphone"
        tone="accent"
        label={say('recordVoice')}
        onClick={() => setRecording(true)}
      />
    </span>
  );
  return <Writing {...props} speak={speak} />;
}

interface WritingProps extends RoomComposerProps {
  /** In place of "send" while nothing is written. */
  readonly speak: ComponentChildren;
}

function Writing({ room, about, field, speak, onDone, onFiles, onRecall }: WritingProps) {
  const [edited, setEdited] = useState('');
  const touch = touchFirst();
  useEffect(() => {
    if (about?.is === 'edit') setEdited(about.text);
  }, [about]);
  const editing = about?.is === 'edit' ? about : undefined;
  const value = editing ? edited : room.draft.value;
  const write = (text: string) => {
    if (editing) {
      setEdited(text);
      return;
    }
    room.setDraft(text);
    room.setTyping(text !== '');
  };
  const send = () => {
    const text = value.trim();
    if (text === '') return;
    if (editing) void saveEdit(room, editing, text);
    else void sendNew(room, text, about?.item.eventId);
    if (about) onDone();
  };
  const name = room.summary.value ? titleWords(room.summary.value.title, say) : '';
  return (
    <Composer
      field={field}
      value={value}
      placeholder={touch ? say('message') : say('writeTo', { room: name })}
      onValue={write}
      onSend={send}
      onCancel={about ? onDone : undefined}
      onRecall={editing ? undefined : onRecall}
      onFiles={onFiles}
      enterSends={!touch}
      words={{ attach: say('attach'), send: say(editing ? 'save' : 'send') }}
      above={about && <AboutBar about={about} onClose={onDone} />}
      idle={editing ? undefined : speak}
    />
  );
}

async function saveEdit(room: OpenRoom, { item, text: before }: AboutEdit, text: string): Promise<void> {
  const { eventId } = item;
  if (eventId && text !== before) await attempt(() => room.edit(eventId, text));
}

/** The field is free at once; what this device could not take comes back into it, before what was written meanwhile. */
async function sendNew(room: OpenRoom, text: string, replyTo: string | undefined): Promise<void> {
  room.setDraft('');
  room.setTyping(false);
  const taken = await attempt(() => room.sendText(text, replyTo === undefined ? {} : { replyTo }));
  if (!taken) room.setDraft([text, room.draft.value].filter(Boolean).join('\n'));
}

/** The chat was upgraded: it goes on elsewhere. */
function Moved({ to }: { to: string }) {
  const go = () => attempt(async () => navigate(paths.room(await client.rooms.join(to)), { replace: true }));
  return (
    <div class="composer-bar composer-none">
      <p>{say('sysUpgraded')}</p>
      <Button kind="primary" onClick={() => void go()}>
        {say('goThere')}
      </Button>
    </div>
  );
}

function AboutBar({ about, onClose }: { about: About; onClose: () => void }) {
  const { item } = about;
  const words = previewWords(previewOf(item.content), item.sender.name, say, format.value.duration);
  return (
    <div class="quote-bar">
      <Quote
        author={about.is === 'edit' ? say('editing') : say('replyingTo', { name: item.sender.name })}
        tone={about.is === 'edit' ? 'own' : toneOf(item.sender.userId)}
        text={words.text}
        icon={words.icon}
      />
      <IconButton icon="close" label={say('cancel')} onClick={onClose} />
    </div>
  );
}
