import type { MessageContent, MessagePreview } from '../matrix/door.ts';

/** The one line that stands for a message: what it says, or what kind of file it is. */
export function previewOf(content: MessageContent): MessagePreview {
  switch (content.kind) {
    case 'text':
    case 'emote':
    case 'notice':
      return { kind: content.kind, text: content.body };
    case 'image':
    case 'video':
    case 'file':
      return { kind: content.kind, text: content.caption ?? content.file.name };
    case 'audio': {
      const { voice, caption, file } = content;
      const duration = voice && file.duration !== undefined ? { duration: file.duration } : {};
      return { kind: voice ? 'voice' : 'audio', text: caption ?? file.name, ...duration };
    }
    case 'unsupported':
      return { kind: 'unsupported' };
  }
}
