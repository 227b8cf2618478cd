/** A pusher: where and how one device is told of news. */
export interface PusherRow {
  readonly userId: string;
  readonly deviceId: string;
  readonly appId: string;
  readonly pushkey: string;
  /** JSON as the client set it. */
  readonly settings: string;
  readonly createdTs: number;
}

export interface PushStore {
  /** @param onlyHere takes the same app and key away from all other users. */
  setPusher(pusher: PusherRow, onlyHere: boolean): Promise<void>;
  deletePusher(userId: string, appId: string, pushkey: string): Promise<void>;
  /** Takes a key that its gateway has refused away from everybody. */
  dropPushkey(appId: string, pushkey: string): Promise<void>;
  pushers(userId: string): Promise<PusherRow[]>;
  /** Who has any pusher. */
  pushedUsers(): Promise<string[]>;
}
