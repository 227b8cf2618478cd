import { signal } from '@preact/signals-core';
import type { GuestAnswer, JoinAnswer, LobbyGuest } from '@majlis/protocol';
import { MatrixError } from '../matrix/door.ts';
import type { CallSide, Entrance } from './entrance.ts';
import { newerEpoch } from './epochs.ts';
import type { Epoch } from './epochs.ts';
import { makeOffer, openSealed } from './guest-seal.ts';
import type { GuestKey } from './guest-seal.ts';
import { GuestApi } from './meetings-api.ts';
import { pause } from './pause.ts';

/** Into a meeting by a link, without an account: knock, wait for a member, join, and take keys from sealed boxes. */
export class GuestEntrance implements Entrance {
  readonly lobby = signal<readonly LobbyGuest[]>([]);
  private readonly linkId: string;
  private readonly secret: string;
  private readonly name: string;
  private readonly api: GuestApi;
  private readonly ended = new AbortController();
  private side: CallSide | undefined;
  private current: Epoch | undefined;
  private standing: 'outside' | 'waiting' | 'admitted' = 'outside';

  constructor(linkId: string, secret: string, name: string, fetch_: typeof fetch) {
    this.linkId = linkId;
    this.secret = secret;
    this.name = name;
    this.api = new GuestApi(linkId, fetch_);
  }

  hasProved(): boolean {
    return false;
  }

  async enter(side: CallSide, waiting: () => void): Promise<JoinAnswer> {
    this.side = side;
    const key = await makeOffer(this.linkId, this.secret);
    if (this.ended.signal.aborted) throw goneBefore();
    await this.knock(key);
    if (this.ended.signal.aborted) {
      await this.api.withdraw();
      throw goneBefore();
    }
    waiting();
    await new Promise<void>((resolve, reject) => void this.watch(key, resolve, reject));
    return this.api.join();
  }

  entered(): void {
    // Nothing of its own: members see that a guest has come.
  }

  participantsChanged(): void {
    // Members change the key.
  }

  keyMissing(): void {
    // Members see that this guest shows no key.
  }

  async leave(): Promise<void> {
    this.ended.abort();
    if (this.standing === 'waiting') await this.api.withdraw();
  }

  decide(): Promise<void> {
    return Promise.reject(forMembers());
  }

  remove(): Promise<void> {
    return Promise.reject(forMembers());
  }

  mute(): Promise<void> {
    return Promise.reject(forMembers());
  }

  private async knock(key: GuestKey): Promise<void> {
    await this.api.knock(this.name, key.offer);
    this.standing = 'waiting';
  }

  /**
   * The server has forgotten a guest who waits and was not heard of for a minute, as on a line that breaks: they knock anew.
   * @returns whether there is still a place to wait
   */
  private async knockAgain(key: GuestKey): Promise<boolean> {
    if (this.standing !== 'waiting') return false;
    try {
      await this.knock(key);
    } catch (thrown) {
      if (isUnknown(thrown)) return false;
      await pause(3000, this.ended.signal);
    }
    return true;
  }

  /** Follows the guest's state and boxes for as long as the call lasts. */
  private async watch(
    key: GuestKey,
    admitted: () => void,
    refused: (error: MatrixError) => void,
  ): Promise<void> {
    const { signal: over } = this.ended;
    const gone = () => refused(goneBefore());
    if (over.aborted) gone();
    else over.addEventListener('abort', gone, { once: true });
    let version = 0;
    while (!over.aborted) {
      let answer: GuestAnswer;
      try {
        answer = await this.api.state(version, over);
      } catch (thrown) {
        if (over.aborted) return;
        if (isUnknown(thrown) && !(await this.knockAgain(key))) {
          this.turnAway('removed', refused);
          return;
        }
        if (!isUnknown(thrown)) await pause(3000, over);
        continue;
      }
      version = answer.version;
      for (const box of answer.keys) await this.open(box.sealed, key);
      if (over.aborted) return;
      if (answer.state === 'admitted') {
        this.standing = 'admitted';
        admitted();
      } else if (answer.state !== 'waiting') {
        this.turnAway(answer.state, refused);
        return;
      }
    }
  }

  private turnAway(state: 'refused' | 'removed', refused: (error: MatrixError) => void): void {
    this.standing = 'outside';
    this.side?.turned(state);
    refused(new MatrixError('denied', 'The guest was not let in.'));
  }

  private async open(sealed: string, key: GuestKey): Promise<void> {
    const epoch = await openSealed(sealed, key, this.linkId, this.secret);
    if (epoch === undefined) return;
    const newer = newerEpoch(this.current, epoch);
    if (newer === this.current || this.ended.signal.aborted) return;
    this.current = newer;
    this.side?.adopt(newer);
  }
}

/** Neither the link nor the guest is known, or the guest's secret is not. */
function isUnknown(thrown: unknown): boolean {
  return thrown instanceof MatrixError && (thrown.status === 404 || thrown.status === 401);
}

function goneBefore(): MatrixError {
  return new MatrixError('cancelled', 'Gone before being let in.');
}

function forMembers(): MatrixError {
  return new MatrixError('denied', 'Only members of the room can do this.');
}
