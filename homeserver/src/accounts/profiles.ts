import type { JsonObject, JsonValue } from '@majlis/protocol';
import { parseMxc } from '@majlis/protocol';
import type { Account } from '@majlis/storage';
import { MatrixError, badJson, invalidParam, notFound } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Sender } from '../rooms/sender.ts';
import type { UserRooms } from '../sync/user-rooms.ts';
import { Turns } from '../turns.ts';
import { inOwnRooms } from './own-rooms.ts';

const profile_bytes_max = 65_536;
const key_bytes_max = 255;
const displayname_length_max = 256;
const avatar_url_length_max = 1_000;

const roomFields = ['displayname', 'avatar_url'] as const;
const keyPattern = /^(?:avatar_url|displayname|m\.tz|[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)$/;

/** What people say of themselves; name and picture are repeated in the member events of their rooms. */
export class Profiles {
  readonly #parts: Pick<HomeserverParts, 'storage' | 'log'>;
  readonly #rooms: Rooms;
  readonly #sender: Sender;
  readonly #userRooms: UserRooms;
  readonly #tellings = new Turns();

  constructor(
    parts: Pick<HomeserverParts, 'storage' | 'log'>,
    rooms: Rooms,
    sender: Sender,
    userRooms: UserRooms,
  ) {
    this.#parts = parts;
    this.#rooms = rooms;
    this.#sender = sender;
    this.#userRooms = userRooms;
  }

  /** @throws MatrixError M_NOT_FOUND when there is no such account here, or it was closed. */
  async of(userId: string): Promise<Account['profile']> {
    const account = await this.#parts.storage.accounts.account(userId);
    if (account === undefined || account.deactivated) throw notFound('There is no such user here');
    return account.profile;
  }

  /**
   * Sets a field, or removes it (`undefined`), and tells the user's rooms where it shows there.
   * @throws MatrixError M_INVALID_PARAM, M_KEY_TOO_LARGE, M_PROFILE_TOO_LARGE, M_BAD_JSON.
   */
  async set(userId: string, key: string, value: JsonValue | undefined): Promise<void> {
    checkKey(key);
    const profile = await this.of(userId);
    const kept = value === undefined ? undefined : checkValue(key, value);
    const next = { ...profile, [key]: kept };
    if (Buffer.byteLength(JSON.stringify(next)) > profile_bytes_max) {
      throw new MatrixError(400, 'M_PROFILE_TOO_LARGE', `A profile is at most ${profile_bytes_max} bytes`);
    }
    if (JSON.stringify(profile[key]) === JSON.stringify(kept)) return;
    await this.#parts.storage.accounts.setProfileField(userId, key, kept);
    // In turn, so that the last to tell the rooms tells what holds.
    if (roomFields.some((field) => field === key))
      await this.#tellings.take(userId, () => this.#tellRooms(userId));
  }

  async #tellRooms(userId: string): Promise<void> {
    const profile = await this.of(userId);
    await inOwnRooms(this.#userRooms, userId, ['join'], ({ roomId }) =>
      this.#tellRoom(roomId, userId, profile),
    );
  }

  /** One room that refuses must not keep the others from hearing of it. */
  async #tellRoom(roomId: string, userId: string, profile: Account['profile']): Promise<void> {
    const room = await this.#rooms.byId(roomId);
    const member = room.current('m.room.member', userId);
    if (member === undefined) return;
    const content: JsonObject = { ...member.pdu.content };
    // What spoke of how the person came in does not belong to a change of name.
    for (const name of [
      ...roomFields,
      'reason',
      'is_direct',
      'third_party_invite',
      'join_authorised_via_users_server',
    ]) {
      delete content[name];
    }
    for (const field of roomFields) {
      const value = profile[field];
      if (typeof value === 'string') content[field] = value;
    }
    try {
      await this.#sender.send(roomId, { type: 'm.room.member', sender: userId, stateKey: userId, content });
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      this.#parts.log.warn('a room did not take a new profile', { reason: error.message });
    }
  }
}

function checkKey(key: string): void {
  if (Buffer.byteLength(key) > key_bytes_max) {
    throw new MatrixError(400, 'M_KEY_TOO_LARGE', `A profile key is at most ${key_bytes_max} bytes`);
  }
  if (!keyPattern.test(key)) throw invalidParam('This is not the name of a profile field');
}

/** @returns the value to keep; undefined where an empty name or picture takes the field away. */
function checkValue(key: string, value: JsonValue): JsonValue | undefined {
  if (key === 'm.tz') {
    if (typeof value !== 'string' || value.length > key_bytes_max)
      throw badJson("'m.tz' must be a time zone");
    return value;
  }
  if (key !== 'displayname' && key !== 'avatar_url') return value;
  if (value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badJson(`'${key}' must be a string`);
  if (key === 'displayname' && value.length > displayname_length_max)
    throw invalidParam(`A display name is at most ${displayname_length_max} characters`);
  if (key === 'avatar_url') {
    if (value.length > avatar_url_length_max || parseMxc(value) === undefined)
      throw invalidParam("'avatar_url' must be an mxc:// address");
  }
  return value;
}
