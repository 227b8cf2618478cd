import type { JsonObject } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';

/**
 * The content of `m.room.power_levels` for a new room. The creators get 100; from version 12 they have infinite power
 * and must not be named, and replacing the room takes more than an administrator's 100. Everybody may take part in
 * calls, whose members are state events. `overrides` replaces whole top-level keys, as `power_level_content_override`
 * of `/createRoom` does.
 * Specification: Client-Server API, "POST /createRoom"; room version 12.
 */
export function defaultPowerLevels(
  version: RoomVersion,
  creators: string[],
  overrides?: JsonObject,
): JsonObject {
  const users: JsonObject = {};
  if (!version.creatorsInfinite) {
    for (const userId of creators) users[userId] = 100;
  }
  return {
    users,
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.canonical_alias': 50,
      'm.room.avatar': 50,
      'm.room.tombstone': version.creatorsInfinite ? 150 : 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
      'org.matrix.msc3401.call.member': 0,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: 0,
    notifications: { room: 50 },
    ...overrides,
  };
}
