import type { LastMessage, MessagePreview, RoomTitle } from '../matrix/door.ts';
import type { IconName } from '../ui/icon-paths.ts';
import type { Say } from './say.ts';
import { changeWords } from './change-words.ts';

/** What a room is called: its name, or the people in it. */
export function titleWords(title: RoomTitle, say: Say): string {
  if (title.kind === 'named') return title.text;
  if (title.kind === 'empty') return say('emptyRoom');
  const names = title.people.map((person) => person.name).join('، ');
  const joined = /\p{Script=Arabic}/u.test(names) ? names : names.replaceAll('، ', ', ');
  return title.others > 0 ? say('andOthers', { names: joined, count: title.others }) : joined;
}

export interface PreviewWords {
  readonly text: string;
  /** Who says it, apart from the text, which may run the other way. */
  readonly who?: string;
  readonly icon?: IconName;
}

const mediaWords = {
  image: { key: 'previewImage', icon: 'image' },
  video: { key: 'previewVideo', icon: 'play' },
  file: { key: 'previewFile', icon: 'file' },
  audio: { key: 'previewAudio', icon: 'volume' },
} as const;

/** How a length of time is written, e.g. "0:24"; `format.value.duration` of `words.ts` in the app. */
type Lengths = (ms: number) => string;

/** One line that stands for a message, with the icon of its kind. */
export function previewWords(
  preview: MessagePreview,
  sender: string,
  say: Say,
  lengths: Lengths,
): PreviewWords {
  switch (preview.kind) {
    case 'text':
    case 'notice':
      return { text: oneLine(preview.text) };
    case 'emote':
      return { text: `${sender} ${oneLine(preview.text)}` };
    case 'image':
    case 'video':
    case 'file':
    case 'audio': {
      const { key, icon } = mediaWords[preview.kind];
      return { text: oneLine(preview.text) || say(key), icon };
    }
    case 'voice': {
      const { duration } = preview;
      const long = duration !== undefined && duration > 0;
      return {
        text: long ? say('previewVoiceLong', { duration: lengths(duration) }) : say('previewVoice'),
        icon: 'microphone',
      };
    }
    case 'reaction':
      return { text: say('previewReaction', { key: preview.key }), icon: 'heart' };
    case 'redacted':
      return { text: say('previewRedacted'), icon: 'trash' };
    case 'undecryptable':
      return { text: say('previewLocked'), icon: 'key' };
    case 'unsupported':
      return { text: say('previewUnsupported') };
    case 'call':
      return { text: say('previewCall'), icon: 'video' };
    case 'invite':
      return { text: say('previewInvite'), icon: 'person-add' };
    case 'system':
      return { text: changeWords(preview.change, sender, say) };
  }
}

/** The line under a room's name: who says it matters in a group, and that it was you matters everywhere. */
export function lastWords(last: LastMessage, direct: boolean, say: Say, lengths: Lengths): PreviewWords {
  const name = last.sender.name;
  const { text, icon } = previewWords(last.preview, name, say, lengths);
  const whole = icon === undefined ? {} : { icon };
  if (last.preview.kind === 'system' || last.preview.kind === 'emote' || last.preview.kind === 'call') {
    return { ...whole, text };
  }
  if (last.own) return { ...whole, who: say('ownLead'), text };
  return direct ? { ...whole, text } : { ...whole, who: say('senderLead', { name: firstName(name) }), text };
}

/** The first word of a name; two when the first is only a title such as "Abu". */
export function firstName(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? name;
  const title = /^(أبو|أبي|أم|عبد|بنت|ابن|abu|umm|bin|ibn|al)$/i.test(first);
  return title && words[1] ? `${first} ${words[1]}` : first;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 240);
}
