import type { StoredEvent } from './writer.ts';

/** A pusher: where and how one device is told of news. */
export interface PusherSettings {
  readonly userId: string;
  readonly deviceId: string;
  readonly appId: string;
  readonly pushkey: string;
  /** JSON as the client set it. */
  readonly settings: string;
  readonly createdTs: number;
}

export interface PusherRow extends PusherSettings {
  /** Position up to which nothing has to be told any more. */
  readonly told: number;
}

/** How far one pusher has got. */
export type PusherProgress = Pick<PusherRow, 'userId' | 'appId' | 'pushkey' | 'told'>;

/** What a user has not been told of yet. */
export interface MissedNews {
  /** Ascending; the newest when there were more than asked for. */
  readonly events: readonly StoredEvent[];
  /** Position of the user's newest read receipt, where it lies in the range. */
  readonly readAt: number | undefined;
}

export interface PushStore {
  /**
   * A new pusher is told of what comes after this moment; one that is set again goes on where it was.
   * @param onlyHere takes the same app and key away from all other users.
   */
  setPusher(pusher: PusherSettings, onlyHere: boolean): Promise<void>;
  deletePusher(userId: string, appId: string, pushkey: string): Promise<void>;
  /** Takes a key that its gateway has refused away from everybody. */
  dropPushkey(appId: string, pushkey: string): Promise<void>;
  pushers(userId: string): Promise<PusherRow[]>;
  /** Who has any pusher. */
  pushedUsers(): Promise<string[]>;

  /** Users with a pusher for which something may have happened after it was last told, up to `upTo`. */
  usersBehind(upTo: number): Promise<string[]>;
  /**
   * Events by others with `after < position <= upTo` in the rooms that the user has joined and not read so far, and those
   * that changed the user's own membership. Whether they deserve a notice is the caller's to judge.
   */
  missed(query: { userId: string; after: number; upTo: number; limit: number }): Promise<MissedNews>;
  /** Moves pushers forward, never back; those that are gone are passed over. */
  setTold(progress: readonly PusherProgress[]): Promise<void>;
  /** Moves all pushers of each user forward but those named in `except`. */
  setUsersTold(
    users: ReadonlyArray<{ userId: string; told: number }>,
    except: ReadonlyArray<Omit<PusherProgress, 'told'>>,
  ): Promise<void>;
}
