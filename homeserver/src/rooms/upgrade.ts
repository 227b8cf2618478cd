import {
  actionLevel,
  isJsonObject,
  isUserId,
  maySend,
  powerLevel,
  readLevel,
  roomCreators,
  roomVersion,
} from '@majlis/protocol';
import type { JsonObject, JsonValue } from '@majlis/protocol';
import type { Requester } from '../http/endpoint.ts';
import { MatrixError, forbidden, invalidParam } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { joinedRoom } from './access.ts';
import type { RoomCreator } from './create.ts';
import type { Memberships } from './memberships.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Draft, Sender } from './sender.ts';

/** State that a room keeps when it moves (Client-Server API, "Room Upgrades"). */
const carriedTypes = [
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
];
const bans_carried_max = 1_000;
/** What the creator of a room before version 12 may do, and so may give. */
const creator_level = 100;

type UpgradeParts = Pick<HomeserverParts, 'storage' | 'log'>;

/** Moving a room to another version: a new room in its place, and a tombstone that leads there. */
export class RoomUpgrades {
  readonly #parts: UpgradeParts;
  readonly #rooms: Rooms;
  readonly #sender: Sender;
  readonly #creator: RoomCreator;
  readonly #memberships: Memberships;

  constructor(
    parts: UpgradeParts,
    services: { rooms: Rooms; sender: Sender; creator: RoomCreator; memberships: Memberships },
  ) {
    this.#parts = parts;
    this.#rooms = services.rooms;
    this.#sender = services.sender;
    this.#creator = services.creator;
    this.#memberships = services.memberships;
  }

  /**
   * @returns the id of the new room.
   * @throws MatrixError M_FORBIDDEN, M_UNSUPPORTED_ROOM_VERSION, M_INVALID_PARAM.
   */
  async upgrade(
    roomId: string,
    requester: Requester,
    versionId: string,
    additionalCreators: readonly string[],
  ): Promise<string> {
    const { userId } = requester;
    const old = await joinedRoom(this.#rooms, roomId, requester);
    if (!additionalCreators.every(isUserId)) throw invalidParam("'additional_creators' must hold user ids");
    if (!maySend(old.upcoming, userId, 'm.room.tombstone', true, old.version))
      throw forbidden('Upgrading this room takes a higher power level');
    const version = roomVersion(versionId);
    if (version === undefined)
      throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', `There is no room version ${versionId} here`);
    const room = await this.#creator.create(
      {
        creator: userId,
        versionId,
        preset: 'private_chat',
        creationContent: createContent(old, version.creatorsInfinite, additionalCreators),
        powerLevelOverride: undefined,
        initialState: carriedState(old),
        alias: undefined,
        name: undefined,
        topic: undefined,
        invite: [],
        isDirect: false,
        published: false,
        creatorProfile: await this.#memberships.profileOf(userId),
      },
      async () => lastDrafts(old, userId, [userId, ...additionalCreators], version.creatorsInfinite),
    );
    await this.#sender.send(roomId, {
      type: 'm.room.tombstone',
      sender: userId,
      stateKey: '',
      content: { body: 'This room has moved', replacement_room: room.roomId },
    });
    await this.#moveNames(old, room, userId);
    await this.#quieten(old, userId);
    return room.roomId;
  }

  /** Aliases and the place in the directory go along. */
  async #moveNames(old: Room, room: Room, userId: string): Promise<void> {
    const { rooms, directory } = this.#parts.storage;
    await rooms.moveAliases(old.nid, room.nid);
    if (old.published) {
      await directory.setPublished(old.nid, false);
      await directory.setPublished(room.nid, true);
      old.published = false;
      room.published = true;
    }
    const canonical = old.upcoming('m.room.canonical_alias', '')?.pdu.content;
    if (canonical === undefined || Object.keys(canonical).length === 0) return;
    const state = { type: 'm.room.canonical_alias', sender: userId, stateKey: '' };
    await this.#attempt(room.roomId, { ...state, content: canonical });
    await this.#attempt(old.roomId, { ...state, content: {} });
  }

  /** Nobody should go on talking in the old room by mistake. */
  async #quieten(old: Room, userId: string): Promise<void> {
    const levels = old.upcoming('m.room.power_levels', '')?.pdu.content;
    if (levels === undefined || !maySend(old.upcoming, userId, 'm.room.power_levels', true, old.version))
      return;
    const quiet = Math.max(50, (readLevel(levels['users_default']) ?? 0) + 1);
    if (powerLevel(old.upcoming, userId, old.version) < quiet) return;
    const eventsDefault = readLevel(levels['events_default']) ?? 0;
    const content: JsonObject = {
      ...levels,
      events_default: Math.max(quiet, eventsDefault),
      invite: Math.max(quiet, actionLevel(old.upcoming, 'invite')),
    };
    await this.#attempt(old.roomId, { type: 'm.room.power_levels', sender: userId, stateKey: '', content });
  }

  /** The room has moved already: what one of the two refuses now changes nothing about that. */
  async #attempt(roomId: string, draft: Draft): Promise<void> {
    try {
      await this.#sender.send(roomId, draft);
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      this.#parts.log.info('an upgraded room refused a last change', { reason: error.message });
    }
  }
}

function createContent(old: Room, infinite: boolean, additionalCreators: readonly string[]): JsonObject {
  const {
    creator: _creator,
    room_version: _version,
    additional_creators: _creators,
    predecessor: _predecessor,
    ...kept
  } = old.current('m.room.create', '')?.pdu.content ?? {};
  return {
    ...kept,
    predecessor: {
      room_id: old.roomId,
      // From version 12 the predecessor is named by its id alone.
      ...(!infinite && old.extremities[0] !== undefined && { event_id: old.extremities[0] }),
    },
    ...(infinite && additionalCreators.length > 0 && { additional_creators: [...additionalCreators] }),
  };
}

function carriedState(old: Room): Array<{ type: string; stateKey: string; content: JsonObject }> {
  return carriedTypes.flatMap((type) => {
    const event = old.upcoming(type, '');
    return event === undefined ? [] : [{ type, stateKey: '', content: event.pdu.content }];
  });
}

/** Bans, then the power levels: last, because after them the creator may be as weak as before. */
function lastDrafts(old: Room, userId: string, creators: readonly string[], infinite: boolean): Draft[] {
  const bans = [...old.ofType('m.room.member').values()]
    .filter(({ pdu }) => pdu.content['membership'] === 'ban')
    .slice(0, bans_carried_max)
    .map(({ pdu }): Draft => ({
      type: 'm.room.member',
      sender: userId,
      stateKey: pdu.state_key ?? '',
      content: { ...pdu.content },
    }));
  const levels = old.upcoming('m.room.power_levels', '')?.pdu.content;
  if (levels === undefined) return bans;
  return [
    ...bans,
    {
      type: 'm.room.power_levels',
      sender: userId,
      stateKey: '',
      content: carriedLevels(old, levels, creators, infinite),
    },
  ];
}

/** From version 12 creators stand above all levels and must not be named among them; before, the highest level is theirs. */
function carriedLevels(
  old: Room,
  levels: JsonObject,
  creators: readonly string[],
  infinite: boolean,
): JsonObject {
  const { users } = levels;
  if (!infinite && old.version.creatorsInfinite)
    return finiteLevels(levels, roomCreators(old.upcoming, old.version));
  if (!infinite || users === null || typeof users !== 'object' || Array.isArray(users)) return levels;
  const kept = Object.entries(users).filter(([userId]) => !creators.includes(userId));
  return { ...levels, users: Object.fromEntries(kept) };
}

function finiteLevels(levels: JsonObject, creators: readonly string[]): JsonObject {
  const lowered = (value: JsonValue): JsonValue => {
    if (typeof value === 'number') return Math.min(value, creator_level);
    return isJsonObject(value) ? lowerAll(value) : value;
  };
  const lowerAll = (all: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, lowered(value)]));
  const content = lowerAll(levels);
  const users = isJsonObject(content['users']) ? content['users'] : {};
  return {
    ...content,
    users: { ...users, ...Object.fromEntries(creators.map((userId) => [userId, creator_level])) },
  };
}
