import { isRoomAlias, isUserId } from '@majlis/protocol';
import type { JsonObject, JsonValue } from '@majlis/protocol';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError, badJson, invalidParam } from '../../http/errors.ts';
import {
  isObject,
  optionalArray,
  optionalBoolean,
  optionalObject,
  optionalString,
  optionalStrings,
} from '../../http/fields.ts';
import type { HomeserverParts } from '../../parts.ts';
import { aliasTaken } from '../../rooms/create.ts';
import type { Preset, RoomCreator, RoomPlan } from '../../rooms/create.ts';
import type { Memberships } from '../../rooms/memberships.ts';
import { canonicalAliases, leadsElsewhere } from '../../rooms/state-checks.ts';

const invites_max = 100;

/** POST /createRoom (Client-Server API, "Creation"). */
export function createRoom(
  parts: Pick<HomeserverParts, 'storage' | 'options'>,
  creator: RoomCreator,
  memberships: Memberships,
): Endpoint {
  const { storage, options } = parts;
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/v3/createRoom'],
    writes: true,
    body: 'event',
    rate: 'join',
    async handle({ body, requester }) {
      const plan = await readPlan(body, requester.userId, options.serverName, memberships);
      if (plan.alias !== undefined && (await storage.rooms.alias(plan.alias)) !== undefined) {
        throw aliasTaken();
      }
      const room = await creator.create(plan, () =>
        Promise.all(
          plan.invite.map((userId) =>
            memberships.inviteDraft(plan.creator, userId, plan.isDirect ? { is_direct: true } : {}),
          ),
        ),
      );
      return { room_id: room.roomId, ...(plan.alias !== undefined && { room_alias: plan.alias }) };
    },
  });
}

async function readPlan(
  body: JsonObject,
  userId: string,
  serverName: string,
  memberships: Memberships,
): Promise<RoomPlan> {
  const visibility = optionalString(body, 'visibility', 16) ?? 'private';
  if (visibility !== 'public' && visibility !== 'private')
    throw invalidParam("'visibility' must be public or private");
  const invite = optionalStrings(body, 'invite', invites_max) ?? [];
  if (!invite.every(isUserId)) throw invalidParam("'invite' must hold user ids");
  if ((optionalArray(body, 'invite_3pid', invites_max) ?? []).length > 0) {
    throw new MatrixError(
      403,
      'M_THREEPID_DENIED',
      'This server has no identity server to invite by e-mail or phone',
    );
  }
  const localAlias = optionalString(body, 'room_alias_name', 255);
  const alias = localAlias === undefined ? undefined : `#${localAlias}:${serverName}`;
  if (alias !== undefined && !isRoomAlias(alias))
    throw invalidParam("'room_alias_name' is not a valid alias");
  return {
    creator: userId,
    versionId: optionalString(body, 'room_version', 32),
    preset: readPreset(body, visibility),
    creationContent: optionalObject(body, 'creation_content') ?? {},
    powerLevelOverride: optionalObject(body, 'power_level_content_override'),
    initialState: (optionalArray(body, 'initial_state', 100) ?? []).map((entry) => readState(entry, alias)),
    alias,
    name: optionalString(body, 'name', 255),
    topic: optionalString(body, 'topic', 4_096),
    invite: [...new Set(invite)].filter((invited) => invited !== userId),
    isDirect: optionalBoolean(body, 'is_direct') === true,
    published: visibility === 'public',
    creatorProfile: await memberships.profileOf(userId),
  };
}

function readPreset(body: JsonObject, visibility: string): Preset {
  const preset = optionalString(body, 'preset', 32);
  if (preset === undefined) return visibility === 'public' ? 'public_chat' : 'private_chat';
  if (preset === 'private_chat' || preset === 'trusted_private_chat' || preset === 'public_chat')
    return preset;
  throw invalidParam("'preset' must be private_chat, trusted_private_chat or public_chat");
}

function readState(
  value: JsonValue,
  ownAlias: string | undefined,
): { type: string; stateKey: string; content: JsonObject } {
  if (!isObject(value)) throw badJson("'initial_state' must hold objects");
  const type = value['type'];
  const stateKey = value['state_key'] ?? '';
  const content = value['content'];
  if (typeof type !== 'string' || typeof stateKey !== 'string' || !isObject(content)) {
    throw badJson("'initial_state' entries have a type, a state_key and a content");
  }
  if (type === 'm.room.create' || type === 'm.room.member')
    throw badJson(`'initial_state' cannot set ${type}`);
  const strange =
    type === 'm.room.canonical_alias'
      ? canonicalAliases(content).find((alias) => alias !== ownAlias)
      : undefined;
  if (strange !== undefined) throw leadsElsewhere(strange);
  return { type, stateKey, content };
}
