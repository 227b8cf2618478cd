import {
  creatableRoomVersions,
  defaultPowerLevels,
  defaultRoomVersion,
  encodeBase64Url,
  isUserId,
  roomVersion,
  signEvent,
} from '@majlis/protocol';
import type { JsonObject, RoomVersion, UnsignedPdu } from '@majlis/protocol';
import { Conflict } from '@majlis/storage';
import { MatrixError, invalidParam } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Draft, Sender } from './sender.ts';

export type Preset = 'private_chat' | 'trusted_private_chat' | 'public_chat';

/** A checked request to make a room (Client-Server API, "POST /createRoom"). */
export interface RoomPlan {
  readonly creator: string;
  readonly versionId: string | undefined;
  readonly preset: Preset;
  readonly creationContent: JsonObject;
  readonly powerLevelOverride: JsonObject | undefined;
  readonly initialState: ReadonlyArray<{ type: string; stateKey: string; content: JsonObject }>;
  readonly alias: string | undefined;
  readonly name: string | undefined;
  readonly topic: string | undefined;
  readonly invite: readonly string[];
  readonly isDirect: boolean;
  readonly published: boolean;
  /** Members copied from the creator's profile. */
  readonly creatorProfile: JsonObject;
}

const presets: Readonly<Record<Preset, { joinRule: string; guestAccess: string }>> = {
  private_chat: { joinRule: 'invite', guestAccess: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', guestAccess: 'can_join' },
  public_chat: { joinRule: 'public', guestAccess: 'forbidden' },
};

type CreatorParts = Pick<
  HomeserverParts,
  'storage' | 'crypto' | 'signingKey' | 'clock' | 'random' | 'options'
>;

/** Makes rooms: all first events are written together, or the room does not come to be. */
export class RoomCreator {
  readonly #parts: CreatorParts;
  readonly #rooms: Rooms;
  readonly #sender: Sender;
  #lastTs = 0;

  constructor(parts: CreatorParts, rooms: Rooms, sender: Sender) {
    this.#parts = parts;
    this.#rooms = rooms;
    this.#sender = sender;
  }

  /** @throws MatrixError M_UNSUPPORTED_ROOM_VERSION, M_INVALID_ROOM_STATE, M_INVALID_PARAM, M_ROOM_IN_USE. */
  async create(plan: RoomPlan, extraDrafts: (roomId: string) => Promise<Draft[]>): Promise<Room> {
    const versionId = plan.versionId ?? defaultRoomVersion;
    const version = roomVersion(versionId);
    if (version === undefined || !creatableRoomVersions.includes(versionId)) {
      throw new MatrixError(
        400,
        'M_UNSUPPORTED_ROOM_VERSION',
        `Rooms of version ${versionId} cannot be made here`,
      );
    }
    const ts = this.#uniqueTs();
    const createContent = this.#createContent(plan, version);
    const roomId = this.#roomId(plan, version, createContent, ts);
    const drafts = [
      { type: 'm.room.create', sender: plan.creator, stateKey: '', content: createContent, ts },
      ...firstEvents(plan, version),
      ...(await extraDrafts(roomId)),
    ];
    const { rooms } = this.#parts.storage;
    await rooms.prepare(drafts.flatMap((draft) => [draft.type, draft.sender, draft.stateKey ?? '']));
    const roomNid = await rooms.createRoom({
      roomId,
      version: versionId,
      published: plan.published,
      ts,
    });
    const room = new Room({
      roomNid,
      roomId,
      version: versionId,
      createdTs: ts,
      published: plan.published,
      lastTl: 0,
      bumpTl: 0,
      depth: 0,
      extremities: [],
      state: [],
    });
    this.#rooms.adopt(room);
    try {
      await this.#sender.appendTo(room, drafts, {
        ...(plan.alias !== undefined && { alias: { alias: plan.alias, creator: plan.creator } }),
      });
    } catch (error) {
      room.chain.broken = true;
      if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN') {
        throw new MatrixError(400, 'M_INVALID_ROOM_STATE', error.message);
      }
      if (error instanceof Conflict && plan.alias !== undefined) throw aliasTaken();
      throw error;
    }
    return room;
  }

  /**
   * From version 12 a room's id is the hash of its create event: two rooms that one person makes in the same millisecond
   * would be one. So no two rooms of this server have the same time.
   */
  #uniqueTs(): number {
    this.#lastTs = Math.max(this.#parts.clock.now(), this.#lastTs + 1);
    return this.#lastTs;
  }

  #createContent(plan: RoomPlan, version: RoomVersion): JsonObject {
    const { creator: _ignored, ...content } = plan.creationContent;
    const additional = content['additional_creators'];
    if (!version.creatorsInfinite) {
      delete content['additional_creators'];
      if (version.creator === 'content') content['creator'] = plan.creator;
    } else {
      const creators = additional ?? [];
      if (!Array.isArray(creators) || !creators.every(isUserId)) {
        throw invalidParam("'additional_creators' must be an array of user ids");
      }
      const trusted = plan.preset === 'trusted_private_chat' ? plan.invite : [];
      const all = [...new Set([...creators, ...trusted])].filter((userId) => userId !== plan.creator);
      if (all.length > 0) content['additional_creators'] = all;
      else delete content['additional_creators'];
    }
    return { ...content, room_version: version.id };
  }

  /** From version 12 the room id is the create event's hash, before that a random name. */
  #roomId(plan: RoomPlan, version: RoomVersion, content: JsonObject, ts: number): string {
    if (!version.creatorsInfinite) {
      return `!${encodeBase64Url(this.#parts.random.bytes(18))}:${this.#parts.options.serverName}`;
    }
    const event: UnsignedPdu = {
      type: 'm.room.create',
      sender: plan.creator,
      state_key: '',
      content,
      depth: 1,
      prev_events: [],
      auth_events: [],
      origin_server_ts: ts,
    };
    return `!${signEvent(event, version, this.#parts.signingKey, this.#parts.crypto).eventId.slice(1)}`;
  }
}

export const aliasTaken = (): MatrixError => new MatrixError(400, 'M_ROOM_IN_USE', 'This alias is taken');

/** The events of a new room in the order the specification names. */
function firstEvents(plan: RoomPlan, version: RoomVersion): Draft[] {
  const preset = presets[plan.preset];
  const given = new Set(plan.initialState.map(({ type, stateKey }) => `${type} ${stateKey}`));
  const state = (type: string, content: JsonObject, stateKey = ''): Draft => ({
    type,
    sender: plan.creator,
    stateKey,
    content,
  });
  const powerLevels = defaultPowerLevels(
    version,
    plan.preset === 'trusted_private_chat' ? [plan.creator, ...plan.invite] : [plan.creator],
    plan.powerLevelOverride,
  );
  const drafts = [
    state('m.room.member', { ...plan.creatorProfile, membership: 'join' }, plan.creator),
    ...(given.has('m.room.power_levels ') ? [] : [state('m.room.power_levels', powerLevels)]),
    ...(plan.alias === undefined ? [] : [state('m.room.canonical_alias', { alias: plan.alias })]),
    ...(given.has('m.room.join_rules ') ? [] : [state('m.room.join_rules', { join_rule: preset.joinRule })]),
    ...(given.has('m.room.history_visibility ')
      ? []
      : [state('m.room.history_visibility', { history_visibility: 'shared' })]),
    ...(given.has('m.room.guest_access ')
      ? []
      : [state('m.room.guest_access', { guest_access: preset.guestAccess })]),
    ...plan.initialState.map(({ type, stateKey, content }) => state(type, content, stateKey)),
    ...(plan.name === undefined ? [] : [state('m.room.name', { name: plan.name })]),
    ...(plan.topic === undefined
      ? []
      : [
          state('m.room.topic', {
            topic: plan.topic,
            'm.topic': { 'm.text': [{ body: plan.topic, mimetype: 'text/plain' }] },
          }),
        ]),
  ];
  return drafts;
}
