import type { JoinAnswer, LobbyGuest } from '@majlis/protocol';
import type { ReadonlySignal } from '@preact/signals-core';
import type { MediaKey } from './element-call-keys.ts';
import type { Epoch, Participant } from './epochs.ts';

/** What the way in needs to know of the call, and tells it. */
export interface CallSide {
  ownIdentity(): string;
  /** Nobody while there is no connection. */
  participants(): readonly Participant[];
  adopt(epoch: Epoch): void;
  /** A member in Element Call gave the key that they send with. */
  adoptKey(identity: string, key: MediaKey): void;
  /** A member in Element Call was given this device's key of this epoch. */
  gave(identity: string, epoch: number): void;
  /** Whether this participant has shown that they hold this epoch. */
  shows(identity: string, epoch: number): boolean;
  /** A guest's state changed before or during the call. */
  turned(away: 'refused' | 'removed'): void;
  /** Somebody came whose program finds this device only under another name, which it gets when it comes in again. */
  comeAgain(): void;
}

/** How one comes into a meeting and by its keys: as a member of the room, or as a guest with a link. */
export interface Entrance {
  /** Guests who wait; always empty for guests. */
  readonly lobby: ReadonlySignal<readonly LobbyGuest[]>;
  /** Whether a waiting guest has proved to hold the secret of their link, as far as this device can tell. */
  hasProved(guestId: string): boolean;
  /** Resolves when this person may join (guests wait here), with what LiveKit needs. */
  enter(side: CallSide, waiting: () => void): Promise<JoinAnswer>;
  /** Connected. */
  entered(): void;
  participantsChanged(how: 'came' | 'went'): void;
  /** Media have not been readable for a while. */
  keyMissing(): void;
  leave(): Promise<void>;
  // Only members can:
  decide(guestId: string, admit: boolean): Promise<void>;
  remove(identity: string): Promise<void>;
  mute(identity: string): Promise<void>;
}
