import type { EventRecord, GapRecord } from '../timeline/log.ts';
import type { MemberFacts, RoomRecord } from '../rooms/record.ts';
import type { OutgoingRecord } from '../sending/outgoing.ts';
import type { CryptoDelivery } from '../encryption/engine-contract.ts';

/** What the device keeps. Keys are given from outside; `places` finds an event by its id. */
export interface Tables {
  /** Session, sync position, account data and other single values. */
  meta: unknown;
  rooms: RoomRecord;
  /** Key `[roomId, index]`. */
  events: EventRecord | GapRecord;
  /** Key event id. */
  places: { readonly roomId: string; readonly index: number };
  /** Key room id: every member, once loaded. */
  members: Readonly<Record<string, MemberFacts>>;
  /** Key: growing number. */
  outgoing: OutgoingRecord;
  /** What sync brought for the crypto machine and it has not taken yet. Key: growing number. */
  deliveries: CryptoDelivery;
  /** Key: mxc address. */
  media: StoredMedia;
  /** Settings that outlive the session. */
  kept: unknown;
}

export interface StoredMedia {
  readonly blob: Blob;
  readonly keptAt: number;
}

export type TableName = keyof Tables;
export type Key = string | number | readonly (string | number)[];

export type Change = {
  [T in TableName]: { readonly table: T; readonly key: Key; readonly value: Tables[T] | undefined };
}[TableName];

export interface Range {
  /** Inclusive bounds. */
  readonly from?: Key;
  readonly to?: Key;
  readonly limit?: number;
  /** From the end. The answer is then in falling order. */
  readonly reverse?: boolean;
}

export interface Row<T extends TableName> {
  readonly key: Key;
  readonly value: Tables[T];
}

/** A store of the browser, or of memory for tests. Failures reject with kind `storage`. */
export interface Store {
  get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | undefined>;
  range<T extends TableName>(table: T, range?: Range): Promise<Row<T>[]>;
  /** All changes or none. `value: undefined` deletes. */
  write(changes: readonly Change[]): Promise<void>;
  /** Deletes every row of every table but `kept`. */
  clear(): Promise<void>;
  close(): void;
}

export const tableNames: readonly TableName[] = [
  'meta',
  'rooms',
  'events',
  'places',
  'members',
  'outgoing',
  'deliveries',
  'media',
  'kept',
];
