import type { Storage, ToDeviceMessage } from '@majlis/storage';
import type { Requester } from '../http/endpoint.ts';
import type { ChangeIndex } from './change-index.ts';

const devices_max = 20_000;

export interface InboxPage {
  /** The messages as JSON texts joined by commas; undefined when there are none. */
  readonly text: string | undefined;
  /** What the device acknowledges by naming it next time. */
  readonly upTo: number;
}

/** To-device messages: kept until the device names a position at or after theirs. */
export class Inbox {
  readonly #storage: Storage;
  readonly #changes: ChangeIndex;
  readonly #acknowledged = new Map<string, number>();

  constructor(storage: Storage, changes: ChangeIndex) {
    this.#storage = storage;
    this.#changes = changes;
  }

  /** Deletes what `after` acknowledges and answers what follows. */
  async read(requester: Requester, after: number, upTo: number, limit: number): Promise<InboxPage> {
    const { userId, deviceId } = requester;
    const last = this.#changes.lastToDevice(userId, deviceId);
    const key = `${userId} ${deviceId}`;
    const acknowledged = this.#acknowledged.get(key) ?? 0;
    if (after > acknowledged && last > acknowledged) {
      await this.#storage.encryption.acknowledgeToDevice(userId, deviceId, after);
      if (this.#acknowledged.size >= devices_max) this.#acknowledged.clear();
      this.#acknowledged.set(key, after);
    }
    if (last <= after) return { text: undefined, upTo };
    const messages = await this.#storage.encryption.toDeviceMessages(userId, deviceId, after, upTo, limit);
    const newest = messages.at(-1);
    if (newest === undefined) return { text: undefined, upTo };
    return { text: messages.map(render).join(','), upTo: messages.length < limit ? upTo : newest.position };
  }
}

function render({ sender, type, content }: ToDeviceMessage): string {
  return `{"sender":${JSON.stringify(sender)},"type":${JSON.stringify(type)},"content":${content}}`;
}
