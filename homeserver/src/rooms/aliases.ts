import { isRoomAlias, isRoomId, maySend, serverNameOf } from '@majlis/protocol';
import type { JsonValue } from '@majlis/protocol';
import type { Requester } from '../http/endpoint.ts';
import { MatrixError, forbidden, invalidParam, notFound } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { joinedRoom } from './access.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Sender } from './sender.ts';

const aliases_per_room_max = 100;
const canonical = 'm.room.canonical_alias';

/** Names that lead to rooms of this server. */
export class Aliases {
  readonly #parts: Pick<HomeserverParts, 'storage' | 'options'>;
  readonly #rooms: Rooms;
  readonly #sender: Sender;

  constructor(parts: Pick<HomeserverParts, 'storage' | 'options'>, rooms: Rooms, sender: Sender) {
    this.#parts = parts;
    this.#rooms = rooms;
    this.#sender = sender;
  }

  /** @throws MatrixError M_INVALID_PARAM for what is neither a room id nor an alias, M_NOT_FOUND. */
  async roomId(idOrAlias: string): Promise<string> {
    if (isRoomId(idOrAlias)) return idOrAlias;
    return (await this.resolve(idOrAlias)).roomId;
  }

  async resolve(alias: string): Promise<{ roomId: string; creator: string }> {
    if (!isRoomAlias(alias)) throw invalidParam('This is not a room alias');
    const found = await this.#parts.storage.rooms.alias(alias);
    if (found === undefined) throw notFound('There is no room with this alias');
    return found;
  }

  /** @throws MatrixError M_INVALID_PARAM for names of other servers, M_FORBIDDEN, 409 when it is taken. */
  async add(alias: string, roomId: string, requester: Requester): Promise<void> {
    if (!isRoomAlias(alias)) throw invalidParam('This is not a room alias');
    if (serverNameOf(alias) !== this.#parts.options.serverName)
      throw invalidParam('Aliases are made at the server whose name they carry');
    const room = await joinedRoom(this.#rooms, roomId, requester);
    const { rooms } = this.#parts.storage;
    if ((await rooms.aliasesOf(room.nid)).length >= aliases_per_room_max)
      throw forbidden(`A room has at most ${aliases_per_room_max} aliases`);
    if (!(await rooms.addAlias(alias, room.nid, requester.userId)))
      throw new MatrixError(409, 'M_UNKNOWN', 'This alias is taken');
  }

  /**
   * Removes an alias, from the room's canonical aliases too where the requester may.
   * @throws MatrixError M_NOT_FOUND, M_FORBIDDEN unless the requester made it, moderates the room or administers the server.
   */
  async remove(alias: string, requester: Requester): Promise<void> {
    const { roomId, creator } = await this.resolve(alias);
    const room = await this.#rooms.byId(roomId);
    const moderates = mayName(room, requester.userId);
    if (creator !== requester.userId && !moderates && !requester.isAdmin)
      throw forbidden('This alias was made by somebody else');
    await this.#parts.storage.rooms.removeAlias(alias);
    if (moderates) await this.#removeFromRoom(room, alias, requester.userId);
  }

  async #removeFromRoom(room: Room, alias: string, userId: string): Promise<void> {
    const content = room.upcoming(canonical, '')?.pdu.content;
    const alternatives: JsonValue = content?.['alt_aliases'] ?? [];
    const others = Array.isArray(alternatives) ? alternatives.filter((one) => one !== alias) : [];
    const unchanged = Array.isArray(alternatives) && others.length === alternatives.length;
    if (content === undefined || (content['alias'] !== alias && unchanged)) return;
    const { alias: main, alt_aliases: _replaced, ...rest } = content;
    await this.#sender.send(room.roomId, {
      type: canonical,
      sender: userId,
      stateKey: '',
      content: {
        ...rest,
        ...(main !== undefined && main !== alias && { alias: main }),
        ...(others.length > 0 && { alt_aliases: others }),
      },
    });
  }
}

/** Whether a joined member may say under which names a room is known. */
export function mayName(room: Room, userId: string): boolean {
  return room.membership(userId) === 'join' && maySend(room.upcoming, userId, canonical, true, room.version);
}
