import type { EncryptionEngine } from '../encryption/engine-contract.ts';
import { MatrixError } from '../errors.ts';
import type { HttpClient, JsonBody } from '../http.ts';
import type { OutgoingFile } from '../door.ts';
import type { OutgoingAttachment, OutgoingRecord, UploadedPart } from './outgoing.ts';

/** What the browser finds out about a picture or film before it is sent. */
export interface PreparedFile {
  readonly blob: Blob;
  readonly width?: number;
  readonly height?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly thumbnail?: { readonly blob: Blob; readonly width: number; readonly height: number };
}

/** Content and parts of a file message. Addresses are filled in when the parts are uploaded. */
export function fileMessage(
  file: OutgoingFile,
  prepared: PreparedFile,
): { content: JsonBody; attachment: OutgoingAttachment } {
  const { blob, thumbnail } = prepared;
  const type = blob.type === '' ? 'application/octet-stream' : blob.type;
  const info: Record<string, unknown> = { mimetype: type, size: blob.size };
  if (prepared.width !== undefined) info['w'] = prepared.width;
  if (prepared.height !== undefined) info['h'] = prepared.height;
  const duration = file.voice?.duration ?? prepared.duration;
  if (duration !== undefined) info['duration'] = Math.round(duration);
  if (thumbnail !== undefined) {
    info['thumbnail_info'] = {
      mimetype: thumbnail.blob.type,
      size: thumbnail.blob.size,
      w: thumbnail.width,
      h: thumbnail.height,
    };
  }
  const content: Record<string, unknown> = {
    msgtype: messageType(type, file),
    body: file.caption ?? file.name,
    filename: file.name,
    info,
    'm.mentions': {},
  };
  if (file.voice !== undefined) {
    const waveform = file.voice.waveform.map((level) => Math.max(0, Math.min(1024, Math.round(level))));
    content['org.matrix.msc1767.audio'] = { duration: Math.round(file.voice.duration), waveform };
    content['org.matrix.msc3245.voice'] = {};
  }
  return { content, attachment: { blob, ...(thumbnail === undefined ? {} : { thumbnail: thumbnail.blob }) } };
}

function messageType(type: string, file: OutgoingFile): string {
  if (file.voice !== undefined || type.startsWith('audio/')) return 'm.audio';
  if (type.startsWith('image/') && type !== 'image/svg+xml') return 'm.image';
  return type.startsWith('video/') ? 'm.video' : 'm.file';
}

/** Uploads the parts that are not uploaded yet; `keep` saves each success. Answers the record with complete content. */
export async function uploadAttachment(
  record: OutgoingRecord,
  engine: EncryptionEngine | undefined,
  http: HttpClient,
  keep: (record: OutgoingRecord) => Promise<void>,
): Promise<OutgoingRecord> {
  let current = record;
  const change = async (part: Partial<OutgoingAttachment>) => {
    if (current.attachment === undefined) return;
    current = { ...current, attachment: { ...current.attachment, ...part } };
    await keep(current);
  };
  const { attachment } = record;
  if (attachment === undefined) return record;
  if (attachment.thumbnail !== undefined && attachment.uploadedThumbnail === undefined) {
    await change({ uploadedThumbnail: await uploadPart(attachment.thumbnail, engine, http) });
  }
  if (attachment.uploaded === undefined) {
    await change({ uploaded: await uploadPart(attachment.blob, engine, http) });
  }
  return { ...current, content: withAddresses(current.content, current.attachment) };
}

async function uploadPart(
  blob: Blob,
  engine: EncryptionEngine | undefined,
  http: HttpClient,
): Promise<UploadedPart> {
  if (engine === undefined) return { mxc: await uploadBlob(blob, http) };
  const { bytes, file } = await engine.encryptFile(new Uint8Array(await blob.arrayBuffer()));
  const mxc = await uploadBlob(new Blob([bytes], { type: 'application/octet-stream' }), http);
  return { mxc, file: { ...file, url: mxc } };
}

/** Uploads as it is. Answers the mxc:// address. */
export async function uploadBlob(blob: Blob, http: HttpClient): Promise<string> {
  const answer = await http.upload('/_matrix/media/v3/upload', blob);
  const mxc = answer['content_uri'];
  if (typeof mxc !== 'string') throw new MatrixError('protocol', 'The upload has no address.');
  return mxc;
}

function withAddresses(content: JsonBody, attachment: OutgoingAttachment | undefined): JsonBody {
  const { uploaded, uploadedThumbnail } = attachment ?? {};
  const info = { ...(content['info'] as JsonBody) };
  const result: Record<string, unknown> = { ...content, info };
  if (uploaded !== undefined) {
    if (uploaded.file === undefined) result['url'] = uploaded.mxc;
    else result['file'] = uploaded.file;
  }
  if (uploadedThumbnail !== undefined) {
    const place = uploadedThumbnail.file === undefined ? 'thumbnail_url' : 'thumbnail_file';
    (info as Record<string, unknown>)[place] = uploadedThumbnail.file ?? uploadedThumbnail.mxc;
  }
  return result;
}
