import type { StoredEvent } from './writer.ts';

/** A room as loaded into the memory of its owner. */
export interface RoomRow {
  readonly roomNid: number;
  readonly roomId: string;
  readonly version: string;
  readonly createdTs: number;
  readonly published: boolean;
  readonly lastTl: number;
  readonly bumpTl: number;
  readonly depth: number;
  readonly extremities: readonly string[];
}

export interface RoomWithState extends RoomRow {
  readonly state: readonly StoredEvent[];
}

/** An event about to be written. Positions are given by the writer. */
export interface NewEvent extends Omit<StoredEvent, 'nid' | 'tl' | 'redactedBy'> {
  readonly depth: number;
  /** Set for `m.room.member` events that take part in the state. */
  readonly membership?: string;
  readonly relatesTo?: { readonly eventId: string; readonly relType: string };
  /** The event whose content this one removes, with its redacted JSON. */
  readonly redacts?: { readonly eventId: string; readonly json: string };
  readonly movesRoomUp: boolean;
}

/**
 * Writes that build on one another. When one fails the chain breaks, and those that still wait behind it are refused
 * instead of being written on top of something that does not exist.
 */
export interface WriteChain {
  broken: boolean;
}

/** Written together or not at all. */
export interface Append {
  readonly events: readonly NewEvent[];
  readonly chain?: WriteChain;
  readonly transaction?: TransactionKey;
  /** An alias to take for the room in the same breath. A taken one makes the whole append a `Conflict`. */
  readonly alias?: { readonly alias: string; readonly creator: string };
}

export interface TransactionKey {
  readonly userId: string;
  readonly deviceId: string;
  readonly scope: string;
  readonly txnId: string;
  readonly ts: number;
}

export interface MembershipRow {
  readonly roomNid: number;
  readonly roomId: string;
  readonly membership: string;
  /** The event that brought this membership; a member who changes their name stays joined by the event of then. */
  readonly eventNid: number;
  readonly forgotten: boolean;
  readonly lastTl: number;
  readonly bumpTl: number;
}

export interface TimelineQuery {
  readonly roomNid: number;
  /** Exclusive bound on the side the walk starts from; undefined: the end of the timeline. */
  readonly from?: number;
  /** Exclusive bound at which the walk stops. */
  readonly to?: number;
  readonly direction: 'backward' | 'forward';
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface ReceiptRow {
  readonly roomNid: number;
  readonly userId: string;
  readonly receiptType: string;
  readonly threadId: string;
  readonly eventId: string;
  readonly tl: number;
  readonly ts: number;
  readonly position: number;
}

export interface AccountDataRow {
  readonly roomNid: number;
  readonly type: string;
  readonly content: string;
  readonly position: number;
}

/** How something must relate to an event. Both hold of one relation; an absent list asks for nothing, an empty one for the impossible. */
export interface RelatedBy {
  readonly senders?: readonly string[];
  readonly relTypes?: readonly string[];
}

export interface RoomStore {
  /** Makes the row of a room that does not exist yet. @returns its number. */
  createRoom(room: { roomId: string; version: string; published: boolean; ts: number }): Promise<number>;
  /** Makes `append` take its place in the queue at once for events with these types, senders and state keys. */
  prepare(strings: readonly string[]): Promise<void>;
  /** Group commit: many callers, one statement. Resolves after the commit with the events as stored. */
  append(append: Append): Promise<readonly StoredEvent[]>;
  transaction(key: Omit<TransactionKey, 'ts'>): Promise<string | undefined>;
  /** Forgets at most `limit` transactions noted before that time. @returns how many. */
  pruneTransactions(before: number, limit: number): Promise<number>;

  roomNid(roomId: string): Promise<number | undefined>;
  /** Rooms with their current state; unknown numbers are left out. */
  load(roomNids: readonly number[]): Promise<RoomWithState[]>;
  rows(roomNids: readonly number[]): Promise<RoomRow[]>;
  membershipsOf(userId: string): Promise<MembershipRow[]>;
  forget(userId: string, roomNid: number): Promise<void>;
  /** Whose membership of these rooms changed after a position, and to what; a new name is no change. */
  membershipChanges(
    roomNids: readonly number[],
    after: number,
  ): Promise<Array<{ roomNid: number; userId: string; membership: string; eventNid: number }>>;
  /** Those of `candidates` who are joined to a room that `userId` is joined to. */
  sharing(userId: string, candidates: readonly string[]): Promise<string[]>;

  event(eventId: string): Promise<StoredEvent | undefined>;
  events(eventNids: readonly number[]): Promise<StoredEvent[]>;
  timeline(query: TimelineQuery): Promise<StoredEvent[]>;
  /** The newest `limit` events of each room with `from < tl <= to`, ascending by room and `tl`. */
  tails(
    ranges: ReadonlyArray<{ roomNid: number; from: number; to: number }>,
    limit: number,
  ): Promise<StoredEvent[]>;
  /** State in force just after timeline index `tl`; narrowed by type and key when given. */
  stateAt(
    roomNid: number,
    tl: number,
    only?: ReadonlyArray<{ type: string; stateKey?: string }>,
  ): Promise<StoredEvent[]>;
  /** State events that came into force in `from < tl <= to` and still hold at `to`. */
  stateBetween(roomNid: number, from: number, to: number): Promise<StoredEvent[]>;
  /** Everything that ever held under a type and key, with its interval `from <= tl < to`. */
  stateIntervals(
    roomNid: number,
    type: string,
    stateKey: string,
  ): Promise<Array<{ from: number; to: number; event: StoredEvent }>>;
  eventByTime(
    roomNid: number,
    ts: number,
    direction: 'backward' | 'forward',
  ): Promise<StoredEvent | undefined>;

  /** Children of `parentEventId`, and their children down to `levels` (default 1), newest first unless `forward`. */
  relations(query: {
    parentEventId: string;
    roomNid: number;
    levels?: number;
    relType?: string;
    type?: string;
    sender?: string;
    from?: number;
    to?: number;
    direction: 'backward' | 'forward';
    limit: number;
  }): Promise<Array<StoredEvent & { relType: string }>>;
  /**
   * For each parent: the newest edit by its own sender, and its thread's count, last event and whether `userId` took part; of
   * what came up to timeline index `upTo` from others than `without`.
   */
  aggregations(
    parentEventIds: readonly string[],
    userId: string,
    upTo: number,
    without: readonly string[],
  ): Promise<Aggregation[]>;
  /** Those of `parentEventIds` to which an event of their room relates so, up to timeline index `upTo` and from others than `without`. */
  related(
    parentEventIds: readonly string[],
    by: RelatedBy,
    upTo: number,
    without: readonly string[],
  ): Promise<string[]>;
  /** Thread roots of a room, newest activity first. */
  threads(query: {
    roomNid: number;
    participant?: string;
    before?: number;
    limit: number;
  }): Promise<Array<{ root: StoredEvent; lastTl: number }>>;
  /** The newest events of several rooms together, newest first, with `tl < before`. */
  newest(roomNids: readonly number[], before: number, limit: number): Promise<StoredEvent[]>;
  /**
   * Events of `types` (`m.room.message`, `m.room.name`, `m.room.topic`) with a word that begins with each of the first
   * `wordsMax` words of `text`, without regard to case, accents and Arabic prefixes; newest first, with `tl < before`.
   */
  search(query: {
    roomNids: readonly number[];
    types: readonly string[];
    text: string;
    wordsMax: number;
    limit: number;
    before: number;
  }): Promise<StoredEvent[]>;

  alias(alias: string): Promise<{ roomId: string; roomNid: number; creator: string } | undefined>;
  /** @returns false when the alias is taken. */
  addAlias(alias: string, roomNid: number, creator: string): Promise<boolean>;
  removeAlias(alias: string): Promise<void>;
  /** Makes all aliases of a room lead to another. */
  moveAliases(fromNid: number, toNid: number): Promise<void>;
  aliasesOf(roomNid: number): Promise<string[]>;

  putReceipt(receipt: Omit<ReceiptRow, 'position'>): Promise<void>;
  receipts(roomNids: readonly number[], afterPosition: number): Promise<ReceiptRow[]>;
  receiptsOf(userId: string): Promise<ReceiptRow[]>;

  putAccountData(userId: string, roomNid: number, type: string, content: string): Promise<void>;
  accountData(userId: string, afterPosition: number): Promise<AccountDataRow[]>;
  accountDataOf(userId: string, roomNid: number, type: string): Promise<string | undefined>;
}

export interface Aggregation {
  readonly parentEventId: string;
  readonly edit?: StoredEvent;
  readonly thread?: { readonly count: number; readonly latest: StoredEvent; readonly participated: boolean };
  readonly references: readonly string[];
}
