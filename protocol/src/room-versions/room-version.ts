/** What a room version decides, as data: each version is the one before it plus its differences, frozen. */
export interface RoomVersion {
  readonly id: string;
  /** May people knock (version 7)? */
  readonly knocking: boolean;
  /** Is there the join rule `restricted` (version 8)? */
  readonly restrictedJoins: boolean;
  /** Is there the join rule `knock_restricted` (version 10)? */
  readonly knockRestricted: boolean;
  /** Must power levels be integers, or may they be strings that say one (before version 10)? */
  readonly integerPowerLevels: boolean;
  /** Who created the room: `content.creator` or, from version 11, the sender of the create event. */
  readonly creator: 'content' | 'sender';
  /** Where a redaction says what it redacts: top level or, from version 11, in its content. */
  readonly redactsIn: 'event' | 'content';
  /** Do creators have infinite power, with `additional_creators` beside the sender (version 12)? */
  readonly creatorsInfinite: boolean;
  /** Is the room id the hash of the create event, which then has no `room_id` and is no auth event (version 12)? */
  readonly roomIdIsHash: boolean;
  readonly stateResolution: 'v2' | 'v2.1';
  readonly redaction: RedactionKeeps;
  /** Numbers of rules (in the union of all versions, see `auth/rule-number.ts`) that the version does not have. */
  readonly rulesAbsent: readonly string[];
}

/** What survives a redaction. */
export interface RedactionKeeps {
  /** Top-level keys. */
  readonly event: ReadonlySet<string>;
  /** Keys of `content` by event type; `all` keeps the whole. Content of other types is emptied. */
  readonly content: ReadonlyMap<string, readonly string[] | 'all'>;
  /** Does `m.room.member` keep `third_party_invite.signed` (version 11)? */
  readonly thirdPartyInviteSigned: boolean;
}
