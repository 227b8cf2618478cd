import { useMemo, useRef } from 'preact/hooks';
import { FileName } from '../../ui/attachment.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Spinner } from '../../ui/star.tsx';
import { paths } from '../../paths.ts';
import { filesOf, reachOf, readFurther } from '../../models/files.ts';
import { useFile } from '../../models/pictures.ts';
import { previewOf } from '../../models/preview-of.ts';
import { firstName, previewWords } from '../../models/room-words.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { bring, openFile } from '../room/open-file.ts';
import { useSound } from '../room/voice.tsx';
import type { OpenRoom } from '../../matrix/door.ts';
import type { FileMessage, Reach } from '../../models/files.ts';
import type { IconName } from '../../ui/icon-paths.ts';

const few = 3;

interface FilesProps {
  readonly room: OpenRoom;
  /** All of them, with the way further back; without it the newest few. */
  readonly all: boolean;
}

/**
 * The files of a chat, newest first. They are those of the messages that are on this device: of an encrypted chat no server
 * could list them.
 */
export function Files({ room, all }: FilesProps) {
  const items = room.items.value;
  const older = room.older.value;
  const files = useMemo(() => filesOf(items), [items]);
  const reach = useMemo(() => reachOf(items, older), [items, older]);
  // Nothing was sent, or nothing has been read from the device yet.
  if (!all && files.length === 0 && (reach.whole || items.length === 0)) return null;
  const shown = all ? files : files.slice(0, few);
  return (
    <section aria-label={say('files')}>
      <h2 class="details-title t-label bold">
        <span class="grow">{say('files')}</span>
        {reach.whole && !reach.locked && (
          <span class="t-small ink-3">{format.value.number(files.length)}</span>
        )}
      </h2>
      {shown.length > 0 && (
        <ul>
          {shown.map((item) => (
            <li key={item.key}>
              {item.content.kind === 'audio' ? <Sound item={item} /> : <File item={item} />}
            </li>
          ))}
        </ul>
      )}
      {all && <Foot room={room} reach={reach} empty={files.length === 0} />}
      {!all && (files.length > few || !reach.whole) && (
        <a class="item item-short see-all" href={paths.files(room.roomId)}>
          <b class="grow t-small">{say('seeAllFiles')}</b>
          <Icon name="forward" size={18} />
        </a>
      )}
    </section>
  );
}

const icons = { file: 'document', image: 'image', video: 'play' } as const;

/** A picture or a video, which is shown large, or a file, which is saved. */
function File({ item }: { item: FileMessage }) {
  const { kind, file } = item.content;
  const view = useFile(file.source, file.size, 0);
  const press = async () => {
    const url = await bring(view);
    if (url !== undefined) openFile(kind, url, file.name);
  };
  const away =
    file.size === undefined
      ? say('downloadUnknown')
      : say('download', { size: format.value.size(file.size) });
  return (
    <Row
      item={item}
      icon={kind === 'audio' ? 'volume' : icons[kind]}
      busy={view.state === 'loading'}
      action={view.url === undefined ? away : say('openFile', { name: file.name })}
      onPress={() => void press()}
    />
  );
}

/** A voice message or another sound, which plays where it is. */
function Sound({ item }: { item: FileMessage }) {
  const { content } = item;
  const { playing, busy, press } = useSound(content.file);
  const still = content.kind === 'audio' && content.voice ? 'microphone' : 'volume';
  return (
    <Row
      item={item}
      icon={playing ? 'pause' : still}
      busy={busy}
      action={say(playing ? 'pauseVoice' : 'playVoice')}
      onPress={() => void press()}
    />
  );
}

interface RowProps {
  readonly item: FileMessage;
  readonly icon: IconName;
  readonly busy: boolean;
  /** What a press does, with what it costs. */
  readonly action: string;
  readonly onPress: () => void;
}

function Row({ item, icon, busy, action, onPress }: RowProps) {
  const { content, sender } = item;
  const { name, size } = content.file;
  const voice = content.kind === 'audio' && content.voice;
  const title = voice ? previewWords(previewOf(content), '', say, format.value.duration).text : name;
  const cost = size === undefined ? '' : `${format.value.size(size)} · `;
  const from = firstName(sender.name);
  return (
    <button
      type="button"
      class="item details-file"
      aria-label={`${title} ${cost}${from}`}
      title={action}
      aria-busy={busy ? 'true' : undefined}
      onClick={onPress}
    >
      <span class="item-tile">{busy ? <Spinner size={20} /> : <Icon name={icon} size={20} />}</span>
      <span class="grow">
        {voice ? <span class="t-label clip">{title}</span> : <FileName name={name} />}{' '}
        <span class="t-meta ink-3 clip">
          {cost}
          <bdi>{from}</bdi>
        </span>
      </span>
    </button>
  );
}

interface FootProps {
  readonly room: OpenRoom;
  readonly reach: Reach;
  readonly empty: boolean;
}

/** How far back the files go, and the way further. */
function Foot({ room, reach, empty }: FootProps) {
  const { whole, locked, since } = reach;
  const state = room.older.value;
  const words = useRef<HTMLParagraphElement>(null);
  const further = async () => {
    await attempt(() => readFurther(room));
    // The button is gone then, and the keyboard with it.
    if (room.older.value === 'end') words.current?.focus();
  };
  return (
    <div class="details-foot t-small ink-2">
      {empty && <p>{say(whole && !locked ? 'noFiles' : 'noFilesYet')}</p>}
      {locked && <p>{say('filesLocked')}</p>}
      <p ref={words} tabIndex={-1} role="status">
        {state === 'failed' && `${say('olderFailed')} `}
        {whole
          ? say('filesWhole')
          : since !== undefined && say('filesReadTo', { time: format.value.full(since) })}
      </p>
      {!whole && (
        <Button kind="quiet" busy={state === 'loading'} onClick={() => void further()}>
          {say(state === 'failed' ? 'retry' : 'loadOlder')}
        </Button>
      )}
    </div>
  );
}
