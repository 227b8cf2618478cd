/**
 * The door of the call engine. Load it with the meeting screen (`await import('../calls/calls.ts')`): LiveKit's client is heavy.
 * State is pushed by signals, as in the Matrix engine; words are made by screens.
 */
import type { ReadonlySignal } from '@preact/signals-core';

/** A picture that can be shown in an element. */
export interface VideoSource {
  /** Shows it in `element`; answers how to stop. LiveKit fetches only the size that the element has. */
  attach(element: HTMLVideoElement): () => void;
}

/** A still picture that somebody shows instead of a moving one: a small JPEG. */
export interface Still {
  /** Another number is another picture. */
  readonly number: number;
  readonly picture: Blob;
}

/** A picture that was taken but not sent. */
export interface TakenStill {
  readonly picture: Blob;
  /** Bytes that sending it takes. */
  readonly cost: number;
  /** Shows it to everybody in the call and to who comes later, until it is taken back, the camera is turned on, or one leaves. */
  show(): Promise<void>;
}

export interface CallPerson {
  /** Stable while the person is in the call. */
  readonly id: string;
  /** Matrix user id; absent for guests. Signed by the server. */
  readonly userId?: string;
  readonly name: string;
  /** What the star is drawn from. */
  readonly avatarId: string;
  readonly picture?: string;
  readonly own: boolean;
  readonly guest: boolean;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly sharing: boolean;
  readonly hand: boolean;
  readonly speaking: boolean;
  /** Loudness, 0 to 1. */
  readonly level: number;
  /**
   * Whether this person has shown that they hold the key in use. False for a moment after joining and at each change of key. A member in
   * Element Call shows nothing: true when this device has given them the key it sends with.
   */
  readonly canDecrypt: boolean;
  /** What arrives from them cannot be decrypted here. */
  readonly unreadable: boolean;
  readonly connection: 'good' | 'poor' | 'lost' | 'unknown';
  readonly still?: Still;
  readonly video?: VideoSource;
  readonly screen?: VideoSource;
}

export interface LobbyRequest {
  /** The guest's id. */
  readonly id: string;
  readonly name: string;
  readonly avatarId: string;
  /**
   * The guest has proved that they hold the whole link, so they will see and hear. False also while this device does not know the
   * link's secret; it asks the other members for it.
   */
  readonly hasKey: boolean;
}

/**
 * `connecting`. `waiting`: a guest before a member agrees. `refused`: a member did not agree. `live`. `reconnecting`. `ended`: left, or the
 * meeting is over. `removed`: put out. `lost`: the network did not come back. `unavailable`: the server carries no meetings or the
 * link is not valid. `forbidden`: this user may not take part. `moved`: this device has left, or was lost by the media server, and
 * may come in again at once with `options()`.
 */
export type CallState =
  | 'connecting'
  | 'waiting'
  | 'refused'
  | 'live'
  | 'reconnecting'
  | 'ended'
  | 'removed'
  | 'lost'
  | 'unavailable'
  | 'forbidden'
  | 'moved';

/** Who can decrypt, as a plain statement: everybody named here and nobody else. */
export interface Privacy {
  /** False until the key in use is here. */
  readonly encrypted: boolean;
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly userId?: string;
    readonly guest: boolean;
    readonly canDecrypt: boolean;
  }[];
}

export interface Call {
  readonly state: ReadonlySignal<CallState>;
  readonly title: ReadonlySignal<string>;
  /** The own person first, then by the time of joining. */
  readonly people: ReadonlySignal<readonly CallPerson[]>;
  /** Id of the person who speaks or spoke last, never the own one while somebody else is there. */
  readonly activeSpeaker: ReadonlySignal<string | undefined>;
  /** Guests who wait; empty for guests and for those who may not admit. */
  readonly waiting: ReadonlySignal<readonly LobbyRequest[]>;
  readonly privacy: ReadonlySignal<Privacy>;
  /** Milliseconds since the epoch; undefined before `live`. */
  readonly startedAt: ReadonlySignal<number | undefined>;
  /** Kilobits per second now, both ways together, and bytes since the start. */
  readonly kbits: ReadonlySignal<number>;
  readonly bytes: ReadonlySignal<number>;
  /** How much of the measured link is in use, 0 to 1; undefined where the browser measures none. */
  readonly linkShare: ReadonlySignal<number | undefined>;
  readonly microphone: ReadonlySignal<boolean>;
  readonly camera: ReadonlySignal<boolean>;
  readonly screen: ReadonlySignal<boolean>;
  readonly hand: ReadonlySignal<boolean>;
  readonly audioOnly: ReadonlySignal<boolean>;
  /** The browser wants a touch before it plays sound: call `startSound` in its handler. */
  readonly soundBlocked: ReadonlySignal<boolean>;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  setHand(on: boolean): Promise<void>;
  /** Sends no picture and fetches none but shared screens. */
  setAudioOnly(on: boolean): Promise<void>;
  /** Bytes that sending a still picture takes at most. */
  readonly stillAtMost: number;
  /** Takes one picture with the camera, which is off again afterwards. */
  takeStill(): Promise<TakenStill>;
  /** Takes the own still picture back. */
  removeStill(): Promise<void>;
  /** Front and back camera of a phone. */
  switchCamera(): Promise<void>;
  choose(kind: DeviceKind, id: string): Promise<void>;
  startSound(): Promise<void>;
  admit(guestId: string): Promise<void>;
  admitAll(): Promise<void>;
  refuse(guestId: string): Promise<void>;
  /** Puts a person out, for the rest of this meeting. The key changes at once. */
  remove(personId: string): Promise<void>;
  mute(personId: string): Promise<void>;
  /** How to come in again as one is now, or was when the call ended. */
  options(): JoinOptions;
  /** Resolves when the room has been told, or cannot be. */
  leave(): Promise<void>;
}

export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export interface MediaDevice {
  readonly id: string;
  readonly label: string;
}

/** The own picture and sound before joining. */
export interface Preview {
  readonly microphones: ReadonlySignal<readonly MediaDevice[]>;
  readonly cameras: ReadonlySignal<readonly MediaDevice[]>;
  /** Empty where the browser does not let one choose. */
  readonly speakers: ReadonlySignal<readonly MediaDevice[]>;
  readonly chosen: ReadonlySignal<Readonly<Record<DeviceKind, string | undefined>>>;
  /** Loudness of the microphone, 0 to 1. */
  readonly level: ReadonlySignal<number>;
  readonly video: ReadonlySignal<VideoSource | undefined>;
  readonly microphone: ReadonlySignal<boolean>;
  readonly camera: ReadonlySignal<boolean>;
  /** Why there is no sound or picture: not allowed, no device, or used by another program. */
  readonly trouble: ReadonlySignal<Readonly<Record<'microphone' | 'camera', DeviceTrouble | undefined>>>;
  choose(kind: DeviceKind, id: string): Promise<void>;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  stop(): void;
}

export type DeviceTrouble = 'denied' | 'missing' | 'busy';

export interface JoinOptions {
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly audioOnly?: boolean;
  readonly devices?: Partial<Readonly<Record<DeviceKind, string>>>;
}

export interface LinkFacts {
  readonly title: string;
  /** Somebody is there. */
  readonly open: boolean;
}

export interface Calls {
  /** Whether this browser can encrypt media; without it there are no calls. */
  readonly supported: boolean;
  preview(options: Pick<JoinOptions, 'microphone' | 'camera'>): Promise<Preview>;
  /** Joins the meeting of a room as its member. Encryption must be ready. */
  join(roomId: string, options: JoinOptions): Call;
  /** Joins as a guest. `key` is the fragment of the link. */
  joinByLink(linkId: string, key: string, name: string, options: JoinOptions): Call;
  /** Rejects with `M_NOT_FOUND` when the link is not valid. */
  linkFacts(linkId: string): Promise<LinkFacts>;
  /** The whole address for a new guest link, secret included. */
  createLink(roomId: string, title?: string): Promise<string>;
  /** Ends a link: its guests are put out and nobody comes in by it. */
  removeLink(roomId: string, linkId: string): Promise<void>;
  links(
    roomId: string,
  ): Promise<readonly { readonly linkId: string; readonly title: string; readonly address?: string }[]>;
}
