/** Signatures of formats that browsers show; checked against the first bytes of an upload. */
const signatures: ReadonlyArray<readonly [type: string, offset: number, bytes: string]> = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/avif', 4, 'ftypavif'],
  ['image/avif', 4, 'ftypavis'],
  ['video/quicktime', 4, 'ftypqt'],
  ['audio/mp4', 4, 'ftypM4A'],
  ['video/mp4', 4, 'ftyp'],
  ['video/webm', 0, '\x1aE\xdf\xa3'],
  ['audio/ogg', 0, 'OggS'],
  ['audio/flac', 0, 'fLaC'],
  ['audio/mpeg', 0, 'ID3'],
  ['application/pdf', 0, '%PDF-'],
];

/** Formats of which thumbnails are made: the decoders of all others stay shut. */
export const thumbnailTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
]);

/** Types that cannot run anything and may be shown in place (Client-Server API, "Serving inline content"). */
const inlineTypes: ReadonlySet<string> = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
]);

/** How many bytes `sniff` looks at. */
export const sniffed_bytes = 64;

/** The type that the bytes themselves show; undefined when they show none that we know. */
export function sniff(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, sniffed_bytes)).toString('latin1');
  if (text.startsWith('RIFF')) {
    if (text.startsWith('WEBP', 8)) return 'image/webp';
    return text.startsWith('WAVE', 8) ? 'audio/wav' : undefined;
  }
  return signatures.find(([, offset, bytes]) => text.startsWith(bytes, offset))?.[0];
}

/**
 * The type to keep: what the bytes show counts more than what the uploader says. One container holds sound or pictures,
 * so there the uploader may choose within it; a picture that is none becomes plain bytes.
 */
export function contentType(declared: string | undefined, head: Uint8Array): string {
  const shown = sniff(head);
  const said = declaredType(declared);
  if (shown !== undefined) {
    const [family] = shown.split('/');
    const container = family === 'video' || family === 'audio';
    return container && said !== undefined && /^(?:video|audio)\//.test(said) ? said : shown;
  }
  if (said === undefined || thumbnailTypes.has(said)) return 'application/octet-stream';
  return said;
}

/** A media type without parameters, in lower case; undefined when it is none. */
function declaredType(declared: string | undefined): string | undefined {
  const type = declared?.split(';')[0]?.trim().toLowerCase();
  return type !== undefined && /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/.test(type)
    ? type
    : undefined;
}

/** `Content-Disposition` for a type and, if there is one, a file name (RFC 6266). */
export function disposition(type: string, fileName: string | null): string {
  const kind = inlineTypes.has(type) ? 'inline' : 'attachment';
  if (fileName === null || fileName === '') return kind;
  if (/^[A-Za-z0-9._-]+$/.test(fileName)) return `${kind}; filename=${fileName}`;
  const encoded = encodeURIComponent(fileName.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename*=utf-8''${encoded}`;
}
