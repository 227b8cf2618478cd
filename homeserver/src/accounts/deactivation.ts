import { MatrixError } from '../http/errors.ts';
import type { Media } from '../media/media.ts';
import type { HomeserverParts } from '../parts.ts';
import type { Erasures } from '../rooms/erasures.ts';
import type { Memberships } from '../rooms/memberships.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import type { Sessions } from './sessions.ts';
import { inOwnRooms } from './own-rooms.ts';

type DeactivationParts = Pick<HomeserverParts, 'storage' | 'log'>;

interface DeactivationServices {
  readonly sessions: Sessions;
  readonly memberships: Memberships;
  readonly userRooms: UserRooms;
  readonly media: Media;
  readonly erasures: Erasures;
}

/** Closing an account for good. */
export class Deactivation {
  readonly #parts: DeactivationParts;
  readonly #services: DeactivationServices;
  #taskInHand: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: DeactivationParts, services: DeactivationServices) {
    this.#parts = parts;
    this.#services = services;
  }

  /** Goes on with what was cut off when the server last ended, while it serves. */
  async start(): Promise<void> {
    const unfinished = await this.#parts.storage.closedAccounts.unfinishedClosings();
    this.#taskInHand = this.#resume(unfinished);
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#taskInHand;
  }

  /**
   * Nobody can sign in any more, the profile and all devices are gone, and the person leaves every room and invitation.
   * @param erase also forgets their media, settings and keys, and empties their events for those who come later.
   */
  async close(userId: string, erase: boolean): Promise<void> {
    const { storage } = this.#parts;
    const { sessions, memberships, userRooms, media, erasures } = this.#services;
    const erasedAt = await storage.closedAccounts.closeAccount(userId, erase);
    if (erasedAt !== undefined) erasures.note(userId, erasedAt);
    const devices = await storage.accounts.devices(userId);
    await sessions.close(
      userId,
      devices.map(({ deviceId }) => deviceId),
    );
    sessions.forgetUser(userId);
    await inOwnRooms(userRooms, userId, ['join', 'invite', 'knock'], ({ roomId }) =>
      this.#attempt(() => memberships.leave(roomId, userId, userId)),
    );
    if (erase) {
      await storage.closedAccounts.eraseAccount(userId);
      await media.eraseOf(userId);
    }
    await storage.closedAccounts.finishClosing(userId);
  }

  /** One room that refuses must not keep the person in the others. */
  async #attempt(leave: () => Promise<void>): Promise<void> {
    try {
      await leave();
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      this.#parts.log.warn('a closed account could not leave a room', { reason: error.message });
    }
  }

  async #resume(unfinished: ReadonlyArray<{ userId: string; erase: boolean }>): Promise<void> {
    for (const { userId, erase } of unfinished) {
      if (this.#stopped) return;
      try {
        await this.close(userId, erase);
      } catch (error) {
        // It stays unfinished and is tried at the next start.
        this.#parts.log.warn('closing an account could not be finished', { reason: String(error) });
      }
    }
  }
}
