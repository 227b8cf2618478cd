/**
 * The door of the client engine: everything screens and models may know of Matrix.
 *
 * State is pushed by signals (`@preact/signals-core`); what they carry is immutable, and unchanged parts keep their object
 * identity, so a component may compare by `===`. Actions are promises that reject with `MatrixError`. Words are never made here:
 * what must be said is told as data.
 */
import type { ReadonlySignal } from '@preact/signals-core';
import type { AskPassword, Encryption } from './encryption/contract.ts';
import type { MatrixError } from './errors.ts';
import type { MediaSource, MessagePreview, Person, TimelineItem } from './timeline/items.ts';

export { MatrixError } from './errors.ts';
export type { ErrorKind } from './errors.ts';
export type * from './encryption/contract.ts';
export type * from './timeline/items.ts';

/** A value of JSON, as contents of events are. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonContent = { readonly [name: string]: Json };

// Sign-in ---------------------------------------------------------------------------------------------------------------

/**
 * `starting`: reading the saved session. `signedOut`. `signedIn`: usable at once, offline too. `elsewhere`: another tab of this
 * browser holds the session; `takeOver` brings it here. `expired`: the server ended the session; sign in again (what was written
 * is kept until then or until sign-out).
 */
export type ClientStatus = 'starting' | 'signedOut' | 'signedIn' | 'elsewhere' | 'expired';

export interface Session {
  readonly userId: string;
  readonly deviceId: string;
  /** Origin of the homeserver, without a trailing slash. */
  readonly server: string;
  /** Domain part of the user id. */
  readonly serverName: string;
}

/** What a homeserver offers. */
export interface ServerFacts {
  /** What the user typed or what the page was served from, tidied. */
  readonly name: string;
  /** Origin to talk to, found by `.well-known` or the name itself. */
  readonly url: string;
  readonly passwordSignIn: boolean;
  /** `open`: anyone. `token`: an invitation token is needed. `closed`. */
  readonly registration: 'open' | 'token' | 'closed';
  /** Whether the server can carry meetings. */
  readonly meetings: boolean;
}

export interface SignUp {
  readonly server: string;
  readonly username: string;
  readonly password: string;
  /** For `registration: 'token'`. */
  readonly token?: string;
  readonly displayName?: string;
  /** How this device is called in the device list. */
  readonly deviceName: string;
}

export interface SignIn {
  readonly server: string;
  /** A localpart or a whole user id. */
  readonly username: string;
  readonly password: string;
  readonly deviceName: string;
}

export interface Account {
  /** Asks what stands behind an address ("example.org", an origin, or '' for the one of this page). */
  server(address: string): Promise<ServerFacts>;
  /** `M_USER_IN_USE`, `M_INVALID_USERNAME` or nothing. */
  usernameAvailable(server: string, username: string): Promise<'available' | 'taken' | 'invalid'>;
  /** Registers, signs in and (when encryption has loaded) makes the account's identity. */
  signUp(details: SignUp): Promise<void>;
  signIn(details: SignIn): Promise<void>;
  /** Ends the session on the server (if it answers) and deletes everything this browser keeps of it, keys included. */
  signOut(): Promise<void>;
  /** After status `elsewhere`. */
  takeOver(): Promise<void>;
  /** `signOutOthers` ends every other session of the account, as if its device had been removed; without it they stay. */
  changePassword(current: string, next: string, options: { readonly signOutOthers: boolean }): Promise<void>;
}

// Connection ------------------------------------------------------------------------------------------------------------

/** `connecting`: first try after start. `catchingUp`: connected, the answer to an old position is being worked in. */
export type ConnectionState = 'connecting' | 'online' | 'catchingUp' | 'offline';

export interface Traffic {
  /** Local day as YYYY-MM-DD. */
  readonly day: string;
  /** Bytes on the wire, as near as the browser tells. */
  readonly received: number;
  readonly sent: number;
}

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  /** When a retry is due, milliseconds since the epoch; undefined when none is waiting. */
  readonly retryAt: ReadonlySignal<number | undefined>;
  /** How many messages wait to be sent, in all rooms. */
  readonly queued: ReadonlySignal<number>;
  /** Today's use for the data line. */
  readonly traffic: ReadonlySignal<Traffic>;
  /** Counts bytes that the engine did not move itself (a call's media). */
  addTraffic(received: number, sent: number): void;
  /** Tries again now. */
  retry(): void;
}

// Rooms -----------------------------------------------------------------------------------------------------------------

/** `people`: no name was given; join the names ("A, B and 3 others"). `empty`: nobody else is or was there. */
export type RoomTitle =
  | { readonly kind: 'named'; readonly text: string }
  | { readonly kind: 'people'; readonly people: readonly Person[]; readonly others: number }
  | { readonly kind: 'empty' };

/** `person` is drawn as a circle from the user's id, `group` as a rounded square from the room's id. */
export interface AvatarFacts {
  readonly kind: 'person' | 'group';
  /** The id whose hash gives pigment, form and rotation. */
  readonly id: string;
  readonly picture?: string;
}

export interface RoomInvitation {
  readonly by: Person;
  readonly time: number;
}

export interface LastMessage {
  readonly sender: Person;
  readonly own: boolean;
  readonly preview: MessagePreview;
  readonly time: number;
  /** Own ones: for the tick in the list. */
  readonly send?: 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';
}

export interface RoomSummary {
  readonly roomId: string;
  readonly membership: 'join' | 'invite' | 'knock' | 'leave' | 'ban';
  readonly title: RoomTitle;
  readonly topic?: string;
  readonly avatar: AvatarFacts;
  /** The other person of a direct chat. */
  readonly direct?: Person;
  readonly last?: LastMessage;
  /** Milliseconds of the last activity: the order of the list. */
  readonly time: number;
  readonly unread: number;
  readonly highlights: number;
  readonly markedUnread: boolean;
  readonly pinned: boolean;
  readonly muted: boolean;
  readonly invitation?: RoomInvitation;
  /** What was written and not sent, as plain text. */
  readonly draft?: string;
  readonly encrypted: boolean;
  /** Joined members. */
  readonly members: number;
  /** Who is in the room's meeting now. */
  readonly inCall: readonly Person[];
  /** Set when the room was upgraded. */
  readonly replacedBy?: string;
}

export interface RoomList {
  /** False until the first window came from the server or from the device: show skeletons only then. */
  readonly loaded: ReadonlySignal<boolean>;
  /** Invitations first, then pinned, then by time; left rooms are not in it. */
  readonly all: ReadonlySignal<readonly RoomSummary[]>;
  /** How many rooms the server says there are (the window grows by itself until all are here). */
  readonly total: ReadonlySignal<number>;
  /** Rooms and messages unread, for the badge. */
  readonly unread: ReadonlySignal<number>;
  summary(roomId: string): ReadonlySignal<RoomSummary | undefined>;
  /** Opens a room; close it when the screen goes. Two opens of one room share their state. */
  open(roomId: string): OpenRoom;
  /** The direct chat with a user id or "username" on the own server; made, encrypted, when there is none. Answers the room id. */
  startDirect(user: string): Promise<string>;
  createGroup(group: NewGroup): Promise<string>;
  accept(roomId: string): Promise<void>;
  refuse(roomId: string): Promise<void>;
  leave(roomId: string): Promise<void>;
  /** Joins by room id or alias. Answers the room id. */
  join(roomIdOrAlias: string): Promise<string>;
  setPinned(roomId: string, pinned: boolean): Promise<void>;
  setMuted(roomId: string, muted: boolean): Promise<void>;
  setMarkedUnread(roomId: string, unread: boolean): Promise<void>;
}

export interface NewGroup {
  readonly name: string;
  readonly topic?: string;
  readonly invite: readonly string[];
  readonly picture?: Blob;
  /** True unless said otherwise. An open, unencrypted room is a decision of its own. */
  readonly encrypted?: boolean;
}

export interface Member extends Person {
  readonly membership: 'join' | 'invite' | 'knock' | 'ban' | 'leave';
  /** 100 and more: owner; 50: moderator; 0: member. */
  readonly power: number;
  readonly role: 'owner' | 'moderator' | 'member';
}

/** What this user may do in the room. */
export interface Permissions {
  readonly send: boolean;
  readonly invite: boolean;
  readonly kick: boolean;
  readonly ban: boolean;
  readonly redactOthers: boolean;
  readonly rename: boolean;
  readonly changePicture: boolean;
  readonly startCall: boolean;
  readonly changeRoles: boolean;
}

/** `end`: the room's beginning is here. `failed`: `loadOlder` again. */
export type OlderState = 'idle' | 'loading' | 'end' | 'failed';

export interface SendOptions {
  /** Event id of the message answered. */
  readonly replyTo?: string;
  /** User ids named in the text (`m.mentions`). */
  readonly mentions?: readonly string[];
  readonly kind?: 'text' | 'emote';
}

export interface OutgoingFile {
  readonly blob: Blob;
  readonly name: string;
  readonly caption?: string;
  readonly replyTo?: string;
  /** A recorded voice message. */
  readonly voice?: { readonly duration: number; readonly waveform: readonly number[] };
}

export interface OpenRoom {
  readonly roomId: string;
  readonly summary: ReadonlySignal<RoomSummary | undefined>;
  /** Oldest first. Starts with what the device has. Grouping by sender and day is the screen's. */
  readonly items: ReadonlySignal<readonly TimelineItem[]>;
  readonly older: ReadonlySignal<OlderState>;
  /** Others who are writing now. */
  readonly typing: ReadonlySignal<readonly Person[]>;
  /** Joined and invited members; empty until `loadMembers` was called once. */
  readonly members: ReadonlySignal<readonly Member[]>;
  readonly permissions: ReadonlySignal<Permissions>;
  /** Event id up to which this user had read when the room was opened: the "new messages" line goes after it. */
  readonly readUpTo: ReadonlySignal<string | undefined>;
  readonly draft: ReadonlySignal<string>;

  /** One more page (about 30 events), from the device or the server. */
  loadOlder(): Promise<void>;
  loadMembers(): Promise<void>;
  setDraft(text: string): void;
  /** Call at each key press with true, and with false when the field empties; it throttles itself. */
  setTyping(typing: boolean): void;
  /** Everything shown is read. `quietly` sends a private receipt. */
  markRead(options?: { readonly quietly?: boolean }): Promise<void>;

  // Each of the following queues at once and resolves with the item's key when it is safely on the device, not when it is sent.
  sendText(text: string, options?: SendOptions): Promise<string>;
  edit(eventId: string, text: string): Promise<string>;
  sendFile(file: OutgoingFile): Promise<string>;
  /** Sets or takes back the own reaction. */
  toggleReaction(eventId: string, key: string): Promise<void>;
  redact(eventId: string, reason?: string): Promise<void>;
  retry(key: string): Promise<void>;
  /** Takes a queued or failed message back. False when it is already on the server. */
  cancel(key: string): Promise<boolean>;

  invite(userId: string): Promise<void>;
  kick(userId: string, reason?: string): Promise<void>;
  ban(userId: string, reason?: string): Promise<void>;
  unban(userId: string): Promise<void>;
  setRole(userId: string, power: number): Promise<void>;
  rename(name: string): Promise<void>;
  setTopic(topic: string): Promise<void>;
  setPicture(picture: Blob | undefined): Promise<void>;
  close(): void;
}

// People, media, devices, settings --------------------------------------------------------------------------------------

export interface People {
  /** The signed-in user, kept up to date. */
  readonly own: ReadonlySignal<Person | undefined>;
  setDisplayName(name: string): Promise<void>;
  setPicture(picture: Blob | undefined): Promise<void>;
  /** Finds people by name or username, at most `limit` (10). */
  search(term: string, limit?: number): Promise<readonly Person[]>;
  profile(userId: string): Promise<Person>;
  /** A person as the chats know them; undefined for somebody whom none knows by name. */
  met(userId: string): Person | undefined;
  /** Whose messages and invitations this user is not shown. */
  readonly ignored: ReadonlySignal<ReadonlySet<string>>;
  setIgnored(userId: string, ignored: boolean): Promise<void>;
}

export interface Media {
  /** The file if this device has it already: show it without asking. */
  cached(source: MediaSource): Promise<Blob | undefined>;
  /** Downloads, checks and decrypts; kept on the device. `progress` gets bytes so far. */
  download(source: MediaSource, progress?: (bytes: number) => void, signal?: AbortSignal): Promise<Blob>;
  /** A small picture of an unencrypted mxc:// address (avatars), `size` in pixels, cropped square. */
  thumbnail(mxc: string, size: number): Promise<Blob>;
  /** Largest upload the server takes, bytes; undefined when it did not say. */
  uploadLimit(): Promise<number | undefined>;
  /** Bytes of media kept on this device, and the way to free them. */
  storedBytes(): Promise<number>;
  clear(): Promise<void>;
}

export interface DeviceFacts {
  readonly deviceId: string;
  readonly name?: string;
  readonly lastSeen?: number;
  readonly current: boolean;
  /** `unknown` until encryption is ready; `none`: the device has no encryption keys. */
  readonly verified: 'yes' | 'no' | 'unknown' | 'none';
}

export interface Devices {
  list(): Promise<readonly DeviceFacts[]>;
  rename(deviceId: string, name: string): Promise<void>;
  remove(deviceIds: readonly string[], askPassword: AskPassword): Promise<void>;
}

/** Small settings of this device, kept over restarts, deleted at sign-out unless `keep` is set. */
export interface Settings {
  get(name: string): Promise<Json | undefined>;
  set(name: string, value: Json, options?: { readonly keep?: boolean }): Promise<void>;
}

// For meetings ----------------------------------------------------------------------------------------------------------

export interface StateEvent {
  readonly type: string;
  readonly stateKey: string;
  readonly sender: string;
  readonly content: JsonContent;
  readonly time: number;
  readonly eventId: string;
}

/** A custom to-device event that arrived Olm-encrypted. Unencrypted ones are dropped. */
export interface DeviceMessage {
  readonly type: string;
  readonly content: JsonContent;
  /** Proved by the Olm session, not claimed by the content. */
  readonly sender: string;
  readonly senderDevice: string;
  /** The sending device is signed by its owner's identity. */
  readonly senderSigned: boolean;
}

export interface DeviceAddress {
  readonly userId: string;
  readonly deviceId: string;
}

export interface Signalling {
  /** Encrypts and sends to each device. Answers the devices that could not be reached (unknown, or without keys). */
  sendToDevices(
    targets: readonly DeviceAddress[],
    type: string,
    content: JsonContent,
  ): Promise<readonly DeviceAddress[]>;
  /**
   * Encrypts and sends to every device of these people that its owner has signed, this one excepted: a device that only a server says
   * is theirs gets nothing.
   */
  sendToPeople(userIds: readonly string[], type: string, content: JsonContent): Promise<void>;
  /** Calls `receive` for each encrypted to-device event of `type`. Answers the way to stop. */
  onDeviceMessage(type: string, receive: (message: DeviceMessage) => void): () => void;
  sendState(roomId: string, type: string, stateKey: string, content: JsonContent): Promise<string>;
  /** State events of one type in a room, kept up to date while the room is known. */
  watchState(roomId: string, type: string): ReadonlySignal<readonly StateEvent[]>;
  /** A person as the rooms know them; undefined when nobody is signed in. */
  person(userId: string): Person | undefined;
  /** Joined members' ids; loads them when needed. */
  joinedMembers(roomId: string): Promise<readonly string[]>;
  /** An authenticated request to the own server (for `/_majlis/…` endpoints); `path` starts with a slash. */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: JsonContent,
    signal?: AbortSignal,
  ): Promise<JsonContent>;
}

export interface MatrixClient {
  readonly status: ReadonlySignal<ClientStatus>;
  readonly session: ReadonlySignal<Session | undefined>;
  /** Set when something the user must know broke outside an action: the database is full or gone, or an edit, reaction or deletion was refused. */
  readonly fault: ReadonlySignal<MatrixError | undefined>;
  readonly account: Account;
  readonly connection: Connection;
  readonly rooms: RoomList;
  readonly people: People;
  readonly media: Media;
  readonly devices: Devices;
  readonly encryption: Encryption;
  readonly signalling: Signalling;
  readonly settings: Settings;
  /** Reads the saved session and goes on with it. Call once. Resolves when the status is no longer `starting`. */
  start(): Promise<void>;
  /** Ends timers and connections, keeps the session (page goes away, tests). */
  stop(): Promise<void>;
}
