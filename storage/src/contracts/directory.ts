/** A published room as its state describes it; members that its state does not have are null. */
export interface PublishedRoom {
  readonly roomId: string;
  readonly joinedMembers: number;
  readonly name: string | null;
  readonly topic: string | null;
  readonly avatarUrl: string | null;
  readonly canonicalAlias: string | null;
  readonly joinRule: string | null;
  readonly roomType: string | null;
  readonly historyVisibility: string | null;
  readonly guestAccess: string | null;
}

/** A place in the directory: the room at it. */
export type DirectoryPlace = Pick<PublishedRoom, 'roomId' | 'joinedMembers'>;

export interface DirectoryQuery {
  /** What name, topic or alias contain, without regard to case and accents; undefined: anything. */
  readonly words: string | undefined;
  /** Types of rooms, null for rooms without one; undefined: all. */
  readonly types: ReadonlyArray<string | null> | undefined;
  /** Where the page begins, on which side of a room; undefined: at the start. */
  readonly from: { readonly place: DirectoryPlace; readonly direction: 'after' | 'before' } | undefined;
  readonly limit: number;
}

/** The directory of published rooms: largest first, then by room id. Rooms without members are left out. */
export interface DirectoryStore {
  setPublished(roomNid: number, published: boolean): Promise<void>;
  /** @returns a page in the order of the directory, whether there is more beyond it, and how many rooms there are in all. */
  publishedRooms(query: DirectoryQuery): Promise<{ rooms: PublishedRoom[]; more: boolean; total: number }>;
}
