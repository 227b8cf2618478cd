export interface MeetingLinkRow {
  readonly linkId: string;
  readonly roomId: string;
  readonly title: string;
  readonly createdBy: string;
  readonly createdTs: number;
}

export interface MeetingGuestRow {
  readonly guestId: string;
  readonly linkId: string;
  readonly roomId: string;
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly state: 'waiting' | 'admitted' | 'refused' | 'removed';
  readonly keyOffer: string | null;
  readonly knockedTs: number;
}

/** Links, guests and removals of meetings. */
export interface MeetingStore {
  /** @returns false when the room has `linksMax` links already. */
  addLink(link: MeetingLinkRow, linksMax: number): Promise<boolean>;
  link(linkId: string): Promise<MeetingLinkRow | undefined>;
  linksOf(roomId: string): Promise<MeetingLinkRow[]>;
  /** Guests of the link go with it. */
  removeLink(linkId: string): Promise<void>;

  /** @returns false when `waitingMax` guests wait at the link already. */
  addGuest(guest: MeetingGuestRow, waitingMax: number): Promise<boolean>;
  guest(guestId: string): Promise<MeetingGuestRow | undefined>;
  /** Guests of a room that wait or are admitted, oldest first, at most 500. */
  presentGuests(roomId: string): Promise<MeetingGuestRow[]>;
  /** @returns false when the guest is not in one of the states `from`. */
  setGuestState(
    guestId: string,
    state: MeetingGuestRow['state'],
    from: ReadonlyArray<MeetingGuestRow['state']>,
  ): Promise<boolean>;

  /** Deletes a guest who waits. @returns the room, or undefined when nobody of this id waits */
  removeWaitingGuest(guestId: string): Promise<string | undefined>;

  /** Notes which room a call belongs to. */
  noteCall(callName: string, roomId: string): Promise<void>;
  calls(): Promise<Array<{ callName: string; roomId: string }>>;

  removeMember(roomId: string, userId: string, ts: number): Promise<void>;
  isRemoved(roomId: string, userId: string): Promise<boolean>;
  /** A meeting is over: members may come to the next; its guests ask again. */
  endMeeting(callName: string, roomId: string): Promise<void>;
}
