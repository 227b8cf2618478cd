import type { JsonBody } from '../http.ts';
import { isObject } from '../http.ts';
import type {
  EncryptedFile,
  FileFacts,
  MediaSource,
  MessageContent,
  MessagePreview,
  Picture,
} from './items.ts';
import type { EventRecord } from './log.ts';

/** The readable form of an event: type and content, decrypted where needed. Undefined while it cannot be read. */
export function readable(record: EventRecord): { type: string; content: JsonBody } | undefined {
  if (record.event.type !== 'm.room.encrypted') return record.event;
  return record.clear;
}

export interface Relation {
  readonly type: string;
  readonly eventId: string;
  /** The emoji, of reactions. */
  readonly key?: string;
}

/** `m.relates_to` of a content: edits, reactions, threads, references. Plain replies have no `rel_type`: see `replyTarget`. */
export function relationOf(content: JsonBody): Relation | undefined {
  const relates = content['m.relates_to'];
  if (!isObject(relates)) return undefined;
  const { rel_type: type, event_id: eventId, key } = relates;
  if (typeof type !== 'string' || typeof eventId !== 'string') return undefined;
  return { type, eventId, ...(typeof key === 'string' ? { key } : {}) };
}

export function replyTarget(content: JsonBody): string | undefined {
  const relates = content['m.relates_to'];
  if (!isObject(relates) || relates['is_falling_back'] === true) return undefined;
  const reply = relates['m.in_reply_to'];
  const eventId = isObject(reply) ? reply['event_id'] : undefined;
  return typeof eventId === 'string' ? eventId : undefined;
}

/** Content of an `m.room.message` (or sticker) for display. */
export function messageContent(type: string, content: JsonBody): MessageContent {
  if (type === 'm.sticker') return fileContent('image', content);
  const body = text(content['body']) ?? '';
  switch (content['msgtype']) {
    case 'm.text':
      return textContent('text', content, body);
    case 'm.emote':
      return textContent('emote', content, body);
    case 'm.notice':
      return textContent('notice', content, body);
    case 'm.image':
      return fileContent('image', content);
    case 'm.video':
      return fileContent('video', content);
    case 'm.file':
      return fileContent('file', content);
    case 'm.audio':
      return audioContent(content);
    default: {
      const named = text(content['msgtype']) ?? type;
      return { kind: 'unsupported', type: named, ...(body === '' ? {} : { body }) };
    }
  }
}

/** The one-line form of a message. */
export function messagePreview(content: MessageContent): MessagePreview {
  switch (content.kind) {
    case 'text':
    case 'emote':
    case 'notice':
      return { kind: content.kind, text: firstLine(content.body) };
    case 'unsupported':
      return content.body === undefined
        ? { kind: 'unsupported' }
        : { kind: 'text', text: firstLine(content.body) };
    case 'audio':
      return audioPreview(content);
    default:
      return { kind: content.kind, text: firstLine(content.caption ?? content.file.name) };
  }
}

function audioPreview({
  voice,
  caption,
  file,
}: Extract<MessageContent, { readonly kind: 'audio' }>): MessagePreview {
  const text = caption ?? file.name;
  if (!voice) return { kind: 'audio', text };
  return { kind: 'voice', text, ...(file.duration === undefined ? {} : { duration: file.duration }) };
}

/** Removes the quotation that older clients put before an answer ("> <@user:server> …"). */
export function withoutReplyFallback(body: string): string {
  if (!body.startsWith('> ')) return body;
  const lines = body.split('\n');
  let at = 0;
  while (lines[at]?.startsWith('>') === true) at += 1;
  if (lines[at] === '') at += 1;
  return lines.slice(at).join('\n');
}

function firstLine(body: string): string {
  const line = body.trim().split('\n', 1)[0] ?? '';
  return line.length > 200 ? line.slice(0, 200) : line;
}

function textContent(kind: 'text' | 'emote' | 'notice', content: JsonBody, body: string): MessageContent {
  const plain = replyTarget(content) === undefined ? body : withoutReplyFallback(body);
  const html = content['format'] === 'org.matrix.custom.html' ? text(content['formatted_body']) : undefined;
  return { kind, body: plain, ...(html === undefined ? {} : { html }) };
}

function fileContent(kind: 'image' | 'video' | 'file', content: JsonBody): MessageContent {
  const file = fileFacts(content);
  if (file === undefined) return unsupportedFile(content);
  return { kind, file, ...captionOf(content) };
}

function audioContent(content: JsonBody): MessageContent {
  const file = fileFacts(content);
  if (file === undefined) return unsupportedFile(content);
  const audio = content['org.matrix.msc1767.audio'];
  const waveform = isObject(audio) ? audio['waveform'] : undefined;
  const voice = content['org.matrix.msc3245.voice'] !== undefined;
  return {
    kind: 'audio',
    file,
    voice,
    ...(Array.isArray(waveform) ? { waveform: waveform.filter((level) => typeof level === 'number') } : {}),
    ...captionOf(content),
  };
}

function unsupportedFile(content: JsonBody): MessageContent {
  const body = text(content['body']);
  return {
    kind: 'unsupported',
    type: text(content['msgtype']) ?? 'm.file',
    ...(body === undefined ? {} : { body }),
  };
}

function captionOf(content: JsonBody): { caption?: string } {
  const body = text(content['body']);
  const name = text(content['filename']);
  return body !== undefined && name !== undefined && body !== name ? { caption: body } : {};
}

function fileFacts(content: JsonBody): FileFacts | undefined {
  const source = sourceOf(content['url'], content['file']);
  if (source === undefined) return undefined;
  const info = isObject(content['info']) ? content['info'] : {};
  const thumbnail = thumbnailOf(info);
  const duration = count(info['duration']);
  return {
    ...pictureOf(source, info),
    name: text(content['filename']) ?? text(content['body']) ?? '',
    ...(duration === undefined ? {} : { duration }),
    ...(thumbnail === undefined ? {} : { thumbnail }),
  };
}

function thumbnailOf(info: JsonBody): Picture | undefined {
  const source = sourceOf(info['thumbnail_url'], info['thumbnail_file']);
  if (source === undefined) return undefined;
  return pictureOf(source, isObject(info['thumbnail_info']) ? info['thumbnail_info'] : {});
}

function pictureOf(source: MediaSource, info: JsonBody): Picture {
  const size = count(info['size']);
  const width = count(info['w']);
  const height = count(info['h']);
  const type = text(info['mimetype']);
  return {
    source,
    ...(size === undefined ? {} : { size }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(type === undefined ? {} : { type }),
  };
}

function sourceOf(url: unknown, file: unknown): MediaSource | undefined {
  if (isObject(file)) {
    const mxc = file['url'];
    const complete = isObject(file['key']) && typeof file['iv'] === 'string' && isObject(file['hashes']);
    if (typeof mxc === 'string' && mxc.startsWith('mxc://') && complete) {
      return { mxc, file: file as unknown as EncryptedFile };
    }
    return undefined;
  }
  return typeof url === 'string' && url.startsWith('mxc://') ? { mxc: url } : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A finite number of zero or more: sizes, pixels, durations of others are not to be trusted. */
function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
