/**
 * The contract of the meetings API, below `/_majlis/meetings/v1`. Members authenticate with their Matrix access token
 * (`Authorization: Bearer`), guests with the secret that knocking gave them. Errors are `{ errcode, error }` as in Matrix.
 */
export const meetingsBase = '/_majlis/meetings/v1';

/** Limits of the meetings API, in the unit that the name ends with. */
export const meetingLimits = Object.freeze({
  /** Name of a guest, and title of a link. */
  name_characters: 100,
  /** An opaque box of keys that the server passes on. */
  sealed_characters: 8_192,
  /** Guests that may wait at one link at once. */
  waiting_guests: 50,
  /** Longest wait of a long poll. */
  wait_ms: 30_000,
  /** Life of a LiveKit token: it is for joining, a connection outlives it. */
  token_ms: 120_000,
});

/** `POST rooms/{roomId}/join` and `POST links/{linkId}/guests/{guestId}/token`: what a LiveKit client needs. */
export interface JoinAnswer {
  /** Where to connect, `wss://…` or `ws://…`. */
  url: string;
  /** A LiveKit access token of at most two minutes. */
  token: string;
  /** The public identity of this participant: random, unless the member asked for the one of MatrixRTC. */
  identity: string;
}

/** `POST rooms/{roomId}/join`. */
export interface JoinQuestion {
  /**
   * Take the identity under which MatrixRTC clients (Element Call) look for the member of a call: `userId:deviceId`. It tells
   * nobody more than {@link ParticipantAttributes} do, which the same people see.
   */
  matrix_rtc?: boolean;
}

/** Attributes that the server signs into a participant's token: nobody else can set them. */
export interface ParticipantAttributes {
  /** Matrix user id; absent for guests. */
  user_id?: string;
  device_id?: string;
  /** Guest id; absent for members. */
  guest_id?: string;
  /**
   * `epochs` for who came in by `rooms/{roomId}/join`: takes the meeting's secret and derives everybody's media key from it. Absent
   * for guests and for who came in by Element Call's token service: each of those sends a media key of their own.
   */
  keys?: 'epochs';
}

/** One participant in `GET rooms/{roomId}`. */
export interface MeetingParticipant {
  identity: string;
  name: string;
  user_id?: string;
  guest_id?: string;
  joined_ts: number;
}

/** `GET rooms/{roomId}`: whether a meeting is on. */
export interface MeetingAnswer {
  active: boolean;
  participants: MeetingParticipant[];
}

/** `POST rooms/{roomId}/links` with `{ title? }`, and the entries of `GET rooms/{roomId}/links`. */
export interface MeetingLink {
  link_id: string;
  room_id: string;
  title: string;
  created_by: string;
  created_ts: number;
}

/** `GET links/{linkId}`, for anyone who has the link. */
export interface LinkAnswer {
  title: string;
  active: boolean;
}

/** `POST links/{linkId}/knock` with `{ name, key_offer? }`. `key_offer` is opaque to the server. */
export interface KnockAnswer {
  guest_id: string;
  /** Proves later that it is the same guest. Never shown to anybody else. */
  guest_secret: string;
}

export type GuestState = 'waiting' | 'admitted' | 'refused' | 'removed';

/** A box of keys that the server passes on unread, with its place in the order. */
export interface SealedKeys {
  version: number;
  /** Who sent it: a member's user id, or a guest id. */
  from: string;
  sealed: string;
}

/**
 * `GET links/{linkId}/guests/{guestId}?since=VERSION&wait=MS`: answers at once when anything is newer than `since`. A guest who waits and
 * does not ask for a minute is gone (404 from then on) and may knock again; `DELETE` on the same path goes at once.
 */
export interface GuestAnswer {
  version: number;
  state: GuestState;
  /** Boxes that members sealed for this guest, newer than `since`. */
  keys: SealedKeys[];
}

export interface LobbyGuest {
  guest_id: string;
  name: string;
  state: GuestState;
  knocked_ts: number;
  key_offer?: string;
}

/** `GET rooms/{roomId}/lobby?since=VERSION&wait=MS`, for joined members: guests that wait or are admitted. */
export interface LobbyAnswer {
  version: number;
  guests: LobbyGuest[];
  /** Boxes that guests sealed for members, newer than `since`. */
  keys: SealedKeys[];
}
