import { FileTile, PictureTile } from '../../ui/attachment.tsx';
import { GoneMessage, MessageText } from '../../ui/bubble.tsx';
import { ProgressLine } from '../../ui/status.tsx';
import { onlyEmoji, textParts } from '../../models/text-parts.ts';
import { useFile } from '../../models/pictures.ts';
import { format, say } from '../../words/words.ts';
import { Voice } from './voice.tsx';
import { bring, openFile } from './open-file.ts';
import type { ComponentChildren } from 'preact';
import type { FileFacts, MessageItem, OpenRoom } from '../../matrix/door.ts';

/** Pictures up to this many bytes, and thumbnails, come by themselves unless data is being saved. */
const freely = 60_000;

export function Words({ text }: { text: string }) {
  return (
    <>
      {textParts(text).map((part, index) =>
        part.kind === 'words' ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer" dir="ltr">
            {part.text}
          </a>
        ),
      )}
    </>
  );
}

interface BodyProps {
  readonly item: MessageItem;
  readonly room: OpenRoom;
  readonly foot: ComponentChildren;
}

/** The picture or video of a message, which stands above the sender's name. */
export function mediaOf(item: MessageItem): ComponentChildren {
  const { content } = item;
  if (content.kind !== 'image' && content.kind !== 'video') return undefined;
  return <Picture item={item} file={content.file} video={content.kind === 'video'} />;
}

/** What a message says, by its kind; pictures stand elsewhere. */
export function MessageBody({ item, foot }: BodyProps) {
  const { content } = item;
  switch (content.kind) {
    case 'text':
    case 'notice':
      return (
        <MessageText foot={foot} large={onlyEmoji(content.body)}>
          <Words text={content.body} />
        </MessageText>
      );
    case 'emote':
      return (
        <MessageText foot={foot}>
          <b>{item.sender.name}</b> <Words text={content.body} />
        </MessageText>
      );
    case 'image':
    case 'video':
      return (
        <>
          <Uploading item={item} file={content.file} />
          {(content.caption ?? foot) && (
            <MessageText foot={foot}>{content.caption && <Words text={content.caption} />}</MessageText>
          )}
        </>
      );
    case 'file':
      return <Attachment item={item} file={content.file} caption={content.caption} foot={foot} />;
    case 'audio':
      return (
        <>
          <Voice file={content.file} waveform={content.waveform} />
          <Uploading item={item} file={content.file} />
          {foot && <MessageText foot={foot}>{content.caption}</MessageText>}
        </>
      );
    case 'unsupported':
      return (
        <>
          <GoneMessage icon="information">{content.body ?? say('previewUnsupported')}</GoneMessage>
          {foot}
        </>
      );
  }
}

function Uploading({ item, file }: { item: MessageItem; file: FileFacts }) {
  if (item.send.is !== 'sending' || item.send.progress === undefined) return null;
  const all = file.size ?? 0;
  return (
    <ProgressLine
      label={say('uploading', { name: file.name })}
      amount={say('amountOf', {
        done: format.value.size(all * item.send.progress),
        all: format.value.size(all),
      })}
      share={item.send.progress}
    />
  );
}

function shape(file: FileFacts): { readonly width: number; readonly height: number } {
  const width = file.width ?? file.thumbnail?.width ?? 400;
  const height = file.height ?? file.thumbnail?.height ?? 300;
  return { width: Math.max(1, width), height: Math.max(1, Math.min(height, width * 1.6)) };
}

function Picture({ item, file, video }: { item: MessageItem; file: FileFacts; video: boolean }) {
  const full = useFile(file.source, file.size, video ? 0 : freely);
  const small = useFile(file.thumbnail?.source, file.thumbnail?.size ?? freely, freely * 2);
  const cost = file.size === undefined ? say('downloadUnknown') : format.value.size(file.size);
  const press = async () => {
    const here = full.url !== undefined;
    const url = await bring(full);
    if (url !== undefined && (here || video)) openFile(item.content.kind, url, file.name);
  };
  return (
    <PictureTile
      source={(video ? undefined : full.url) ?? small.url}
      {...shape(file)}
      description={say('pictureFrom', { name: item.sender.name })}
      cost={full.url === undefined || video ? cost : undefined}
      busy={full.state === 'loading'}
      video={video}
      label={
        full.url === undefined
          ? `${say('pictureFrom', { name: item.sender.name })}. ${say('download', { size: cost })}`
          : say('openFile', { name: file.name })
      }
      onPress={() => void press()}
    />
  );
}

interface AttachmentProps {
  readonly item: MessageItem;
  readonly file: FileFacts;
  readonly caption: string | undefined;
  readonly foot: ComponentChildren;
}

function kindOf(file: FileFacts): string {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(file.name)?.[1];
  return (ending ?? file.type?.split('/')[1] ?? '').toUpperCase();
}

function Attachment({ item, file, caption, foot }: AttachmentProps) {
  const view = useFile(file.source, file.size, 0);
  const facts = [kindOf(file), file.size === undefined ? '' : format.value.size(file.size)].filter(Boolean);
  const press = async () => {
    const url = await bring(view);
    if (url !== undefined) openFile('file', url, file.name);
  };
  const here = view.url !== undefined;
  return (
    <>
      <FileTile
        name={file.name}
        facts={facts.join(' · ')}
        foot={caption ? undefined : foot}
        action={{
          label: here
            ? say('openFile', { name: file.name })
            : say('download', { size: file.size === undefined ? '' : format.value.size(file.size) }),
          icon: here ? 'file' : 'download',
          busy: view.state === 'loading',
          onPress: () => void press(),
        }}
      />
      <Uploading item={item} file={file} />
      {caption && (
        <MessageText foot={foot}>
          <Words text={caption} />
        </MessageText>
      )}
    </>
  );
}
