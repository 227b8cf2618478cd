import type { MatrixError } from '../errors.ts';

/** A user as the screens show one. `name` is the display name, or the localpart when none is set. */
export interface Person {
  readonly userId: string;
  readonly name: string;
  /** mxc:// address of the chosen picture; absent means: draw the star from `userId`. */
  readonly picture?: string;
}

/** Where a file lives. Opaque to screens: hand it to `media`. Carries the decryption key in encrypted rooms. */
export interface MediaSource {
  readonly mxc: string;
  readonly file?: EncryptedFile;
}

/** `EncryptedFile` of the specification's "Sending encrypted attachments" (version v2). */
export interface EncryptedFile {
  readonly url: string;
  readonly key: { readonly [name: string]: unknown };
  readonly iv: string;
  readonly hashes: { readonly [name: string]: string };
  readonly v: string;
}

export interface Picture {
  readonly source: MediaSource;
  /** Bytes to download; absent when the sender did not say. */
  readonly size?: number;
  readonly type?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
}

export interface FileFacts extends Picture {
  readonly name: string;
  /** Milliseconds, of audio and video. */
  readonly duration?: number;
  readonly thumbnail?: Picture;
}

/** What a message says, with its latest edit applied. */
export type MessageContent =
  | {
      readonly kind: 'text' | 'emote' | 'notice';
      readonly body: string;
      /** `org.matrix.custom.html` as received, NOT sanitised: never insert it into a document. */
      readonly html?: string;
    }
  | { readonly kind: 'image' | 'video' | 'file'; readonly file: FileFacts; readonly caption?: string }
  | {
      readonly kind: 'audio';
      readonly file: FileFacts;
      readonly voice: boolean;
      /** 0 to 1024, as sent. */
      readonly waveform?: readonly number[];
      readonly caption?: string;
    }
  | { readonly kind: 'unsupported'; readonly type: string; readonly body?: string };

/**
 * Ticks. `queued`: written here, waiting for the network or its turn. `sending`: on its way (`progress` 0 to 1 while a file
 * uploads). `sent`: the server has it. `delivered`: it reached at least one other member (their receipt or a later event of theirs).
 * `read`: every other member read it. `failed`: refused; `retry` or `cancel`.
 */
export type SendState =
  | { readonly is: 'queued' | 'sent' | 'delivered' | 'read' }
  | { readonly is: 'sending'; readonly progress?: number }
  | { readonly is: 'failed'; readonly error: MatrixError };

export interface Reaction {
  /** The emoji (or text) reacted with. */
  readonly key: string;
  readonly count: number;
  readonly own: boolean;
  readonly people: readonly Person[];
}

/** What the quote above a reply shows. `missing` when the message cannot be had. */
export interface ReplyQuote {
  readonly eventId: string;
  readonly state: 'loaded' | 'loading' | 'missing';
  readonly sender?: Person;
  readonly preview?: MessagePreview;
}

/** One line that stands for an event, in the room list and in quotes. The screen puts it into words. */
export type MessagePreview =
  | { readonly kind: 'text' | 'emote' | 'notice'; readonly text: string }
  | {
      readonly kind: 'image' | 'video' | 'file' | 'audio' | 'voice';
      readonly text: string /* caption or file name */;
      /** Of voice messages whose sender said it, milliseconds. */
      readonly duration?: number;
    }
  | { readonly kind: 'reaction'; readonly key: string }
  | { readonly kind: 'redacted' | 'undecryptable' | 'unsupported' | 'call' | 'invite' }
  | { readonly kind: 'system'; readonly change: SystemChange };

/** Whether encryption has something to say about who wrote this. `ok` also for unencrypted rooms. */
export type Authenticity =
  | 'ok'
  /** In an encrypted room an event came unencrypted. */
  | 'notEncrypted'
  /** The sending device is not signed by its owner. */
  | 'unverifiedDevice'
  /** The sending device is unknown or was deleted. */
  | 'unknownDevice'
  /** The sender was verified and their identity has changed since. */
  | 'identityChanged'
  /** The named sender is not the owner of the keys. */
  | 'mismatchedSender'
  /** The key came from a backup, so the device cannot be proved. */
  | 'notGuaranteed';

interface ItemBase {
  /** Stable from the local echo to the remote echo and over edits: use it as the list key. */
  readonly key: string;
  /** Absent until the server has accepted it. */
  readonly eventId?: string;
  readonly sender: Person;
  readonly own: boolean;
  /** Milliseconds since the epoch: the server's time, or the local one of a queued message. */
  readonly time: number;
  /** Others whose latest read receipt is on this item. */
  readonly readers: readonly Person[];
}

export interface MessageItem extends ItemBase {
  readonly type: 'message';
  readonly content: MessageContent;
  readonly edited: boolean;
  readonly replyTo?: ReplyQuote;
  readonly reactions: readonly Reaction[];
  /** Only meaningful for own messages; `sent` for those of others. */
  readonly send: SendState;
  readonly authenticity: Authenticity;
  /** Whether the text names this user or the whole room. */
  readonly mentionsMe: boolean;
  /** What this user may do with it now. */
  readonly canEdit: boolean;
  readonly canRedact: boolean;
}

/** Why a message cannot be read. `waiting`: encryption is still loading, or its key may still arrive. */
export type UndecryptableReason =
  | 'waiting'
  /** Sent before this device existed; a restored backup may open it. */
  | 'beforeThisDevice'
  /** The key never came to this device. */
  | 'noKey'
  /** The sender chose not to share the key with this device. */
  | 'withheld'
  | 'broken';

export interface UndecryptableItem extends ItemBase {
  readonly type: 'undecryptable';
  readonly reason: UndecryptableReason;
}

export interface RedactedItem extends ItemBase {
  readonly type: 'redacted';
  readonly by: Person;
  readonly reason?: string;
}

/** What a grey line in the middle tells. `subject` is the person it happened to. */
export type SystemChange =
  | { readonly is: 'created' }
  | { readonly is: 'joined' | 'left' | 'inviteRefused' | 'knocked'; readonly subject: Person }
  | {
      readonly is: 'invited' | 'removed' | 'banned' | 'unbanned' | 'inviteWithdrawn';
      readonly subject: Person;
      readonly reason?: string;
    }
  | { readonly is: 'displayName'; readonly subject: Person; readonly from?: string; readonly to?: string }
  | { readonly is: 'picture'; readonly subject: Person }
  | { readonly is: 'roomName'; readonly name?: string }
  | { readonly is: 'topic'; readonly topic?: string }
  | {
      readonly is:
        'roomPicture' | 'encryptionOn' | 'powerLevels' | 'joinRules' | 'historyVisibility' | 'pins';
    }
  | { readonly is: 'upgraded'; readonly replacement?: string };

export interface SystemItem extends ItemBase {
  readonly type: 'system';
  readonly change: SystemChange;
}

/** Somebody joined or left the room's meeting, or rang. */
export interface CallItem extends ItemBase {
  readonly type: 'call';
  readonly change: 'started' | 'ended' | 'ringing' | 'declined';
}

/** Part of the history that has not been fetched: show a divider; `loadOlder` fills it when it is reached. */
export interface GapItem {
  readonly type: 'gap';
  readonly key: string;
}

export type TimelineItem = MessageItem | UndecryptableItem | RedactedItem | SystemItem | CallItem | GapItem;
