import { MatrixError } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import type { Memberships } from '../rooms/memberships.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import type { Sessions } from './sessions.ts';

const rooms_at_once = 50;

/** Closing an account for good. */
export class Deactivation {
  readonly #parts: Pick<HomeserverParts, 'storage' | 'log'>;
  readonly #sessions: Sessions;
  readonly #memberships: Memberships;
  readonly #userRooms: UserRooms;

  constructor(
    parts: Pick<HomeserverParts, 'storage' | 'log'>,
    sessions: Sessions,
    memberships: Memberships,
    userRooms: UserRooms,
  ) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#memberships = memberships;
    this.#userRooms = userRooms;
  }

  /** Nobody can sign in any more, the profile and all devices are gone, and the person leaves every room and invitation. */
  async close(userId: string): Promise<void> {
    const { storage } = this.#parts;
    await storage.accounts.deactivate(userId);
    const devices = await storage.accounts.devices(userId);
    await this.#sessions.close(
      userId,
      devices.map(({ deviceId }) => deviceId),
    );
    const mine = await this.#userRooms.of(userId);
    const rooms = [...mine.values()].filter(({ membership }) =>
      ['join', 'invite', 'knock'].includes(membership),
    );
    for (let start = 0; start < rooms.length; start += rooms_at_once) {
      await Promise.all(
        rooms.slice(start, start + rooms_at_once).map(({ roomId }) => this.#leave(roomId, userId)),
      );
    }
  }

  async #leave(roomId: string, userId: string): Promise<void> {
    try {
      await this.#memberships.leave(roomId, userId, userId);
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      this.#parts.log.warn('a closed account could not leave a room', { reason: error.message });
    }
  }
}
